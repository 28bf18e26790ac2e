"""A run from its first proposal to the confirmation of its best candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace

from search.history import GIVEN, Candidate, History, Report, Stage, Trial, TrialState
from search.loop import Plan, expected_trials, furthest, next_proposal, run, trial_seed
from search.method import CONFIG, Context, Fidelity, Objective, Problem, refusal
from search.methods import METHODS
from search.options import describe
from search.problems.images import IMAGES
from search.space import Space


def pretend(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """A candidate is the better the nearer its dropout is to a fifth."""
    yield Report(1, {"val_accuracy": 1 - abs(candidate.config["dropout"] - 0.2)})


PROBLEM = Problem("pretended", IMAGES.usual_space(), pretend, (Objective("val_accuracy", True),))
PLAN = Plan(METHODS["random_search"], METHODS["random_search"].options(), seed=1, max_trials=6)


def test_a_run_ends_with_the_confirmation_of_its_best(tmp_path):
    history = run(PLAN, PROBLEM, tmp_path)
    *searched, last = history.trials
    assert len(history) == expected_trials(PLAN, PROBLEM) == 7
    assert [t.stage for t in searched] == [Stage.SEARCH] * 6
    best = min(searched, key=lambda t: abs(t.candidate.config["dropout"] - 0.2))
    assert (last.stage, last.candidate) == (Stage.CONFIRM, best.candidate)


def test_the_same_seed_runs_the_same_search(tmp_path):
    one, two = (run(PLAN, PROBLEM, tmp_path / name) for name in "ab")
    assert [t.candidate for t in one] == [t.candidate for t in two]


def first_tried(name: str, count: int = 2) -> Plan:
    rng = np.random.default_rng(3)
    first = tuple(Candidate(PROBLEM.space.sample(rng)) for _ in range(count))
    options = METHODS[name].options()
    return Plan(METHODS[name], options, seed=1, max_trials=30, first=first)


@pytest.mark.parametrize("name", ["random_search", "grid", "tpe", "particle_swarm"])
def test_what_a_run_begins_with_is_tried_before_the_method_proposes_any(tmp_path, name):
    plan = first_tried(name)
    *searched, _confirmed = run(plan, PROBLEM, tmp_path)
    assert tuple(trial.candidate for trial in searched[:2]) == plan.first
    assert [trial.memo for trial in searched[:2]] == [{GIVEN: 0}, {GIVEN: 1}]
    assert len(searched) == 30
    assert len(History(tuple(searched)).proposed()) == 28


def test_a_method_with_a_plan_has_its_whole_plan_beside_what_a_run_begins_with():
    fidelity = Fidelity("epochs", 1, 81, resumes=True)
    problem = replace(PROBLEM, fidelities=(fidelity,))
    plan = first_tried("successive_halving")
    usual = expected_trials(replace(plan, first=(), max_trials=1000), problem)
    assert expected_trials(replace(plan, max_trials=1000), problem) == usual + 2


def test_waits_for_the_last_search_trial_before_confirming():
    done = Trial(1, Candidate({}), state=TrialState.COMPLETE, losses=(-0.5,))
    open_trial = Trial(2, Candidate({}), state=TrialState.LOST)
    plan = Plan(PLAN.method, PLAN.options, 1, max_trials=2)
    assert next_proposal(plan, PROBLEM, History((done, open_trial))) is None


def test_a_run_in_which_everything_failed_confirms_nothing():
    failed = Trial(1, Candidate({}), state=TrialState.FAILED)
    plan = Plan(PLAN.method, PLAN.options, 1, max_trials=1)
    assert next_proposal(plan, PROBLEM, History((failed,))) is None


def test_each_trial_has_its_own_seed():
    seeds = {trial_seed(run_seed, number) for run_seed in range(5) for number in range(100)}
    assert len(seeds) == 500


def a_trial(
    number: int,
    loss: float,
    epochs: int | None = None,
    state: TrialState = TrialState.COMPLETE,
) -> Trial:
    fidelity = {} if epochs is None else {"epochs": epochs}
    return Trial(number, Candidate({}), state=state, fidelity=fidelity, losses=(loss,))


def test_ranks_the_best_first_and_leaves_out_what_does_not_count():
    failed = a_trial(4, -0.9, state=TrialState.FAILED)
    unknown = a_trial(5, float("nan"))
    history = History((a_trial(1, -0.5), a_trial(2, -0.7), a_trial(3, -0.5), failed, unknown))
    assert [t.number for t in history.ranked()] == [2, 1, 3]


def test_a_longer_training_outranks_an_early_score_as_incumbent():
    history = History((a_trial(1, -0.9, 1), a_trial(2, -0.8, 9), a_trial(3, -0.7, 9)))
    incumbent = history.incumbent()
    assert incumbent is not None
    assert incumbent.number == 2


def test_a_trial_that_was_stopped_does_not_outrank_those_that_were_trained_to_their_end():
    stopped = a_trial(2, -0.9, 27, state=TrialState.STOPPED)
    found = History((a_trial(1, -0.7, 9), stopped)).incumbent()
    assert found is not None
    assert found.number == 1
    assert History((stopped,)).incumbent() is stopped


@pytest.mark.parametrize(("values", "loss"), [({"a": 2.0}, -2.0), ({}, float("inf"))])
def test_a_maximised_objective_is_a_loss_with_the_sign_turned(values, loss):
    assert Objective("a", maximise=True).loss(values) == loss
    assert Objective("b").loss({"b": float("nan")}) == float("inf")


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.needs], ids=lambda m: m.name)
@pytest.mark.parametrize(
    "fidelities",
    [
        (Fidelity("epochs", 1, 81, resumes=True), Fidelity("train_fraction", 0.01, 1, False)),
        (Fidelity("train_fraction", 0.01, 1, False),),
    ],
    ids=["epochs", "data"],
)
def test_what_a_person_asks_for_is_trained_as_far_as_the_best_of_the_method(method, fidelities):
    """Else it would outrank all others, or none."""
    problem = replace(PROBLEM, fidelities=fidelities)
    plan = Plan(method, method.options(), seed=1, max_trials=9)
    if refusal(method, problem, plan.options) is None:
        (amount,) = furthest(plan, problem).values()
        is_share = len(fidelities) == 1 or method.needs[0] == "train_fraction"
        assert amount == (1 if is_share else plan.options.max_epochs)


@pytest.mark.parametrize(
    "method",
    [m for m in METHODS.values() if CONFIG in m.searches and m.search is None],
    ids=lambda m: m.name,
)
def test_every_method_bears_earlier_runs(tmp_path, method):
    fidelities = (
        Fidelity("epochs", 1, 81, resumes=True),
        Fidelity("train_fraction", 0.01, 1, False),
    )
    space = ConfigurationSpace({"dropout": (0.0, 1.0), "kind": ["a", "b"]})
    problem = replace(PROBLEM, space=Space(space), fidelities=fidelities)
    small = {info.name: 2 for info in describe(method.options) if info.name == "start_up"}
    earlier = run(PLAN, problem, tmp_path / "before")
    plan = Plan(method, method.options(**small), seed=2, max_trials=5)
    history = run(plan, problem, tmp_path / "now", (earlier,))
    assert history.earlier == (earlier,)
    assert len(history) == 6
