"""The database is the queue: who decides, who works, and what a late hand may still write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from automl_web.runs import schedule, steer
from automl_web.runs.live import snapshot
from automl_web.runs.models import ConflictError, Event, Run, Trial
from automl_web.runs.record import LeaseLostError, Progress, beat, finish, record, wish
from search.events import from_json
from search.history import TrialState
from search.state import fold


def complete(claim, accuracy=0.5, steps=2):
    """Work on a claim as a training does."""
    for step in range(1, steps + 1):
        values = {"val_accuracy": accuracy * step / steps, "val_loss": 1.0 / step}
        record(claim, Progress([(step, values)], [f"epoch {step}"], f"/{step}.pt"), seconds=step)
    finish(claim, TrialState.COMPLETE, seconds=steps, loss=-accuracy)


def work_off(run, devices):
    """Claim and complete all that waits, until the run is over."""
    for round_ in range(200):
        schedule.advance(run.pk)
        claim = schedule.claim("cpu", devices[0])
        if claim is None:
            break
        complete(claim, accuracy=0.5 + round_ / 1000)
    run.refresh_from_db()
    return run


def told(run):
    rows = Event.objects.filter(run=run).order_by("seq").values_list("seq", "body")
    return [seq for seq, _ in rows], [from_json(body) for _, body in rows]


def expire(claim):
    Trial.objects.filter(pk=claim.trial_id).update(lease_until=Now() - timedelta(seconds=1))
    schedule.reap()


@pytest.mark.parametrize("method", ["random_search", "hyperband"])
def test_a_run_is_worked_off_to_its_end(start, devices, method):
    options = {"max_epochs": 9} if method == "hyperband" else {}
    run = work_off(start(method, options=options, max_trials=50), devices)
    assert run.state == Run.State.COMPLETED
    confirm = run.trials.get(stage="confirm")
    assert confirm.state == "complete"
    assert run.trials.count() == run.total


def test_trial_and_event_numbers_have_no_gaps(start, devices):
    run = work_off(start(max_trials=5), devices)
    numbers = list(run.trials.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    seqs, _ = told(run)
    assert seqs == list(range(1, run.seq + 1))


def test_folded_events_equal_the_database(start, devices):
    run = start("hyperband", options={"max_epochs": 9}, max_trials=50)
    schedule.advance(run.pk)
    lost = schedule.claim("cpu", devices[1])
    expire(lost)
    run = work_off(run, devices)
    _, events = told(run)
    folded = fold(events)
    folded["counts"] = {state: n for state, n in folded["counts"].items() if n}
    assert folded == snapshot(run.pk).document["state"]


def test_two_advances_at_once_create_each_trial_once(start, monkeypatch):
    run = start(max_trials=4, concurrency=2)
    real = schedule.next_proposal
    raced = []

    def race(*args):
        if not raced:
            raced.append(True)
            schedule.advance(run.pk)  # another process decides while we still think
        return real(*args)

    monkeypatch.setattr(schedule, "next_proposal", race)
    schedule.advance(run.pk)
    assert sorted(run.trials.values_list("number", flat=True)) == [1, 2]


def test_no_more_trials_are_open_than_the_run_may_have(start):
    run = start(max_trials=10, concurrency=3)
    schedule.advance(run.pk)
    schedule.advance(run.pk)
    assert run.trials.count() == 3


def test_a_trial_is_claimed_once(start, devices):
    run = start(max_trials=1)
    schedule.advance(run.pk)
    assert schedule.claim("cpu", devices[0]) is not None
    assert schedule.claim("cpu", devices[1]) is None


def test_a_device_works_on_one_trial_at_a_time(start, devices):
    run = start(max_trials=2)
    schedule.advance(run.pk)
    assert schedule.claim("cpu", devices[0]) is not None
    assert schedule.claim("cpu", devices[0]) is None
    assert schedule.claim("cpu", devices[1]) is not None


def test_the_run_with_fewer_running_trials_comes_first(start, devices):
    first, second = start(max_trials=5), start(max_trials=5)
    schedule.advance(first.pk)
    schedule.advance(second.pk)
    assert schedule.claim("cpu", devices[0]).run_id == first.pk
    assert schedule.claim("cpu", devices[1]).run_id == second.pk


def test_nothing_is_claimed_from_a_paused_queue_or_run(start, devices, queue):
    run = start()
    schedule.advance(run.pk)
    queue.paused = True
    queue.save()
    assert schedule.claim("cpu", devices[0]) is None
    queue.paused = False
    queue.save()
    run.refresh_from_db()
    steer.pause(run)
    assert schedule.claim("cpu", devices[0]) is None
    steer.resume(run)
    assert schedule.claim("cpu", devices[0]) is not None


def test_a_lost_trial_is_taken_up_again_from_its_checkpoint(start, devices):
    run = start(max_trials=1)
    schedule.advance(run.pk)
    first = schedule.claim("cpu", devices[0])
    record(first, Progress([(1, {"val_accuracy": 0.3})], (), "/1.pt"), seconds=1)
    expire(first)
    trial = run.trials.get()
    assert (trial.state, trial.attempt, trial.lost) == ("lost", 1, 1)
    second = schedule.claim("cpu", devices[1])
    assert second.fence == first.fence + 1
    assert run.trials.get().checkpoint == "/1.pt"


@pytest.mark.parametrize(
    "write",
    [
        lambda claim: beat(claim),
        lambda claim: wish(claim),
        lambda claim: record(claim, Progress([(9, {"val_accuracy": 0.9})]), seconds=9),
        lambda claim: finish(claim, TrialState.COMPLETE, seconds=9, loss=-0.9),
    ],
    ids=["beat", "look", "record", "finish"],
)
def test_whoever_lost_the_lease_may_write_nothing(start, devices, write):
    run = start(max_trials=1)
    schedule.advance(run.pk)
    zombie = schedule.claim("cpu", devices[0])
    expire(zombie)
    schedule.claim("cpu", devices[1])
    before = snapshot(run.pk)
    with pytest.raises(LeaseLostError):
        write(zombie)
    assert snapshot(run.pk) == before


def test_a_waiting_trial_is_cancelled_at_once_and_a_running_one_is_asked(start, devices):
    run = start(max_trials=2)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    running, waiting = run.trials.order_by("number")
    steer.stop_trial(running)
    steer.stop_trial(waiting)
    assert wish(claim)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_cancelling_a_run_ends_its_waiting_trials_and_creates_no_more(start, devices):
    run = start(max_trials=5, concurrency=3)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    run.refresh_from_db()
    steer.cancel_run(run)
    assert wish(claim)
    finish(claim, TrialState.CANCELLED, seconds=1, reason="cancelled")
    schedule.advance(run.pk)
    assert set(run.trials.values_list("state", flat=True)) == {"cancelled"}


def test_a_trial_cancelled_while_its_worker_is_gone_does_not_come_back(start, devices):
    run = start(max_trials=1)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    steer.stop_trial(run.trials.get())
    expire(claim)
    assert run.trials.get().state == "cancelled"


def test_a_stale_decision_about_a_run_is_refused(start):
    run = start()
    stale = Run.objects.get(pk=run.pk)
    steer.pause(Run.objects.get(pk=run.pk))
    with pytest.raises(ConflictError):
        steer.pause(stale)


def test_a_run_in_which_no_trial_completes_fails_and_says_so(start, devices):
    run = start(max_trials=2)
    for _ in range(2):
        schedule.advance(run.pk)
        claim = schedule.claim("cpu", devices[0])
        finish(claim, TrialState.FAILED, seconds=1, reason="exception")
    schedule.advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.FAILED, "no_trial_completed")


def test_a_doubled_request_starts_one_run(start):
    first = start(request_key="k")
    again = start(request_key="k")
    assert first.pk == again.pk
    assert Run.objects.count() == 1


def test_hints_are_sent_again_for_what_waits(start, devices, monkeypatch):
    run = start(max_trials=3, concurrency=3)
    schedule.advance(run.pk)
    sent = []
    monkeypatch.setattr(schedule, "hint_work", sent.append)
    schedule.reap()
    assert sent == ["cpu"]
