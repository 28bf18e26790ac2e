"""The websocket of a live page: nothing twice, nothing missing, nothing for outsiders."""

from __future__ import annotations

import pytest
from channels.db import database_sync_to_async

from automl_web.runs import schedule
from automl_web.runs.live import newer, snapshot
from automl_web.runs.record import Progress, finish, record
from search.events import from_json
from search.history import TrialState
from search.state import fold
from tests.web.conftest import signed_in
from tests.web.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


def socket(run, user=None):
    from automl_web.asgi import application  # here, because it reads the settings of the test

    headers = [(b"origin", b"http://localhost"), (b"host", b"localhost")]
    if user is not None:
        cookie = signed_in(user).cookies["sessionid"].value
        headers.append((b"cookie", f"sessionid={cookie}".encode()))
    return Socket(application, f"/ws/runs/{run.pk}/", headers)


async def watching(run, user):
    communicator = await database_sync_to_async(socket)(run, user)
    assert await communicator.connect()
    return communicator


def train_one(run, devices):
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    for step in range(1, 4):
        record(claim, Progress([(step, {"val_accuracy": step / 10})], ("x",)), seconds=step)
    finish(claim, TrialState.COMPLETE, seconds=3, loss=-0.3)


async def fold_until(communicator, state, seq, last):
    """Fold frames until the event `last`; each must begin where the one before ended."""
    while seq < last:
        frame = await communicator.receive_json()
        assert frame["after"] == seq
        state = fold((from_json(event) for event in frame["patch"]), state)
        seq = frame["seq"]
    return state, seq


async def test_a_page_that_follows_ends_in_the_state_of_the_database(start, devices, carol):
    run = await database_sync_to_async(start)(max_trials=3)
    page = await database_sync_to_async(snapshot)(run.pk)
    communicator = await watching(run, carol)
    await communicator.send_json({"after": page.seq})
    state, seq = page.document["state"], page.seq
    for _ in range(3):
        await database_sync_to_async(train_one)(run, devices)
    now = await database_sync_to_async(snapshot)(run.pk)
    state, seq = await fold_until(communicator, state, seq, now.seq)
    state["counts"] = {name: n for name, n in state["counts"].items() if n}
    assert state == now.document["state"]
    await communicator.disconnect()


async def test_a_page_that_comes_back_gets_only_what_came_after(start, devices, carol):
    run = await database_sync_to_async(start)(max_trials=3)
    await database_sync_to_async(train_one)(run, devices)
    middle = await database_sync_to_async(snapshot)(run.pk)
    await database_sync_to_async(train_one)(run, devices)
    communicator = await watching(run, carol)
    await communicator.send_json({"after": middle.seq})
    frame = await communicator.receive_json()
    assert frame["after"] == middle.seq
    await communicator.disconnect()


async def test_two_pages_get_the_same_story(start, devices, carol, bob):
    run = await database_sync_to_async(start)(max_trials=3)
    page = await database_sync_to_async(snapshot)(run.pk)
    pages = [await watching(run, user) for user in (carol, bob)]
    for communicator in pages:
        await communicator.send_json({"after": page.seq})
    await database_sync_to_async(train_one)(run, devices)
    last = (await database_sync_to_async(snapshot)(run.pk)).seq
    states = [await fold_until(communicator, fold([]), page.seq, last) for communicator in pages]
    assert states[0] == states[1]
    for communicator in pages:
        await communicator.disconnect()


@pytest.mark.parametrize("signed_in_as", ["mallory", None])
async def test_an_outsider_is_closed_out(start, mallory, signed_in_as):
    user = mallory if signed_in_as else None
    run = await database_sync_to_async(start)()
    communicator = await database_sync_to_async(socket)(run, user)
    await communicator.connect()
    assert await communicator.is_closed()


async def test_a_member_who_is_removed_is_closed_out_at_the_next_question(start, carol, project):
    run = await database_sync_to_async(start)()
    communicator = await watching(run, carol)
    await database_sync_to_async(project.memberships.filter(user=carol).delete)()
    await communicator.send_json({"after": 0})
    assert await communicator.is_closed()


@pytest.mark.parametrize(
    "nonsense",
    ["{}", "[]", "x", '{"after": "y"}', '{"after": null}', "[" * 60_000],
    ids=lambda nonsense: nonsense[:12],
)
async def test_nonsense_closes_the_socket(start, carol, nonsense):
    run = await database_sync_to_async(start)()
    communicator = await watching(run, carol)
    await communicator.send_text(nonsense)
    assert await communicator.is_closed()


async def test_a_foreign_origin_is_refused(start, carol):
    run = await database_sync_to_async(start)()
    communicator = await database_sync_to_async(socket)(run, carol)
    communicator.scope["headers"][0] = (b"origin", b"http://evil.example")
    assert not await communicator.connect()


def test_a_page_far_behind_gets_the_whole_state(start, devices, monkeypatch):
    from automl_web.runs import live

    run = start(max_trials=3)
    train_one(run, devices)
    monkeypatch.setattr(live, "BEHIND", 3)
    frame = newer(run.pk, 0)
    assert frame is not None
    assert frame.document == snapshot(run.pk).document
