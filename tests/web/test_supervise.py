"""A claimed trial and its real runner: trained, recorded, stopped, and explained when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

import numpy as np
import pytest
from django.db import connection

from automl_web.runs import schedule, steer
from automl_web.runs.models import Event, Report, Trial
from automl_web.runs.slot import Slot
from automl_web.runs.supervise import log_path
from search.compaction import compact
from search.events import from_json, to_json

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slot(devices):
    slot = Slot(devices[0])
    yield slot
    slot.stop()


def space_with(fixed):
    """The ready-made space with some hyper-parameters fixed."""
    from search.problems.images import IMAGES

    document = IMAGES.usual_space().to_json()
    small = {"width": 4, "layers": 2, "batch_size": 32, **fixed}
    document["hyperparameters"] = [
        {"type": "constant", "name": entry["name"], "value": small[entry["name"]]}
        if entry["name"] in small
        else entry
        for entry in document["hyperparameters"]
    ]
    return document


def train_next(run, slot):
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", slot.device)
    slot.train(claim)
    return Trial.objects.get(pk=claim.trial_id)


def later(wait_for, act):
    """Do something from another thread as soon as something is so."""

    def watch():
        try:
            while not wait_for():
                time.sleep(0.02)
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def has_reported(run):
    return lambda: Report.objects.filter(trial__run=run).exists()


def test_a_trial_is_trained_and_its_curve_log_and_checkpoint_are_kept(start, slot):
    run = start(space=space_with({"epochs": 3}), max_trials=1)
    trial = train_next(run, slot)
    assert trial.state == "complete"
    assert list(trial.reports.order_by("step").values_list("step", flat=True)) == [1, 2, 3]
    assert trial.loss == -trial.values["val_accuracy"]
    assert os.path.exists(trial.checkpoint)  # noqa: PTH110
    assert "epoch 3" in log_path(trial).read_text()


def test_the_runner_stays_warm_from_trial_to_trial(start, slot):
    run = start(space=space_with({"epochs": 1}), max_trials=2)
    train_next(run, slot)
    pid = slot.runner.pid
    train_next(run, slot)
    assert slot.runner.pid == pid


def test_another_project_gets_a_runner_of_its_own(start, slot):
    run = start(space=space_with({"epochs": 1}), max_trials=1)
    slot.runner = None
    train_next(run, slot)
    slot.runner.project = -1
    pid = slot.runner.pid
    train_next(start(space=space_with({"epochs": 1}), max_trials=1), slot)
    assert slot.runner.pid != pid


def test_a_person_s_stop_ends_training_and_keeps_what_was_reached(start, slot):
    run = start(space=space_with({"epochs": 1000}), max_trials=1)
    thread = later(has_reported(run), lambda: steer.stop_trial(run.trials.get()))
    trial = train_next(run, slot)
    thread.join()
    assert (trial.state, trial.reason) == ("stopped", "stopped_by_person")
    assert trial.loss is not None
    assert slot.runner is None


def test_a_killed_runner_costs_an_attempt_and_the_trial_goes_on_from_its_checkpoint(start, slot):
    run = start(space=space_with({"epochs": 1000}), max_trials=1)
    kill = lambda: os.kill(slot.runner.pid, signal.SIGKILL)  # noqa: E731
    thread = later(has_reported(run), kill)
    trial = train_next(run, slot)
    thread.join()
    assert (trial.state, trial.attempt, trial.reason) == ("waiting", 2, "killed")
    reached = trial.step

    first = []

    def has_gone_on():
        first[:] = list(Report.objects.filter(trial=trial, step__gt=reached).order_by("step")[:1])
        return bool(first)

    thread = later(has_gone_on, lambda: steer.stop_trial(Trial.objects.get(pk=trial.pk)))
    train_next(run, slot)
    thread.join()
    assert first[0].step == reached + 1  # nothing was trained twice


def test_a_trial_that_meets_an_error_says_so_and_the_slot_is_usable_again(start, slot):
    run = start(space=space_with({"epochs": 1}), max_trials=2)
    schedule.advance(run.pk)
    broken = run.trials.get(number=1)
    Trial.objects.filter(pk=broken.pk).update(config={**broken.config, "layers": "many"})
    failed = train_next(run, slot)
    assert (failed.state, failed.reason) == ("failed", "exception")
    assert "Traceback" in failed.detail
    assert train_next(run, slot).state == "complete"


def test_a_promoted_trial_continues_where_its_parent_stopped(start, slot):
    options = {"eta": 3, "max_epochs": 3}
    space = space_with({"epochs": 9})
    run = start("hyperband", options=options, max_trials=9, concurrency=1, space=space)
    for _ in range(3):
        assert train_next(run, slot).step == 1
    promoted = train_next(run, slot)
    assert promoted.parent is not None
    steps = list(promoted.reports.order_by("step").values_list("step", flat=True))
    assert steps == [2, 3]


def search_events(run, slot):
    """What a search of two trials tells; how long things took, and so how they were cut, is left out."""
    for _ in range(2):
        train_next(run, slot)
    told = Event.objects.filter(run=run).order_by("seq").values_list("body", flat=True)
    whole = [to_json(event) for event in compact(from_json(body) for body in told)]
    lines = [line for event in whole if event["type"] == "logged" for line in event["lines"]]
    return [_untimed(event) for event in whole if event["type"] != "logged"], lines


def _untimed(event):
    values = {name: v for name, v in event.get("values", {}).items() if name != "latency_ms"}
    return {**event, "cost": None, "values": values}


def test_replacing_the_test_part_changes_no_search_event(start, slot, version):
    before = search_events(start(space=space_with({"epochs": 2}), max_trials=2), slot)
    slot.stop()
    labels = version.folder / "test-labels.npy"
    np.save(labels, 9 - np.load(labels))
    (version.folder / "test-images.npy").write_bytes(b"not even an array")
    assert search_events(start(space=space_with({"epochs": 2}), max_trials=2), slot) == before
    events, lines = before
    assert len(events) > 5
    assert len(lines) == 6


def test_a_trial_whose_time_is_up_is_stopped_and_keeps_what_it_reached(start, slot):
    train_next(start(space=space_with({"epochs": 1}), max_trials=1), slot)  # now it is warm
    run = start(space=space_with({"epochs": 1000}), max_trials=1, trial_minutes=0.05)
    trial = train_next(run, slot)
    assert (trial.state, trial.reason) == ("stopped", "time_is_up")
    assert trial.loss is not None


def test_a_trial_that_is_given_back_goes_on_from_its_checkpoint_and_pays_no_attempt(start, slot):
    run = start(space=space_with({"epochs": 1000}), max_trials=1)
    thread = later(has_reported(run), lambda: steer.leave(slot.device))
    trial = train_next(run, slot)
    thread.join()
    assert (trial.state, trial.attempt, trial.reason) == ("waiting", 1, "given_back")
    assert trial.checkpoint


def tmpfs(command, *options):
    return subprocess.run([command, *options], capture_output=True).returncode == 0


@pytest.fixture
def small_disk(settings):
    """The folder of all runs on a disk of a few hundred kilobytes."""
    folder = settings.DATA / "runs"
    folder.mkdir()
    if not tmpfs("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder):
        pytest.skip(
            "Mounting is not allowed here; test_failures.py has a training that says so itself."
        )
    yield folder
    tmpfs("umount", "-l", folder)


def test_a_disk_that_fills_up_pauses_the_queue_and_costs_nothing(start, slot, queue, small_disk):
    fixed = {"epochs": 6, "width": 24, "layers": 3}
    run = start(space=space_with(fixed), max_trials=1)
    trial = train_next(run, slot)
    queue.refresh_from_db()
    assert (trial.state, trial.attempt, trial.reason) == ("waiting", 1, "disk_full")
    assert (queue.paused, queue.reason) == (True, "disk_full")
    assert schedule.claim("cpu", slot.device) is None
    assert tmpfs("mount", "-o", "remount,size=50m", small_disk)
    steer.open_queue(queue)
    trial = train_next(run, slot)
    assert trial.state == "complete"
    assert list(trial.reports.order_by("step").values_list("step", flat=True)) == [1, 2, 3, 4, 5, 6]
