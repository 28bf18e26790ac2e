"""Radial basis functions: the spline, the widths of the perturbations, and new beginnings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, Float

from benchmarks.hpo.surfaces import ACKLEY_20, best_so_far, searched
from search.history import Candidate, History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED
from search.methods import METHODS
from search.space import Space
from search.strategies.rbf import NARROWEST, ROUND, WIDEST, Options, replay
from search.surrogates.cubic import Cubic, coordinates
from search.surrogates.encoding import axes_of, vectors

METHOD = METHODS["rbf"]


def test_the_spline_goes_through_its_points_and_is_exact_on_planes():
    rng = np.random.default_rng(0)
    places, asked = rng.random((30, 4)), rng.random((10, 4))
    wavy = np.sin(5 * places[:, 0]) + places[:, 1] ** 2
    assert Cubic(places, wavy).predict(places) == pytest.approx(wavy, abs=1e-5)
    plane = np.array([1.0, -2.0, 0.5, 3.0])
    assert Cubic(places, places @ plane + 7).predict(asked) == pytest.approx(asked @ plane + 7)


def test_points_that_lie_together_do_no_harm():
    places = np.array([[0.1, 0.2], [0.1, 0.2], [0.8, 0.9]])
    assert np.isfinite(Cubic(places, np.array([1.0, 1.2, 3.0])).predict(places)).all()


def test_two_choices_are_as_far_apart_as_the_ends_of_a_range():
    declared = ConfigurationSpace()
    declared.add([Float("a", (0.0, 1.0)), Categorical("b", ["x", "y", "z"])])
    space = Space(declared)
    configs = [{"a": 0.0, "b": "x"}, {"a": 1.0, "b": "x"}, {"a": 0.0, "b": "z"}]
    places = coordinates(axes_of(space), vectors(space, configs))
    assert np.linalg.norm(places[1] - places[0]) == pytest.approx(1)
    assert np.linalg.norm(places[2] - places[0]) == pytest.approx(1)


def told(losses: list[float]) -> History:
    """Guided trials with these losses, after one of the design."""
    memos = [{ROUND: 0}, *({ROUND: 0, GUIDED: True} for _ in losses)]
    return History(
        tuple(
            Trial(n, Candidate({}), state=TrialState.COMPLETE, memo=memo, losses=(loss,), ended=n)
            for n, (memo, loss) in enumerate(zip(memos, [10.0, *losses], strict=True), start=1)
        )
    )


def test_failures_halve_the_width_and_successes_double_it_up_to_the_widest():
    assert replay(told([11.0] * 5), 5).width == WIDEST / 2
    assert replay(told([11.0] * 5 + [9.0, 8.0, 7.0]), 5).width == WIDEST
    assert replay(told([9.0, 8.0, 7.0]), 5).width == WIDEST


def test_below_the_narrowest_width_the_search_begins_anew():
    halvings = int(np.ceil(np.log2(WIDEST / NARROWEST)))
    now = replay(told([11.0] * 5 * halvings), 5)
    assert (now.number, now.width) == (1, WIDEST)


def test_a_new_beginning_has_its_own_design():
    history = searched("rbf", ACKLEY_20, 60, 0)
    stuck = told([30.0] * 20 * 6)
    trials = [replace(t, candidate=history.trials[t.number % 60].candidate) for t in stuck]
    plan = Plan(METHOD, Options(), 0, 1000)
    proposal = next_proposal(plan, ACKLEY_20.problem(), History(tuple(trials)))
    assert proposal.memo[ROUND] == 1
    assert GUIDED not in proposal.memo


def test_it_keeps_away_from_what_is_under_way():
    history, plan = searched("rbf", ACKLEY_20, 50, 2), Plan(METHOD, Options(), 2, 1000)
    asked = []
    for _ in range(4):
        proposal = next_proposal(plan, ACKLEY_20.problem(), history)
        asked.append(np.array(list(proposal.candidate.config.values())))
        history = History((*history.trials, trial_of(proposal, len(history) + 1)))
    distances = [np.linalg.norm(a - b) for i, a in enumerate(asked) for b in asked[:i]]
    assert min(distances) > 1e-3 * np.sqrt(20)


def test_it_goes_down_where_random_search_does_not():
    ours = best_so_far(searched("rbf", ACKLEY_20, 100, 1))
    random = best_so_far(searched("random_search", ACKLEY_20, 100, 1))
    assert ours[-1] < 0.75 * random[-1]
