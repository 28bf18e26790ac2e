"""Checkpoints that nothing will go on from are deleted, and never one that something may."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl_web.runs import pruning, schedule, steer, tasks
from automl_web.runs.models import Run, Trial
from automl_web.runs.slot import Slot
from search.history import ASKED_BY
from tests.web.test_supervise import space_with

pytestmark = pytest.mark.django_db(transaction=True)

OPTIONS = {"eta": 2, "max_epochs": 4}


@pytest.fixture(autouse=True)
def _only_the_very_best(monkeypatch):
    monkeypatch.setattr(pruning, "BEST", 1)


@pytest.fixture
def slot(devices):
    slot = Slot(devices[0])
    yield slot
    slot.stop()


def begun(start, method, **chosen):
    space = space_with({"epochs": 4, "layers": 1})
    return start(method=method, options=OPTIONS, space=space, concurrency=1, **chosen)


def step(run, slot) -> bool:
    """Train the next trial; whether there was one."""
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", slot.device)
    if claim is not None:
        for origin in Trial.objects.filter(run=run, number=claim_parent(claim)):
            assert Path(origin.checkpoint).exists()
        slot.train(claim)
    return claim is not None


def claim_parent(claim):
    return Trial.objects.get(pk=claim.trial_id).parent


def files(trial):
    return sorted(trial.folder.glob("*/*.checkpoint"))


def test_a_real_search_keeps_what_it_goes_on_from_and_in_the_end_the_best_and_the_confirmed(
    start, slot
):
    run = begun(start, "hyperband", max_trials=20)
    fewest = 10**6
    while step(run, slot):
        trials = list(run.trials.filter(state="complete"))
        fewest = min(fewest, sum(bool(files(trial)) for trial in trials) - len(trials))
    tasks.advance(run.pk)
    assert Run.objects.get(pk=run.pk).state == "completed"
    assert fewest < 0, "while the search went on, checkpoints of the outranked were deleted"
    promoted = run.trials.exclude(parent=None)
    assert promoted
    for trial in promoted:
        origin = run.trials.get(number=trial.parent)
        first = trial.reports.order_by("step").first()
        assert first.step == origin.step + 1, "no step was trained twice"
    kept = {trial.stage for trial in run.trials.all() if files(trial)}
    assert "confirm" in kept
    for trial in run.trials.all():
        assert bool(files(trial)) == bool(trial.checkpoint)
    assert sum(bool(files(trial)) for trial in run.trials.all()) <= 3


def test_asha_keeps_whoever_may_still_be_promoted(start, slot):
    run = begun(start, "asha", max_trials=7)
    while run.trials.filter(state="complete").count() < 7:
        step(run, slot)
    gone_on = set(run.trials.exclude(parent=None).values_list("parent", flat=True))
    assert gone_on
    for trial in run.trials.filter(state="complete", memo__rung=0).exclude(number__in=gone_on):
        assert files(trial)


def of(run, number, **fields):
    """An ended trial with a checkpoint, as a training leaves it."""
    trial = Trial.objects.create(run=run, number=number, **{"state": "complete", **fields})
    folder = trial.folder / "1"
    folder.mkdir(parents=True)
    path = folder / "step-000001.checkpoint"
    path.write_bytes(b"weights")
    Trial.objects.filter(pk=trial.pk).update(checkpoint=str(path))
    return trial


@pytest.fixture
def halving(start):
    """A run of successive halving with a rung of four that has ended: half of it goes on."""
    run = start(method="successive_halving", options={**OPTIONS, "initial": 4}, max_trials=9)
    memo, fidelity = {"bracket": 0, "rung": 0}, {"epochs": 1}
    config = {"learning_rate": 0.01}
    for number in range(1, 5):
        told = {"values": {"val_accuracy": 1 - number / 10}, "loss": number / 10 - 1}
        of(run, number, memo=memo, fidelity=fidelity, config=config, **told)
    return run


def kept(run):
    return {trial.number for trial in run.trials.all() if files(trial)}


def test_of_a_rung_that_has_ended_only_the_promoted_keep_theirs(halving):
    schedule.advance(halving.pk)
    assert kept(halving) == {1, 2}


def test_a_failed_trial_that_may_be_tried_again_and_a_persons_own_keep_theirs(halving):
    halving.trials.filter(number=3).update(state="failed", loss=None)
    halving.trials.filter(number=4).update(memo={ASKED_BY: "ana"})
    schedule.advance(halving.pk)
    assert kept(halving) >= {3, 4}


def test_after_a_cancel_only_the_best_and_a_persons_own_keep_theirs(halving):
    halving.trials.filter(number=4).update(memo={ASKED_BY: "ana"})
    steer.cancel_run(Run.objects.get(pk=halving.pk))
    tasks.advance(halving.pk)
    assert kept(halving) == {1, 4}


def test_a_run_that_failed_may_be_gone_on_with_and_keeps_what_that_needs(halving):
    halving.trials.update(state="failed", loss=None)
    Run.objects.filter(pk=halving.pk).update(state="failed")
    tasks.advance(halving.pk)
    assert kept(halving) == {1, 2, 3, 4}
