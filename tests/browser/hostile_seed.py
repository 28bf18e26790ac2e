"""Run as a module: a site in which every field that a person can set holds an enemy's words."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

import tempfile  # noqa: E402 - needs Django set up
from pathlib import Path  # noqa: E402 - needs Django set up
from typing import Any  # noqa: E402 - needs Django set up

from django.core.management import call_command  # noqa: E402 - needs Django set up
from django.test import Client  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.compute.models import Device  # noqa: E402 - needs Django set up
from automl_web.datasets.ingest import ingest  # noqa: E402 - needs Django set up
from automl_web.datasets.models import Version  # noqa: E402 - needs Django set up
from automl_web.projects.models import Project  # noqa: E402 - needs Django set up
from automl_web.runs.chosen_space import ready_made  # noqa: E402 - needs Django set up
from automl_web.runs.models import Run, SearchSpace, Trial  # noqa: E402 - needs Django set up
from automl_web.runs.record import Progress, finish, record  # noqa: E402 - needs Django set up
from automl_web.runs.schedule import advance, claim  # noqa: E402 - needs Django set up
from automl_web.runs.space_form import as_text  # noqa: E402 - needs Django set up
from automl_web.runs.supervise import log_path  # noqa: E402 - needs Django set up
from search.history import TrialState  # noqa: E402 - needs Django set up
from tests.browser import seed, words  # noqa: E402 - needs Django set up
from tests.browser.people import OWNER  # noqa: E402 - needs Django set up
from tests.web.hostile import class_folders, zipped  # noqa: E402 - needs Django set up


def post(client: Client, address: str, **fields: Any) -> str:
    """Send a form, which must be taken; where it leads."""
    answer = client.post(address, fields)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["location"]


def project(client: Client) -> Project:
    address = post(client, "/projects/new/", name=words.name("project"))
    return Project.objects.get(slug=address.strip("/").split("/")[-1])


def dataset(client: Client, where: Project) -> Version:
    """Classes and a file that is no image, all with hostile names."""
    classes = (words.name("class-a"), words.name("class-b"))
    files = class_folders(classes, each=9)
    files[f"{classes[0]}/{words.name('file')}.png"] = b"GIF89a<script>globalThis.ran=1</script>"
    with tempfile.TemporaryDirectory() as folder:
        archive = zipped(Path(folder) / "x.zip", files)
        with archive.open("rb") as file:
            address = f"{where.get_absolute_url()}datasets/new/"
            post(client, address, name=words.name("dataset"), file=file)
    version = Version.objects.latest("pk")
    assert ingest(version)
    version.refresh_from_db()
    return version


def space(client: Client, where: Project) -> SearchSpace:
    document = as_text(ready_made("images"))
    address = f"{where.get_absolute_url()}spaces/new/"
    post(client, address, form="json", name=words.name("space"), document=document)
    return SearchSpace.objects.latest("pk")


def run(client: Client, version: Version, chosen: SearchSpace) -> Run:
    address = f"{version.dataset.project.get_absolute_url()}runs/new/"
    fields: dict[str, Any] = {
        "dataset": version.pk,
        "space": chosen.pk,
        "queue": seed.queue().pk,
        "seed": 1,
    }
    fields |= {"method": "random_search", "max_trials": 4, "concurrency": 2, "request_key": "one"}
    post(client, address, name=words.name("run"), **fields)
    return Run.objects.latest("pk")


def train(begun: Run) -> None:
    """Two trials: one says hostile things in its log and its reports, one fails with such words."""
    device = Device.objects.create(queue=seed.queue(), host=words.line("host")[:100], name="cpu0")
    advance(begun.pk)
    for _ in range(2):
        taken = claim("cpu", device)
        assert taken is not None
        values: dict[str, float | None] = {"val_accuracy": 0.5, words.name("metric"): 0.5}
        reports = [(step, values) for step in (1, 2)]
        record(taken, Progress(reports, [words.line("log")]), seconds=1.0)
        path = log_path(Trial.objects.get(pk=taken.trial_id))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words.line("kept log"))
        if taken.number == 1:
            finish(taken, TrialState.COMPLETE, seconds=2.0, loss=-0.5)
        else:
            detail = words.line("detail")
            finish(taken, TrialState.FAILED, seconds=1.0, reason="exception", detail=detail)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    seed.people()
    owner = User.objects.get(username=OWNER)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    shared = project(browser)
    prepared = dataset(browser, shared)
    searched = run(browser, prepared, space(browser, shared))
    train(searched)
    seed.model(searched)
