"""However long a run and however many watch: what a page is sent stays small, and nobody waits for it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automl_web.runs import consumers, hub, live, schedule
from automl_web.runs.live import newer, reading, snapshot
from automl_web.runs.models import Run
from automl_web.runs.record import Progress, record
from search import state
from search.events import from_json
from search.state import POINTS, WINDOW, fold
from tests.web.conftest import signed_in
from tests.web.many import a_run_of_many, train
from tests.web.test_live import socket, watching

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


@pytest.fixture
def long_run(version, monkeypatch):
    """Longer than a window, which is a small one here: trials take their time to be recorded."""
    for module in (state, live):
        monkeypatch.setattr(module, "WINDOW", 20)
    return a_run_of_many(version, "Long", 45)


def story(run, step):
    """The state that a page has which was there from the beginning, reading `step` events at a time."""
    state, seq, last = fold([]), 0, Run.objects.get(pk=run.pk).seq
    while seq < last:
        frame = newer(run.pk, seq, upto=min(seq + step, last))
        assert frame.document["after"] == seq
        assert len(frame.text) <= live.LARGEST
        state, seq = fold(map(from_json, frame.document["patch"]), state), frame.seq
    state["counts"] = {name: count for name, count in state["counts"].items() if count}
    return state


@pytest.mark.parametrize("step", [7, 400])
def test_a_long_run_folds_to_what_the_database_shows(long_run, step):
    assert story(long_run, step) == snapshot(long_run.pk).document["state"]


def test_a_page_holds_the_window_with_thinned_curves_in_less_than_300_kb(version):
    frame = snapshot(a_run_of_many(version, "Longer", WINDOW + 10).pk)
    rows = frame.document["state"]["trials"].values()
    assert WINDOW <= len(rows) <= WINDOW + 1
    assert max(len(row["steps"]) for row in rows) <= POINTS
    assert len(frame.text) < 300_000


def test_a_trials_own_page_has_all_its_points_even_if_the_window_forgot_it(long_run):
    row = snapshot(long_run.pk, trial=5).document["state"]["trials"]["5"]
    assert row["steps"] == list(range(1, 82))
    assert "5" not in snapshot(long_run.pk).document["state"]["trials"]


def test_a_trials_own_page_keeps_getting_all_its_points(start, devices):
    run = start()
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    before = snapshot(run.pk, claim.number)
    for first in (1, 101):
        reports = [(step, {"val_accuracy": step / 1000}) for step in range(first, first + 100)]
        record(claim, Progress(reports), seconds=1)
    frame = newer(run.pk, before.seq, whole={claim.number})
    state = fold(map(from_json, frame.document["patch"]), before.document["state"])
    assert state == snapshot(run.pk, claim.number).document["state"]
    assert state["trials"]["1"]["steps"] == list(range(1, 201))


def test_a_page_is_read_as_of_one_moment_while_a_writer_writes(long_run):
    device = long_run.trials.get(number=1).run.queue.devices.get()

    def write():
        train(schedule.claim(long_run.queue.name, device))
        connection.close()

    writer = threading.Thread(target=write)
    with reading():
        before = Run.objects.get(pk=long_run.pk).seq
        writer.start()
        writer.join()
        assert Run.objects.get(pk=long_run.pk).seq == before
    assert Run.objects.get(pk=long_run.pk).seq == before + 6


@pytest.mark.parametrize("address", ["{run}", "{run}trials/", "{run}leaders/", "/runs/"])
def test_a_page_asks_the_database_as_often_for_many_trials_as_for_few(version, carol, address):
    client = signed_in(carol)
    few, many = a_run_of_many(version, "Few", 5), a_run_of_many(version, "Many", 60)
    asked = []
    for run in (few, few, many):  # the first also fills what is kept between requests
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address.format(run=run.get_absolute_url()))
        assert response.status_code == 200
        asked.append(len(queries))
    assert asked[1] == asked[2]


async def test_a_herd_that_comes_back_at_once_is_served_by_one_reading(
    long_run, carol, settings, monkeypatch
):
    readings = []

    def counted(run_id, after, upto=None, whole=(), trial=None):
        frame = newer(run_id, after, upto, whole, trial)
        readings.extend([] if frame is None else [after])
        return frame

    monkeypatch.setattr(hub, "newer", counted)
    settings.SOCKETS_A_PERSON = 100
    page = await in_thread(snapshot)(long_run.pk)
    herd = [await watching(long_run, carol) for _ in range(30)]
    for communicator in herd:
        await communicator.send_json({"after": page.seq - 100})
    frames = [await communicator.receive_json() for communicator in herd]
    assert all(frame == frames[0] for frame in frames)
    assert frames[0]["seq"] == page.seq
    assert readings == [page.seq - 100]
    for communicator in herd:
        await communicator.disconnect()


async def test_pages_of_a_hub_that_died_are_let_go_and_find_a_new_one(start, carol, monkeypatch):
    run = await in_thread(start)()
    first = await watching(run, carol)
    await first.send_json({"after": 0})
    await first.receive_json()
    with monkeypatch.context() as broken:
        broken.setattr(hub, "newer", lambda *_: 1 / 0)
        assert await first.receive_output(5) == {"type": "websocket.close", "code": 1013}
    await first.disconnect()
    second = await watching(run, carol)
    await second.send_json({"after": 0})
    assert (await second.receive_json())["after"] == 0
    await second.disconnect()
    assert hub.Hub._hubs == {}


class Deaf:
    """A browser that reads its first frame and then no more: whatever is sent waits for ever."""

    def __init__(self, communicator):
        self.sent = []
        application = communicator.application

        async def deafened(scope, receive, send):
            async def send_until_deaf(message):
                self.sent.append(message)
                if message["type"] == "websocket.send" and len(self.sent) > 2:
                    await asyncio.Event().wait()
                await send(message)

            await application(scope, receive, send_until_deaf)

        communicator.application = deafened


async def test_a_browser_that_does_not_read_is_let_go_and_costs_one_frame(
    start, devices, carol, monkeypatch
):
    monkeypatch.setattr(consumers, "DRAIN_WITHIN", 0.5)
    monkeypatch.setattr(hub, "FRAME_EVERY", 0.01)
    run = await in_thread(start)()
    page = await in_thread(socket)(run, carol)
    deaf = Deaf(page)
    assert await page.connect()
    await page.send_json({"after": 0})
    await page.receive_json()
    await in_thread(schedule.advance)(run.pk)
    claim = await in_thread(schedule.claim)("cpu", devices[0])
    for step in range(1, 30):
        progress = Progress([(step, {"val_accuracy": 0.5})])
        await in_thread(record)(claim, progress, seconds=1)
    assert await page.receive_output(5) == {"type": "websocket.close", "code": 1013}
    assert [message["type"] for message in deaf.sent].count("websocket.send") == 2
    assert hub.Hub._hubs == {}
    await page.disconnect()


def test_the_leaderboard_shows_five_and_the_longest_trainings_first(start, carol):
    run = start()
    for number in range(1, 11):
        state = {
            "state": "complete",
            "loss": -number / 100,
            "values": {"val_accuracy": number / 100},
        }
        epochs = 27 if number <= 2 else 3
        run.trials.create(number=number, config={}, fidelity={"epochs": epochs}, **state)
    response = signed_in(carol).get(f"{run.get_absolute_url()}leaders/")
    shown = [row.number for row in response.context["leaders"]]
    assert shown == [2, 1, 10, 9, 8]
