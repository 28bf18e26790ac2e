"""Grids: each point once, in an order drawn at random, without the product in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from ConfigSpace import (
    AndConjunction,
    Categorical,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    ForbiddenAndConjunction,
    ForbiddenEqualsClause,
    InCondition,
    Integer,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from search.history import History, Report, Stage
from search.loop import Plan, run
from search.method import Fidelity, Objective, Problem
from search.space import Space
from search.strategies.grid import METHOD, Grid, Options, insight, plan, propose


def a_space(*hyperparameters) -> Space:
    space = ConfigurationSpace()
    space.add(list(hyperparameters))
    return Space(space)


def trained(problem, candidate, context):
    yield Report(1, {"val_loss": float(candidate.config.get("a", 0))})


def a_problem(space: Space) -> Problem:
    return Problem("pretended", space, trained, (Objective("val_loss"),))


def walked(space: Space, folder, levels: int = 3, seed: int = 1) -> list[dict]:
    """What a whole run has tried, without the trial that confirms."""
    history = run(Plan(METHOD, Options(levels), seed, 1000), a_problem(space), folder)
    return [dict(trial.candidate.config) for trial in history.trials[:-1]]


def test_levels_are_the_middles_of_equal_parts_of_the_range_or_of_its_logarithm():
    space = a_space(Float("plain", (0.0, 1.0)), Float("log", (1e-4, 1.0), log=True))
    levels = Grid(space, 2).levels
    assert levels["plain"] == pytest.approx((0.25, 0.75))
    assert levels["log"] == pytest.approx((1e-3, 1e-1))


def test_whole_numbers_stand_on_a_grid_once():
    levels = Grid(a_space(Integer("a", (1, 3)), Integer("b", (1, 20), log=True)), 10).levels
    assert levels["a"] == (1, 2, 3)
    assert len(set(levels["b"])) == len(levels["b"]) < 10


def test_choices_and_constants_have_all_their_values():
    grid = Grid(a_space(Categorical("a", ["x", "y", "z"]), Constant("b", 7)), 2)
    assert [grid.point(i) for i in range(grid.size)] == [{"a": a, "b": 7} for a in "xyz"]


def some_of(values: list) -> st.SearchStrategy[list]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


@st.composite
def conditional_spaces(draw: st.DrawFn) -> Space:
    """Trees of choices, in which a child may hang on one or on two of those before it."""
    space = ConfigurationSpace()
    names = "abcdef"[: draw(st.integers(1, 6))]
    values = {name: list(range(draw(st.integers(1, 3)))) for name in names}
    space.add([Categorical(name, values[name]) for name in names])
    for place in range(1, len(names)):
        above = draw(st.lists(st.sampled_from(names[:place]), max_size=2, unique=True))
        child = space[names[place]]
        conditions = [
            InCondition(child, space[name], draw(some_of(values[name]))) for name in above
        ]
        if conditions:
            space.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
    return Space(space)


def all_configs(space: Space) -> set[frozenset]:
    """By trying every subset of the hyper-parameters with every value."""
    levels = Grid(space, 1).levels
    values = [(None, *levels[name]) for name in space.names]
    found = set()
    for chosen in product(*values):
        config = {n: v for n, v in zip(space.names, chosen, strict=True) if v is not None}
        try:
            space.check(config)
        except ValueError:
            continue
        found.add(frozenset(config.items()))
    return found


@given(conditional_spaces())
@settings(max_examples=40, deadline=None)
def test_a_conditional_grid_holds_each_configuration_once(space):
    grid = Grid(space, 1)
    points = [frozenset(grid.point(i).items()) for i in range(grid.size)]
    assert len(points) == len(set(points))
    assert set(points) == all_configs(space)
    for name in space.names:
        for value in grid.levels[name]:
            assert grid.count({name: value}) == sum((name, value) in point for point in points)


def test_a_branch_adds_its_points_and_does_not_multiply_those_of_the_others():
    space = ConfigurationSpace()
    space.add([Categorical("kind", ["x", "y"]), Float("a", (0.0, 1.0)), Float("b", (0.0, 1.0))])
    space.add([EqualsCondition(space["a"], space["kind"], "x")])
    space.add([EqualsCondition(space["b"], space["kind"], "y")])
    assert Grid(Space(space), 5).size == 5 + 5


def test_a_run_tries_every_point_that_is_not_forbidden_once_and_ends(tmp_path):
    space = a_space(Integer("a", (1, 3)), Categorical("b", ["x", "y"]))
    declared = space.configuration_space
    clauses = (ForbiddenEqualsClause(declared["a"], 2), ForbiddenEqualsClause(declared["b"], "y"))
    declared.add(ForbiddenAndConjunction(*clauses))
    tried = Counter(tuple(c.items()) for c in walked(space, tmp_path))
    assert set(tried.values()) == {1}
    every = {(("a", a), ("b", b)) for a, b in product((1, 2, 3), "xy")}
    assert set(tried) == every - {(("a", 2), ("b", "y"))}


def test_another_seed_walks_in_another_order(tmp_path):
    space = a_space(Integer("a", (1, 3)), Integer("b", (1, 3)))
    one, other = walked(space, tmp_path, seed=1), walked(space, tmp_path, seed=2)
    assert one != other
    assert sorted(map(str, one)) == sorted(map(str, other))


def test_a_grid_that_is_cut_off_is_a_fair_sample():
    problem = a_problem(a_space(Integer("a", (1, 3)), Categorical("b", ["x", "y"])))
    firsts = Counter(
        str(propose(problem, History(), np.random.default_rng([seed, 0]), Options()).candidate)
        for seed in range(600)
    )
    assert len(firsts) == 6
    assert min(firsts.values()) > 60


def test_a_grid_larger_than_any_whole_number_of_the_machine_varies_everything():
    names = "abcdefghijklmno"
    problem = a_problem(a_space(*(Float(name, (0.0, 1.0)) for name in names)))
    options = Options(levels=100)
    drawn = [
        propose(problem, History(), np.random.default_rng(seed), options).candidate.config
        for seed in range(20)
    ]
    assert Grid(problem.space, 100).size == 100**15
    assert all(len({config[name] for config in drawn}) > 10 for name in names)


def test_announces_every_point_of_a_small_grid():
    problem = a_problem(a_space(Integer("epochs", (1, 9))))
    by_epochs = replace(problem, fidelities=(Fidelity("epochs", 1, 9, resumes=True),))
    assert plan(by_epochs, Options(3)) == [5.0] * 3
    assert plan(problem, Options(3)) == [1.0] * 3


def test_shows_how_few_values_it_tries_however_many_trials_there_are(tmp_path):
    problem = a_problem(a_space(Float("a", (0.0, 1.0)), Float("b", (0.0, 1.0))))
    history = run(Plan(METHOD, Options(), 3, 8), problem, tmp_path)
    told = insight(problem, history.at_stage(Stage.SEARCH), Options())
    assert [(axis.tried, axis.levels) for axis in told.axes] == [(3, 3), (3, 3)]
    (best,) = (point for point in told.points if point.best)
    assert best.values[0] == pytest.approx(1 / 6)
    assert len(told.points) == 8
