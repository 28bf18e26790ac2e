"""What people and clocks do to runs and trials: drain, retry, time budgets, and workers that leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from automl_web.runs import schedule, steer
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.record import Progress, finish, record, wish
from search.history import TrialState


def reload(run):
    return Run.objects.select_related("queue").get(pk=run.pk)


def claimed(run, device):
    schedule.advance(run.pk)
    return schedule.claim("cpu", device)


def complete(claim, accuracy=0.5):
    record(claim, Progress([(1, {"val_accuracy": accuracy})], (), "/1"), seconds=1)
    finish(claim, TrialState.COMPLETE, seconds=1, loss=-accuracy)


def state_of(claim):
    trial = Trial.objects.get(pk=claim.trial_id)
    return trial.state, trial.attempt


def test_draining_a_run_gives_its_trials_back_and_a_resume_takes_them_up(start, devices):
    run = start()
    claim = claimed(run, devices[0])
    steer.drain(reload(run))
    assert wish(claim) is Trial.Wish.GIVE_BACK
    finish(claim, TrialState.WAITING, seconds=1, reason="given_back")
    assert state_of(claim) == ("waiting", 1)
    assert schedule.claim("cpu", devices[0]) is None
    steer.resume(reload(run))
    again = schedule.claim("cpu", devices[0])
    assert (again.number, again.fence) == (claim.number, claim.fence + 1)
    assert wish(again) is Trial.Wish.NONE


def test_draining_a_queue_gives_back_what_works_on_it(start, devices, queue):
    claim = claimed(start(), devices[0])
    steer.drain_queue(queue)
    assert wish(claim) is Trial.Wish.GIVE_BACK
    assert schedule.claim("cpu", devices[1]) is None
    steer.open_queue(queue)
    assert schedule.claim("cpu", devices[1]) is not None


def test_a_worker_that_leaves_gives_back_only_its_own_trial(start, devices):
    run = start()
    first, second = claimed(run, devices[0]), claimed(run, devices[1])
    steer.leave(devices[0])
    assert wish(first) is Trial.Wish.GIVE_BACK
    assert wish(second) is Trial.Wish.NONE


def test_a_stop_that_a_person_asked_for_stands_when_the_queue_is_drained(start, devices, queue):
    claim = claimed(start(), devices[0])
    steer.stop_trial(Trial.objects.get(pk=claim.trial_id))
    steer.drain_queue(queue)
    assert wish(claim) is Trial.Wish.STOP


def test_a_failed_trial_is_tried_again_with_all_its_attempts(start, devices):
    run = start(max_trials=1)
    claim = claimed(run, devices[0])
    finish(claim, TrialState.FAILED, seconds=1, reason="exception")
    steer.retry_trial(Trial.objects.select_related("run__queue").get(pk=claim.trial_id))
    assert state_of(claim) == ("waiting", 1)
    complete(schedule.claim("cpu", devices[0]))
    assert state_of(claim) == ("complete", 1)


def test_a_run_that_failed_goes_on_when_its_failed_trials_are_tried_again(start, devices):
    run = start(max_trials=2)
    for _ in range(2):
        finish(claimed(run, devices[0]), TrialState.FAILED, seconds=1, reason="exception")
    schedule.advance(run.pk)
    assert reload(run).state == "failed"
    assert steer.retry_failed(reload(run)) == 2
    assert reload(run).state == "running"
    assert set(run.trials.values_list("state", flat=True)) == {"waiting"}


def test_nothing_is_retried_where_nothing_failed(start, devices):
    run = start()
    complete(claimed(run, devices[0]))
    with pytest.raises(ConflictError):
        steer.retry_failed(reload(run))


def finished_run(start, devices, confirm=TrialState.COMPLETE):
    run = start(max_trials=1)
    complete(claimed(run, devices[0]))
    confirming = claimed(run, devices[0])
    finish(confirming, confirm, seconds=1)
    schedule.advance(run.pk)
    return reload(run), confirming


def test_of_a_completed_run_only_the_confirming_trial_is_tried_again(start, devices):
    run, confirming = finished_run(start, devices, TrialState.FAILED)
    Run.objects.filter(pk=run.pk).update(taken_home=True)
    assert run.state == "completed"
    assert not steer.can_be_retried(run.trials.get(number=1))
    steer.retry_trial(Trial.objects.select_related("run__queue").get(pk=confirming.trial_id))
    run = reload(run)
    assert (run.state, run.taken_home) == ("running", False)
    complete(schedule.claim("cpu", devices[0]))
    schedule.advance(run.pk)
    assert reload(run).state == "completed"


def time_passes(run, minutes):
    Run.objects.filter(pk=run.pk).update(deadline=Now() + timedelta(minutes=-minutes))


def test_when_the_time_is_up_the_search_ends_and_the_best_is_still_confirmed(start, devices):
    run = start(max_trials=9, concurrency=3, minutes=60)
    complete(claimed(run, devices[0]))
    running = claimed(run, devices[0])
    time_passes(run, 1)
    schedule.reap()
    assert wish(running) is Trial.Wish.TIME
    finish(running, TrialState.STOPPED, seconds=1, loss=-0.4, reason="time_is_up")
    confirming = claimed(run, devices[0])
    assert Trial.objects.get(pk=confirming.trial_id).stage == "confirm"
    schedule.reap()
    assert wish(confirming) is Trial.Wish.NONE
    finish(confirming, TrialState.COMPLETE, seconds=1)
    schedule.advance(run.pk)
    assert reload(run).state == "completed"
    assert run.trials.filter(state="cancelled", reason="time_budget").exists()


def test_time_is_kept_for_the_final_training(start, devices):
    run = start(minutes=10)
    claim = claimed(run, devices[0])
    assert not schedule.time_is_up(reload(run))
    record(claim, Progress([(1, {"val_accuracy": 0.5})]), seconds=120)
    finish(claim, TrialState.COMPLETE, seconds=120, loss=-0.5)
    time_passes(run, -3.5)  # 3.5 of 10 minutes are left, and a training took 2
    assert schedule.time_is_up(reload(run))


def test_the_clock_stands_still_while_a_run_is_paused(start):
    run = start(minutes=10)
    steer.pause(reload(run))
    paused = reload(run)
    assert paused.deadline is None
    assert timedelta(minutes=9) < paused.time_left <= timedelta(minutes=10)
    steer.resume(paused)
    assert reload(run).time_left is None
    assert not schedule.time_is_up(reload(run))


@pytest.mark.parametrize(
    ("name", "state"),
    [("run-pause", "paused"), ("run-drain", "paused"), ("run-cancel", "cancelled")],
)
def test_every_move_has_its_button(editor_client, start, name, state):
    run = start()
    page = editor_client.get(run.get_absolute_url()).content.decode()
    address = reverse(name, args=[run.pk])
    assert address in page
    editor_client.post(address)
    assert reload(run).state == state


def test_a_failed_trial_has_its_button(editor_client, start, devices):
    run = start()
    claim = claimed(run, devices[0])
    finish(claim, TrialState.FAILED, seconds=1, reason="exception")
    address = reverse("trial-retry", args=[run.pk, claim.number])
    assert (
        address in editor_client.get(reverse("trial", args=[run.pk, claim.number])).content.decode()
    )
    assert (
        reverse("run-retry", args=[run.pk])
        in editor_client.get(run.get_absolute_url()).content.decode()
    )
    editor_client.post(address)
    assert state_of(claim) == ("waiting", 1)


def test_the_queue_is_paused_opened_and_drained_with_buttons(admin_client, queue, devices):
    page = admin_client.get(reverse("queues")).content.decode()
    for name, paused in (("queue-pause", True), ("queue-open", False), ("queue-drain", True)):
        address = reverse(name, args=["cpu"])
        assert address in page or name == "queue-open"
        admin_client.post(address)
        queue.refresh_from_db()
        assert queue.paused is paused


def test_budgets_of_time_are_taken_from_the_form(editor_client, project, version, queue):
    data = {
        "name": "Short",
        "dataset": version.pk,
        "method": "random_search",
        "max_trials": 5,
        "concurrency": 1,
        "seed": 0,
        "queue": queue.pk,
        "minutes": "30",
        "trial_minutes": "0.5",
        "request_key": "k",
    }
    editor_client.post(reverse("run-new", args=[project.slug]), data)
    run = Run.objects.get()
    assert (run.minutes, run.trial_minutes) == (30, 0.5)
    assert run.deadline is not None
