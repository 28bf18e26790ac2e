"""Trials as points: where they stand, what they have tried, and how a population moves."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import (
    Categorical,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    Integer,
)

from search.history import Candidate, History, Trial, TrialState
from search.insight import Family, to_json
from search.loop import Plan, next_proposal, trial_of
from search.method import Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.strategies.cma_es import WIDTH
from search.surrogates.places import MOST, linear, logarithmic


def a_space() -> Space:
    space = ConfigurationSpace()
    rate, layers = Float("rate", (1e-4, 1e-1), log=True), Integer("layers", (1, 5))
    kind, momentum = Categorical("kind", ("adam", "sgd")), Float("momentum", (0.0, 1.0))
    space.add([rate, layers, kind, momentum, Constant("width", 8)])
    space.add([EqualsCondition(momentum, kind, "sgd")])
    return Space(space)


ONE = Problem("line", a_space(), "nowhere:never", (Objective("val_accuracy", maximise=True),))
TWO = replace(ONE, objectives=(*ONE.objectives, Objective("params")))


def told(method, trials, problem=ONE, **options):
    """A run in which one trial after the other has ended, and how the method thinks then."""
    history = ran(method, trials, problem, **options)
    found = METHODS[method]
    return history, found.insight(problem, history, found.options(**options))


def ran(method: str, trials: int, problem: Problem, **options) -> History:
    found = METHODS[method]
    plan, history = Plan(found, found.options(**options), 3, trials + 1), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        history = History((*history.trials, ended(problem, trial_of(proposal, number), number)))
    return history


def ended(problem: Problem, trial: Trial, at: int) -> Trial:
    config = trial.candidate.config
    value = 1 / (1 + abs(math.log10(config["rate"]) + 2))
    values = {"val_accuracy": value, "params": 100.0 * config["layers"]}
    state = TrialState.COMPLETE
    return replace(trial, state=state, values=values, losses=problem.losses(values), ended=at)


def test_axes_are_what_trials_can_differ_in_with_round_values_at_their_places():
    _, told_of = told("random_search", 3)
    axes = {axis.name: axis.ticks for axis in told_of.axes}
    assert set(axes) == {"rate", "layers", "kind", "momentum"}
    places, values = zip(*axes["rate"], strict=True)
    assert values == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1))
    assert places == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert [value for _, value in axes["layers"]] == [1, 2, 3, 4, 5]
    assert axes["kind"] == [(0.25, "adam"), (0.75, "sgd")]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 40), (0.2, 0.21), (1e-9, 3e7), (5, 6)])
def test_marks_of_an_axis_are_few_and_within_it(low, high):
    for values in (linear(low, high), *([logarithmic(low, high)] if low > 0 else ())):
        assert 2 <= len(values) <= 17
        assert all(low <= value <= high for value in values)
        assert values == sorted(set(values))


def test_random_trials_have_tried_values_of_their_own_where_a_grid_of_as_many_has_few():
    _, drawn = told("random_search", 16)
    assert {axis.name: axis.levels for axis in drawn.axes} == dict.fromkeys(
        ("rate", "layers", "kind", "momentum"), 2
    )
    tried = {axis.name: axis.tried for axis in drawn.axes}
    assert tried["rate"] == 16
    _, walked = told("grid", 12, levels=2)
    assert {axis.name: axis.tried for axis in walked.axes}["rate"] == 2


def test_what_is_inactive_has_no_place_and_no_value():
    history, told_of = told("random_search", 12)
    names = [axis.name for axis in told_of.axes]
    for trial, point in zip(history, told_of.points, strict=True):
        at, value = (each[names.index("momentum")] for each in (point.places, point.values))
        assert (at is None) == (value is None) == (trial.candidate.config["kind"] == "adam")


def test_a_particle_comes_from_where_it_was_and_remembers_its_best():
    history, told_of = told("particle_swarm", 12, particles=3)
    assert told_of.groups == "iteration"
    before: dict[int, list[float | None]] = {}
    own = defaultdict(list)
    for trial, point in zip(history, told_of.points, strict=True):
        particle = trial.memo["particle"]
        assert point.origin == before.get(particle)
        assert point.group == len(own[particle])
        before[particle] = point.places
        own[particle].append(point)
    assert len(own) == 3
    for points in own.values():
        assert [point.alive for point in points] == [False] * (len(points) - 1) + [True]
        (best,) = (point for point in points if point.best)
        assert best.loss == min(point.loss for point in points)


def test_a_swarm_in_which_all_has_failed_has_no_best():
    history = ran("particle_swarm", 6, ONE, particles=2)
    failed = [replace(t, state=TrialState.FAILED, values={}, losses=()) for t in history]
    told_of = METHODS["particle_swarm"].insight(ONE, History(tuple(failed)), None)
    assert not any(point.best for point in told_of.points)


def test_an_evolution_shows_what_its_generation_is_drawn_from_and_how_wide_each_was():
    _, first = told("cma_es", 5, population=6)
    _, later = told("cma_es", 50, population=6)
    assert [point.alive for point in first.points] == [True] * 5
    assert (len(first.widths), len(later.widths)) == (1, 9)
    assert first.widths == pytest.approx([WIDTH])
    names = [axis.name for axis in later.axes]
    assert later.normal is not None
    assert later.normal.mean[names.index("kind")] is None
    at = [names.index(name) for name in ("rate", "layers", "momentum")]
    covariance = np.array([[later.normal.covariance[i][j] for j in at] for i in at], dtype=float)
    assert np.linalg.eigvalsh(covariance).min() > 0
    mean = later.normal.mean[names.index("rate")]
    assert first.normal is not None
    assert abs(mean - 2 / 3) < abs(first.normal.mean[names.index("rate")] - 2 / 3)


def test_several_objectives_are_axes_and_no_member_of_the_first_front_is_beaten():
    history, told_of = told("nsga2", 30, TWO, population_size=10)
    assert [axis.name for axis in told_of.axes[:2]] == ["val_accuracy", "params"]
    assert [axis.is_objective for axis in told_of.axes[:3]] == [True, True, False]
    alive = [point for point in told_of.points if point.alive]
    assert len(alive) == 10
    losses = {trial.number: trial.losses for trial in history}
    first = [losses[point.number] for point in alive if point.group == 0]
    assert first
    for one in first:
        assert not any(all(np.array(losses[o.number]) < np.array(one)) for o in told_of.points)
    assert all(point.group is None for point in told_of.points if not point.alive)


def test_with_one_objective_the_descent_is_told():
    history, told_of = told("nsga2", 20, population_size=6)
    assert isinstance(told_of, Family)
    generations = {member.number: member.generation for member in told_of.members}
    for trial, member in zip(history, told_of.members, strict=True):
        parents = trial.memo.get("parents", ())
        assert member.generation == 1 + max((generations[p] for p in parents), default=-1)
    assert sum(member.alive for member in told_of.members) == 6


@pytest.mark.parametrize(("method", "problem"), [("random_search", ONE), ("nsga2", TWO)])
def test_the_picture_is_bounded_whatever_the_size_of_the_run(method, problem):
    rng, found = np.random.default_rng(2), METHODS[method]
    trials = (
        ended(problem, Trial(number, Candidate(problem.space.sample(rng))), number)
        for number in range(1, MOST + 200)
    )
    told_of = found.insight(problem, History(tuple(trials)), found.options())
    assert MOST <= len(told_of.points) <= MOST + 25
    assert max(axis.tried for axis in told_of.axes) > MOST
    assert len(json.dumps(to_json(told_of))) < 200_000
