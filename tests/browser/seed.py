"""Run as a module: prepares the database and the static files of the site of a browser test."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.compute.models import Device, Queue  # noqa: E402 - needs Django set up
from automl_web.datasets.images.example import create_example  # noqa: E402 - needs Django set up
from automl_web.datasets.ingest import ingest  # noqa: E402 - needs Django set up
from automl_web.datasets.models import Upload, Version  # noqa: E402 - needs Django set up
from automl_web.projects.models import Project, Role  # noqa: E402 - needs Django set up
from automl_web.registry.models import ModelVersion  # noqa: E402 - needs Django set up
from automl_web.runs.models import Run  # noqa: E402 - needs Django set up
from automl_web.runs.record import Claim, Progress, finish, record  # noqa: E402 - needs Django set up
from automl_web.runs.schedule import advance, claim  # noqa: E402 - needs Django set up
from automl_web.runs.start import start_run  # noqa: E402 - needs Django set up
from search.history import TrialState  # noqa: E402 - needs Django set up
from tests.browser.people import ADMIN, NEWCOMER, OWNER, PASSWORD  # noqa: E402 - needs Django set up
from tests.browser.seed_kinds import other_kinds  # noqa: E402 - needs Django set up


def people() -> Project:
    """A newcomer who has nothing yet, and an admin who shares the owner's project."""
    User.objects.create_user(NEWCOMER, password=PASSWORD)
    owner = User.objects.create_user(OWNER, password=PASSWORD)
    admin = User.objects.create_superuser(ADMIN, password=PASSWORD)
    project = Project.begin("Weld defects", owner)
    project.memberships.create(user=admin, role=Role.EDITOR)
    return project


def dataset(project: Project, user: User) -> Version:
    version = create_example(project, user)
    ingest(version)
    return version


def run(version: Version, user: User, name: str) -> Run:
    started = start_run(
        version.dataset.project,
        user,
        version,
        name=name,
        method="random_search",
        options={},
        seed=1,
        max_trials=4,
        concurrency=2,
        queue=queue(),
    )
    advance(started.pk)
    return started


def queue() -> Queue:
    return Queue.objects.get_or_create(name="cpu")[0]


def begin_trial(device: Device) -> Claim | None:
    """Take the next trial and report two epochs of it."""
    taken = claim("cpu", device)
    if taken is not None:
        reports = [(step, _values(taken.number, step)) for step in (1, 2)]
        record(taken, Progress(reports, [f"epoch 2 of trial {taken.number}"]), seconds=2.0)
    return taken


def _values(number: int, step: int) -> dict[str, float | None]:
    accuracy = 0.5 + 0.1 * step + 0.02 * number
    return {"val_accuracy": accuracy, "val_loss": 1 - accuracy, "train_loss": 0.9 - accuracy}


def end_all_trials(begun: Run, device: Device) -> None:
    while taken := begin_trial(device):
        loss = -0.7 - 0.02 * taken.number  # the accuracy after two epochs, to be minimised
        finish(taken, TrialState.COMPLETE, seconds=2.0, loss=loss)
        advance(begun.pk)


def model(ended: Run) -> None:
    """What was taken home of a run, but for the files."""
    classes = len(ended.dataset.classes)
    confusion = [[9 if i == j else int(i == j + 1) for j in range(classes)] for i in range(classes)]
    facts = {"params": 41_000, "parity": 2e-6, "compared": 256, "onnx_offered": True}
    values = {"test_accuracy": 0.9, "test_loss": 0.3}
    ModelVersion.objects.create(
        run=ended, trial=1, values=values, results={"confusion": confusion}, **facts
    )


def searches(version: Version, user: User) -> None:
    """One run that has ended, and one in the middle: a failed, a running and a waiting trial."""
    devices = [Device.objects.create(queue=queue(), host="here", name=f"cpu{n}") for n in range(2)]
    first = run(version, user, "First search")
    end_all_trials(first, devices[0])
    model(first)
    second = run(version, user, "Second search")
    failed = begin_trial(devices[0])
    assert failed is not None
    finish(
        failed,
        TrialState.FAILED,
        seconds=1.0,
        reason="diverged",
        detail="The loss became infinite.",
    )
    advance(second.pk)
    begin_trial(devices[0])


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    shared = people()
    owner = User.objects.get(username=OWNER)
    admin = User.objects.get(username=ADMIN)
    Upload.objects.create(project=shared, created_by=admin, name="half.zip", size=9 * 10**6)
    other_kinds(shared, owner, queue())
    searches(dataset(shared, owner), owner)
