"""NSGA-II: the order of trials, crowding, limits, and fronts that grow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float

from search.history import Candidate, History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Constraint, Objective, Problem
from search.methods import METHODS
from search.pareto import hypervolume
from search.space import Space
from search.strategies.nsga2 import _design, distances, ordered, violation
from tests.search.walks import CELLS, NAS

METHOD = METHODS["nsga2"]


def a_problem(*limits: Constraint) -> Problem:
    space = ConfigurationSpace()
    space.add([Float(f"x{number}", (0.0, 1.0)) for number in range(5)])
    objectives = (Objective("val_loss"), Objective("params"))
    return Problem("made up", Space(space), "nowhere:never", objectives, limits)


def values_of(config) -> dict[str, float]:
    """Two objectives against each other along the first axis; the others only do harm."""
    harm = 1 + sum(abs(config[f"x{number}"] - 0.5) for number in range(1, 5))
    return {"val_loss": config["x0"] ** 2 * harm, "params": (1 - config["x0"]) ** 2 * harm}


def ended(problem: Problem, number: int, values: dict[str, float], config=None) -> Trial:
    return Trial(
        number,
        Candidate(config or {}),
        state=TrialState.COMPLETE,
        values=values,
        losses=problem.losses(values),
        ended=number,
    )


def searched(method, problem: Problem, trials: int, seed: int) -> History:
    plan, history = Plan(method, method.options(), seed, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        trial = trial_of(proposal, number)
        told = ended(problem, number, values_of(trial.candidate.config))
        done = replace(told, candidate=trial.candidate, memo=trial.memo, why=trial.why)
        history = History((*history.trials, done))
    return history


def grown(history: History) -> float:
    losses = np.array([trial.losses for trial in history])
    return hypervolume(losses, np.array([2.0, 2.0]))


def test_fronts_come_one_after_the_other_and_the_loneliest_of_a_front_first():
    problem = a_problem()
    pairs = [(2, 2), (0, 4), (4, 0), (1.9, 2.2), (1, 3), (5, 5)]
    trials = [
        ended(problem, n, {"val_loss": a, "params": b}) for n, (a, b) in enumerate(pairs, start=1)
    ]
    numbers = [trial.number for trial in ordered(problem, trials)]
    assert set(numbers[:2]) == {2, 3}
    assert numbers[-1] == 6
    assert numbers[2] in (1, 5)


def test_the_ends_of_a_front_are_as_lonely_as_can_be():
    found = distances(np.array([[0.0, 4.0], [1.0, 2.0], [4.0, 0.0]]))
    assert found == pytest.approx([np.inf, 2.0, np.inf])


def test_beyond_a_limit_the_least_violation_comes_first_and_failures_last():
    problem = a_problem(Constraint("params", 10))
    far = ended(problem, 1, {"val_loss": 0.1, "params": 30})
    near = ended(problem, 2, {"val_loss": 0.9, "params": 11})
    within = ended(problem, 3, {"val_loss": 5.0, "params": 9})
    failed = Trial(4, Candidate({}), state=TrialState.FAILED)
    assert violation(problem, near) == pytest.approx(0.1)
    assert [t.number for t in ordered(problem, [failed, far, near, within])] == [3, 2, 1, 4]


def test_its_front_dominates_more_than_that_of_random_search():
    problem = a_problem()
    ours = [grown(searched(METHOD, problem, 120, seed)) for seed in range(3)]
    random = [grown(searched(METHODS["random_search"], problem, 120, seed)) for seed in range(3)]
    assert min(ours) > max(random)


def test_a_child_takes_each_decision_of_its_design_from_either_parent_but_for_one_node_that_is_mutated():
    problem = replace(NAS, limits=())
    parents = [CELLS.sample(np.random.default_rng(seed)) for seed in (1, 2)]
    rngs = map(np.random.default_rng, range(60))
    children = {_design(problem, parents, False, rng) for rng in rngs}
    first, second, *made = (np.array(CELLS.encode(genotype)) for genotype in (*parents, *children))
    nodes = np.array([decision.name.split("_")[:2] for decision in CELLS.decisions])
    for child in made:
        strange = (child != first) & (child != second)
        assert len({tuple(node) for node in nodes[strange]}) <= 1
    assert len(children) > 50
    assert np.mean([(child != first).any() and (child != second).any() for child in made]) > 0.9
