"""Trainings that misbehave in every way known: each gets its name, and the device works on."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import psutil
import pytest
from django.db import connection

from automl_web.runs import schedule, steer
from automl_web.runs.models import Event, Report, Trial
from automl_web.runs.reasons import REASONS
from automl_web.runs.runner import MOST_BYTES, Runner
from automl_web.runs.slot import Slot
from automl_web.runs.supervise import log_path
from search.problems import KINDS
from search.problems.images import IMAGES
from tests.search.odd_runner import odd_problem

pytestmark = pytest.mark.django_db(transaction=True)

SPACE = {"hyperparameters": [{"type": "constant", "name": "what", "value": "fine"}]}


@pytest.fixture(scope="module")
def kept():
    """A runner that lives from test to test, for starting one takes seconds."""
    runners: list[Runner] = []
    yield runners
    for runner in runners:
        runner.stop()


@pytest.fixture
def slot(devices, project, settings, monkeypatch, kept):
    settings.RUNNER = "tests.search.odd_runner"
    monkeypatch.setitem(KINDS, "odd", replace(IMAGES, name="odd", problem=odd_problem))
    slot = Slot(devices[0])
    if kept and kept[0].is_alive():
        slot.runner = kept.pop()
        slot.runner.project = project.pk
    yield slot
    if slot.runner:
        kept[:] = [slot.runner]


@pytest.fixture
def odd(start, slot, version):
    """Begin a run whose first trial misbehaves as named; the others are fine."""
    version.kind = "odd"
    version.save()

    def begin(what):
        run = start(space=SPACE, max_trials=2, concurrency=1)
        schedule.advance(run.pk)
        run.trials.update(config={"what": what})
        return run

    return begin


def train_next(run, slot):
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", slot.device)
    slot.train(claim)
    return Trial.objects.get(pk=claim.trial_id)


def no_process_sleeps():
    for process in psutil.process_iter(["cmdline"]):
        assert process.info["cmdline"] != ["/bin/sleep", "600"]
    return True


FAILURES = [
    ("crash", "failed", "exception"),
    ("diverge", "failed", "diverged"),
    ("no_score", "failed", "no_value"),
    ("exhaust", "waiting", "halved"),
    ("exhaust_gpu", "waiting", "halved"),
    ("fill_disk", "waiting", "disk_full"),
    ("segfault", "waiting", "crashed"),
    ("leave", "waiting", "exited"),
]


@pytest.mark.parametrize(("what", "state", "reason"), FAILURES, ids=[f[0] for f in FAILURES])
def test_it_has_a_name_and_a_sentence_and_the_run_goes_on(odd, slot, queue, what, state, reason):
    run = odd(what)
    trial = train_next(run, slot)
    assert (trial.state, trial.reason) == (state, reason)
    assert str(REASONS[reason]).endswith(".")
    steer.open_queue(queue)  # a full disk has paused it
    Trial.objects.filter(pk=trial.pk, state="waiting").update(state="cancelled")
    assert train_next(run, slot).state == "complete"


def test_a_training_that_stands_still_is_ended(odd, slot, settings):
    settings.PATIENCE_SECONDS = 2
    run = odd("hang")
    trial = train_next(run, slot)
    assert (trial.state, trial.attempt, trial.reason) == ("waiting", 2, "hung")


def test_a_training_that_starts_too_many_processes_is_ended_with_them(odd, slot):
    trial = train_next(odd("breed"), slot)
    assert (trial.state, trial.reason) == ("waiting", "too_many_processes")
    assert no_process_sleeps()


def test_a_process_that_training_leaves_behind_is_ended(odd, slot):
    assert train_next(odd("leave_a_child"), slot).state == "complete"
    assert slot.runner is None
    assert no_process_sleeps()


def test_a_trial_that_crashes_again_and_again_fails_after_three_attempts(odd, slot):
    run = odd("leave")
    states = [train_next(run, slot).state for _ in range(3)]
    assert states == ["waiting", "waiting", "failed"]


def test_out_of_memory_is_met_by_the_same_batch_in_halves_once(odd, slot):
    run = odd("exhaust_whole_batches")
    assert train_next(run, slot).parts == 2
    assert train_next(run, slot).state == "complete"


def test_out_of_memory_with_half_batches_fails(odd, slot):
    run = odd("exhaust")
    train_next(run, slot)
    trial = train_next(run, slot)
    assert (trial.state, trial.reason) == ("failed", "out_of_memory")


def test_the_limit_of_a_process_s_memory_is_out_of_memory(odd, slot, settings):
    slot.stop()
    settings.RUNNER_MEMORY_BYTES = 2 * 2**30
    trial = train_next(odd("exceed_limit"), slot)
    slot.stop()
    assert (trial.state, trial.reason) == ("waiting", "halved")


def test_a_gigabyte_of_output_is_read_but_not_kept(odd, slot):
    before = psutil.Process().memory_info().rss
    run = odd("flood")
    trial = train_next(run, slot)
    assert trial.state == "complete"
    assert log_path(trial).stat().st_size < MOST_BYTES + 1000
    assert "not kept" in log_path(trial).read_text()[-200:]
    lines = sum(len(event.body["lines"]) for event in Event.objects.filter(run=run, type="logged"))
    assert lines <= 2_000
    assert psutil.Process().memory_info().rss - before < 100 * 2**20


def test_a_training_that_ignores_its_end_is_killed(odd, slot):
    run = odd("ignore_end")

    def stop_when_it_has_reported():
        try:
            while not Report.objects.filter(trial__run=run).exists():
                time.sleep(0.05)
            steer.stop_trial(run.trials.get(number=1))
        finally:
            connection.close()

    thread = threading.Thread(target=stop_when_it_has_reported)
    thread.start()
    trial = train_next(run, slot)
    thread.join()
    assert (trial.state, trial.reason) == ("stopped", "stopped_by_person")


def test_a_full_disk_pauses_the_queue_and_says_so(odd, slot, queue, admin_client):
    train_next(odd("fill_disk"), slot)
    queue.refresh_from_db()
    assert (queue.paused, queue.reason) == (True, "disk_full")
    assert str(REASONS["disk_full"]) in admin_client.get("/queues/").content.decode()


def test_nothing_is_begun_while_the_disk_is_short(start, devices, queue, settings, monkeypatch):
    from automl_web.runs import tasks

    run = start(max_trials=1)
    schedule.advance(run.pk)
    settings.LEAST_FREE_BYTES = 2**60
    monkeypatch.setattr(tasks, "_slot", lambda: Slot(devices[0]))
    tasks.work("cpu")
    queue.refresh_from_db()
    assert (queue.paused, queue.reason) == (True, "disk_full")
    assert run.trials.get().state == "waiting"
