"""Who gets what at every address. An address without a row in the table fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, copytree
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from automl_web.accounts.models import Link
from automl_web.datasets.confine import prepare_confined
from automl_web.datasets.models import Upload, Version
from automl_web.datasets.order import Order, in_silence
from automl_web.projects.models import Role
from automl_web.registry.models import FILES, ModelVersion
from automl_web.runs.consumers import websocket_urlpatterns
from automl_web.runs.models import SearchSpace, Trial
from search.problems.images import IMAGES
from tests.web.hostile import class_folders, uploaded, zipped
from tests.web.sockets import Socket

ROLES = ("anonymous", "outsider", "viewer", "editor", "owner", "admin")
PUBLIC = {"sign-in", "sign-in-link", "set-up", "healthz", "javascript-catalog"}

Arguments = Callable[[SimpleNamespace], list[Any]]


@dataclass(frozen=True)
class Row:
    """The answers to GET and to an empty POST, one a role in the order of ROLES."""

    arguments: Arguments
    get: str
    post: str
    query: str = ""


def nothing(site: SimpleNamespace) -> list[Any]:
    return []


def of(*path: str) -> Arguments:
    """Arguments as attributes of the site: `of("run.pk", "trial.number")`."""

    def arguments(site: SimpleNamespace) -> list[Any]:
        return [_follow(site, name) for name in path]

    return arguments


def _follow(thing: Any, names: str) -> Any:
    for name in names.split("."):
        thing = thing[name] if isinstance(thing, dict) else getattr(thing, name)
    return thing


# What a role may not even know of is 404, what it may not do is 403; nobody signed in is sent to sign in.
ALL = "302 200 200 200 200 200"
SHARED = "302 404 200 200 200 200"
MATTERS = {"name": "a column", "mean": 0.1, "deviation": 0.02}
EDITORS = "302 404 403 200 200 200"
NO_GET = "302 405 405 405 405 405"
NO_POST = NO_GET
ADMINS = "302 403 403 403 403 200"
ADMIN_ACTS = "302 403 403 403 403 302"

TABLE = {
    # accounts
    "sign-in": Row(nothing, "200 302 302 302 302 302", "422 302 302 302 302 302"),
    "sign-in-link": Row(of("link"), "200 200 200 200 200 200", "302 302 302 302 302 302"),
    "set-up": Row(of("link"), "410 410 410 410 410 410", "410 410 410 410 410 410"),
    "sign-out": Row(nothing, NO_GET, "302 302 302 302 302 302"),
    "account": Row(nothing, ALL, "302 422 422 422 422 422"),
    "people": Row(nothing, ADMINS, "302 403 403 403 403 422"),
    "new-link": Row(of("stranger.pk"), NO_GET, ADMINS),
    # home
    "home": Row(nothing, ALL, NO_POST),
    "audit": Row(nothing, ADMINS, "302 405 405 405 405 405"),
    "healthz": Row(nothing, "200 200 200 200 200 200", "405 405 405 405 405 405"),
    "javascript-catalog": Row(nothing, "200 200 200 200 200 200", "405 405 405 405 405 405"),
    # the admin's queues
    "queues": Row(nothing, ADMINS, NO_POST),
    "queue-pause": Row(of("run.queue.name"), NO_GET, ADMIN_ACTS),
    "queue-drain": Row(of("run.queue.name"), NO_GET, ADMIN_ACTS),
    "queue-open": Row(of("run.queue.name"), NO_GET, ADMIN_ACTS),
    # projects
    "projects": Row(nothing, ALL, NO_POST),
    "project-new": Row(nothing, ALL, "302 422 422 422 422 422"),
    "project": Row(of("project.slug"), SHARED, NO_POST),
    "members": Row(of("project.slug"), SHARED, "302 404 403 403 422 422"),
    "member-role": Row(of("project.slug", "membership.pk"), NO_GET, "302 404 403 403 422 422"),
    "member-remove": Row(of("project.slug", "membership.pk"), NO_GET, "302 404 403 403 302 302"),
    # datasets
    "datasets": Row(nothing, ALL, NO_POST),
    "dataset-new": Row(of("project.slug"), EDITORS, "302 404 403 422 422 422"),
    "dataset-example": Row(of("project.slug"), NO_GET, "302 404 403 302 302 302"),
    "dataset": Row(of("version.dataset_id"), SHARED, NO_POST),
    "dataset-progress": Row(of("version.dataset_id"), SHARED, NO_POST),
    "dataset-thumbnails": Row(of("version.dataset_id", "zero"), SHARED, NO_POST),
    "dataset-item": Row(of("version.dataset_id", "split", "zero"), SHARED, NO_POST),
    "version-mend": Row(
        of("version.dataset_id", "version.number"), NO_GET, "302 404 403 422 422 422"
    ),
    "version-new": Row(of("version.dataset_id"), EDITORS, "302 404 403 422 422 422"),
    # uploads in pieces, which speak a protocol: test_tus.py has its methods
    "uploads": Row(of("project.slug"), NO_GET, "302 404 403 412 412 412"),
    "upload": Row(of("upload.pk"), NO_GET, NO_POST),
    # runs
    "runs": Row(nothing, ALL, NO_POST),
    "run-new": Row(of("project.slug"), EDITORS, "302 404 403 422 422 422"),
    "run-options": Row(of("project.slug"), EDITORS, NO_POST, "?method=random_search"),
    "run": Row(of("run.pk"), SHARED, NO_POST),
    "run-pause": Row(of("run.pk"), NO_GET, "302 404 403 302 302 302"),
    "run-resume": Row(of("run.pk"), NO_GET, "302 404 403 302 302 302"),
    "run-cancel": Row(of("run.pk"), NO_GET, "302 404 403 302 302 302"),
    "run-drain": Row(of("run.pk"), NO_GET, "302 404 403 302 302 302"),
    "run-retry": Row(of("run.pk"), NO_GET, "302 404 403 302 302 302"),
    "run-own": Row(of("run.pk"), EDITORS, "302 404 403 422 422 422"),
    "run-leaders": Row(of("run.pk"), SHARED, NO_POST),
    "run-eta": Row(of("run.pk"), SHARED, NO_POST),
    "run-front": Row(of("run.pk"), SHARED, NO_POST, "?x=params&y=val_accuracy"),
    "run-derivations": Row(of("run.pk"), SHARED, NO_POST),
    "run-importance": Row(of("run.pk"), SHARED, NO_POST),
    "run-insight": Row(of("run.pk"), SHARED, NO_POST),
    "trials": Row(of("run.pk"), SHARED, NO_POST),
    "trial": Row(of("run.pk", "trial.number"), SHARED, NO_POST),
    "trial-point": Row(of("run.pk", "trial.number"), SHARED, NO_POST),
    "trial-log": Row(of("run.pk", "trial.number"), SHARED, NO_POST),
    "trial-stop": Row(of("run.pk", "trial.number"), NO_GET, "302 404 403 302 302 302"),
    "trial-retry": Row(of("run.pk", "trial.number"), NO_GET, "302 404 403 302 302 302"),
    # methods
    "methods": Row(nothing, ALL, NO_POST),
    "method": Row(of("run.method"), ALL, NO_POST),
    # search spaces
    "spaces": Row(nothing, ALL, NO_POST),
    "space-new": Row(of("project.slug"), EDITORS, "302 404 403 422 422 422"),
    "space": Row(of("space.pk"), SHARED, "302 404 403 422 422 422"),
    # models
    "models": Row(nothing, ALL, NO_POST),
    "model": Row(of("model.pk"), SHARED, NO_POST),
    "model-figure": Row(of("model.pk", "figure"), SHARED, NO_POST),
    "model-try": Row(of("model.pk"), SHARED, "302 404 422 422 422 422"),
    "model-retry": Row(of("model.pk"), NO_GET, "302 404 403 302 302 302"),
    "model-file": Row(of("model.pk", "file"), SHARED, NO_POST),
}


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """A file and what came of it, which is prepared once for all addresses."""
    folder = tmp_path_factory.mktemp("pets")
    upload = zipped(folder / "pets.zip", class_folders(each=9))
    order = Order(upload, folder / "prepared", name=upload.name)
    return order, prepare_confined(order, in_silence)


@pytest.fixture
def version(project, bob, tmp_path, pets):
    order, prepared = pets
    version = uploaded(project, bob, Path(copyfile(order.upload, tmp_path / "pets.zip")))
    copytree(order.folder, version.folder)
    version.state, version.kind, version.facts = Version.State.READY, prepared.kind, prepared.facts
    version.save()
    return version


@pytest.fixture
def site(project, version, start, mallory, bob):
    """One of everything, all in the project of alice, bob and carol."""
    run = start()
    (run.folder / "model").mkdir(parents=True)
    (run.folder / "model" / FILES[-1]).write_text("{}")
    return SimpleNamespace(
        project=project,
        version=version,
        run=run,
        trial=Trial.objects.get_or_create(run=run, number=0, defaults={"config": {}})[0],
        space=SearchSpace.objects.create(
            project=project, name="A space", document=IMAGES.usual_space().to_json()
        ),
        membership=project.memberships.get(user=bob),
        stranger=mallory,
        upload=Upload.objects.create(project=project, created_by=bob, name="a.zip", size=9),
        link=Link.issue(Link.Purpose.SIGN_IN, mallory),
        zero=0,
        split="train",
        model=ModelVersion.objects.create(run=run, trial=0, results={"importance": [MATTERS]}),
        figure="importance",
        file=FILES[-1],
    )


@pytest.fixture
def clients(client, outsider_client, viewer_client, editor_client, owner_client, admin_client):
    everybody = (client, outsider_client, viewer_client, editor_client, owner_client, admin_client)
    return dict(zip(ROLES, everybody, strict=True))


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


ADDRESSES = {str(pattern.name): pattern for pattern in patterns(get_resolver())}


def test_every_address_has_a_row():
    assert set(ADDRESSES) == set(TABLE)


def test_whoever_is_not_signed_in_gets_in_only_where_a_view_says_so():
    open_to_all = {
        name
        for name, pattern in ADDRESSES.items()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert open_to_all == PUBLIC


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", TABLE)
def test_each_role_gets_what_the_table_says(name, method, site, clients):
    row = TABLE[name]
    address = reverse(name, args=row.arguments(site)) + row.query
    answers = [_answer(client, method, address) for client in clients.values()]
    expected = getattr(row, method).split()
    assert dict(zip(ROLES, answers, strict=True)) == dict(zip(ROLES, expected, strict=True))


def _answer(client: Client, method: str, address: str) -> str:
    """The status of the answer, whose effects are undone for the next role."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        status = getattr(client, method)(address).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return str(status)


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_changed_without_the_token_of_a_form(name, site, admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    address = reverse(name, args=TABLE[name].arguments(site))
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(address).status_code == 403


def test_only_projects_of_which_one_is_a_member_are_listed(site, clients):
    for name in ("projects", "datasets", "runs", "spaces", "home"):
        for role, client in clients.items():
            shown = client.get(reverse(name)).content.decode()
            words = [site.project.name, site.run.name, site.version.dataset.name, site.space.name]
            if role in ("anonymous", "outsider"):
                assert not [word for word in words if word in shown], (name, role)


SOCKETS = {
    "ws/runs/<int:pk>/": (lambda site: f"/ws/runs/{site.run.pk}/", {*Role.values, "admin"}),
}


def test_every_websocket_has_a_row():
    assert {str(route.pattern) for route in websocket_urlpatterns} == set(SOCKETS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", SOCKETS)
async def test_a_websocket_tells_members_only(route, role, site, clients):
    path, allowed = SOCKETS[route]
    assert await _is_told(clients[role], path(site)) == (role in allowed)


async def _is_told(client: Client, path: str) -> bool:
    from automl_web.asgi import application  # which reads the settings of these tests

    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"cookie", cookies.encode()), (b"origin", b"http://testserver")]
    socket = Socket(application, path, [*headers, (b"host", b"testserver")])
    if not await socket.connect():
        return False
    await socket.send_json({"after": 0})
    kind = (await socket.receive_output(10))["type"]
    if kind == "websocket.send":
        await socket.disconnect()
    return str(kind) == "websocket.send"
