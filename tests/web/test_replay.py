"""Every proposal of a recorded run can be made again from what its method saw then."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db.models.functions import Now
from django.urls import reverse

from automl_web.compute.models import Device
from automl_web.runs import schedule
from automl_web.runs.chosen_space import ChosenSpace, ready_made
from automl_web.runs.history import asked, history_of, plan_of, problem_of
from automl_web.runs.models import Trial
from automl_web.runs.record import Progress, finish, record
from automl_web.runs.replay import history_at, replayed
from search.architecture.cell_space import CellSpace
from search.history import TrialState
from search.method import refusal
from search.methods import METHODS
from tests.web.small_options import is_guided, small_options

DEVICES, MOST = 4, 10


@pytest.fixture
def four(queue):
    return [
        Device.objects.create(queue=queue, host="here", name=f"cpu{n}", beat_at=Now())
        for n in range(DEVICES)
    ]


class Workers:
    """Simulated devices, whose trials end out of order, fail, crash and lose their workers."""

    def __init__(self, run, devices, rng):
        self.run, self.devices, self.rng = run, devices, rng
        self.busy = {}

    def work(self):
        """Take what waits, then let something happen to one of the trials that are under way."""
        for device in self.devices:
            if device.pk not in self.busy and (claim := schedule.claim("cpu", device)):
                self.busy[device.pk] = claim
        if self.busy:
            chosen = sorted(self.busy)[self.rng.integers(len(self.busy))]
            self.go_on(chosen, self.busy[chosen])

    def go_on(self, device, claim):
        step = Trial.objects.get(pk=claim.trial_id).step + 1
        record(claim, self.progress(claim, step), seconds=step)
        fate = self.rng.random()
        if fate < 0.3:  # it trains on
            return
        del self.busy[device]
        if fate < 0.4:
            finish(claim, TrialState.FAILED, seconds=step, reason="diverged")
        elif fate < 0.5:
            finish(claim, TrialState.WAITING, seconds=step, reason="killed", crashed=True)
        elif fate < 0.55:
            past = Now() - timedelta(seconds=1)
            Trial.objects.filter(pk=claim.trial_id).update(lease_until=past)
            schedule.reap()
        else:
            finish(claim, TrialState.COMPLETE, seconds=step, loss=0.0)

    def progress(self, claim, step):
        accuracy = float(self.rng.random())
        loss = None if step == 1 else 1 - accuracy
        derived = []
        trial = Trial.objects.get(pk=claim.trial_id)
        led = {}
        if METHODS[self.run.method].search and trial.stage == "search":
            led = {"led_weight_decay": float(self.rng.uniform(1e-5, 1e-3))}
        if led and "architecture" in self.run.space:
            cells = CellSpace.from_json(self.run.space["architecture"], (1, 8, 8), 10)
            weights = {"ops": ["id"], "edges": [[0, 2]], "weights": {"normal": [[1.0]]}}
            derived = [(step, cells.sample(self.rng), weights)]
        point = (step, {"val_accuracy": accuracy, "val_loss": loss, **led})
        return Progress([point], [], f"/{step}", {"params": 100.0 * claim.number}, derived)


SMALL = {
    "hyperparameters": [
        {"type": "uniform_float", "name": "x", "lower": 0.0, "upper": 1.0, "log": False},
        {
            "type": "uniform_float",
            "name": "weight_decay",
            "lower": 1e-6,
            "upper": 0.01,
            "log": True,
        },
        {"type": "categorical", "name": "kind", "choices": ["a", "b"]},
        {"type": "uniform_float", "name": "y", "lower": 0.001, "upper": 1.0, "log": True},
    ],
    "conditions": [{"type": "EQ", "child": "y", "parent": "kind", "value": "b"}],
    "forbiddens": [],
    "format_version": 0.4,
}
"""Three dimensions and a choice: enough for every method to come to its own branch."""


def begun(method, start):
    """A run of the method on the first space that it searches and does not refuse."""
    for document in (SMALL, ready_made("small")):
        chosen = {"options": small_options(method), "max_trials": MOST, "concurrency": DEVICES + 1}
        run = start(method.name, space=document, name=method.name, **chosen)
        refused = refusal(method, problem_of(run), plan_of(run).options)
        if ChosenSpace(document).takes(method) and refused is None:
            return run
    raise AssertionError(f"no space for {method.name}")


OF_TABLES = {"neat"}
"""Methods that refuse images, of which these runs are."""


@pytest.fixture(
    params=[m for m in METHODS.values() if m.name not in OF_TABLES], ids=lambda m: m.name
)
def recorded(request, start, four):
    return worked_off(begun(request.param, start), four)


def worked_off(run, devices):
    """A whole run, worked off by simulated devices."""
    workers = Workers(run, devices, np.random.default_rng(7))
    for _ in range(60 * MOST):
        schedule.advance(run.pk)
        workers.work()
        run.refresh_from_db()
        if run.is_over:
            break
    assert run.is_over
    return run


def test_every_proposal_of_a_run_is_made_again(recorded):
    trials = recorded.trials.select_related("run__dataset").order_by("number")
    assert [replayed(row) for row in trials] == [asked(row) for row in trials]
    problem = problem_of(recorded)
    curves = METHODS[recorded.method].curves
    history = history_of(recorded, problem, curves=curves)
    assert history_at(recorded, problem, recorded.seq, curves=curves) == history
    method = METHODS[recorded.method]
    assert method.search or is_guided(method, [row.memo for row in trials]), (
        "only draws were replayed"
    )


@pytest.mark.parametrize("name", ["tpe", "bohb", "dehb", "particle_swarm"])
def test_proposals_of_both_halves_are_made_again(name, start, four):
    method, space = METHODS[name], ready_made("residual_small")
    chosen = {"options": small_options(method), "max_trials": MOST, "concurrency": DEVICES + 1}
    run = worked_off(start(name, space=space, **chosen), four)
    trials = list(run.trials.select_related("run__dataset").order_by("number"))
    assert [replayed(row) for row in trials] == [asked(row) for row in trials]
    assert len({row.genotype for row in trials}) > 2
    assert is_guided(method, [row.memo for row in trials])


def test_events_tell_the_reports_too(start, four):
    run = start("hyperband", max_trials=12, concurrency=4)
    workers = Workers(run, four, np.random.default_rng(3))
    for _ in range(60):
        schedule.advance(run.pk)
        workers.work()
    run.refresh_from_db()
    problem = problem_of(run)
    history = history_of(run, problem, curves=True)
    assert sum(len(trial.reports) for trial in history) > 10
    assert history_at(run, problem, run.seq, curves=True) == history


def test_what_an_open_or_failed_trial_has_reached_so_far_ranks_with_nothing(start, four):
    run = start("random_search", max_trials=4, concurrency=4)
    schedule.advance(run.pk)
    first, second = (schedule.claim("cpu", device) for device in four[:2])
    for claim in (first, second):
        record(claim, Progress([(1, {"val_accuracy": 0.9})]), seconds=1)
    finish(second, TrialState.FAILED, seconds=2, reason="diverged")
    open_, failed, *_ = history_of(run, problem_of(run))
    assert (open_.values, open_.losses, open_.cost) == ({}, (), 0.0)
    assert (failed.values, failed.losses, failed.cost) == ({"val_accuracy": 0.9}, (), 2.0)


def test_a_trial_that_ended_while_a_proposal_was_made_is_not_in_its_view(start, four, monkeypatch):
    run = start("random_search", max_trials=8, concurrency=2)
    schedule.advance(run.pk)
    claims = [schedule.claim("cpu", device) for device in four[:2]]
    record(claims[0], Progress([(1, {"val_accuracy": 0.9})]), seconds=1)
    finish(claims[0], TrialState.COMPLETE, seconds=1, loss=-0.9)
    real = schedule.next_proposal

    def meanwhile(*args):
        if claims[1] is not None:
            finish(claims[1], TrialState.FAILED, seconds=1, reason="diverged")
            claims[1] = None
        return real(*args)

    monkeypatch.setattr(schedule, "next_proposal", meanwhile)
    schedule.advance(run.pk)
    third = run.trials.select_related("run__dataset").get(number=3)
    history = history_at(third.run, problem_of(run), third.view)
    assert [trial.state for trial in history] == ["complete", "running"]
    assert replayed(third) == asked(third)


def test_the_page_of_a_trial_says_what_was_known_when_it_was_proposed(start, four, viewer_client):
    run = start("random_search", max_trials=8, concurrency=2)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", four[0])
    finish(claim, TrialState.FAILED, seconds=1, reason="diverged")
    schedule.advance(run.pk)
    third = reverse("trial", args=[run.pk, 3])
    assert "2 trials, 1 of them ended" in viewer_client.get(third).content.decode()
    first = viewer_client.get(reverse("trial", args=[run.pk, 1])).content.decode()
    assert "Proposed before any other" in first
