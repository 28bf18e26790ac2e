"""The random forest: its scale, its improvement, and where it looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float
from scipy.stats import norm

from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED, Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.surrogates.encoding import axes_of, vectors
from search.surrogates.forest import Forest, log_improvement, logarithms

METHOD = METHODS["random_forest"]


def a_problem() -> Problem:
    """A choice of which only one value has a child, and that child matters most."""
    space = ConfigurationSpace()
    space.add([Categorical("kind", ["plain", "tuned", "worse"]), Float("depth", (0.0, 1.0))])
    space.add([EqualsCondition(space["depth"], space["kind"], "tuned")])
    return Problem("made up", Space(space), "nowhere:never", (Objective("loss"),))


def loss_of(config) -> float:
    plain = {"plain": 0.5, "worse": 1.0}
    return float(plain.get(config["kind"], abs(config.get("depth", 0) - 0.7)))


def searched(trials: int, seed: int, **options) -> History:
    plan, history = Plan(METHOD, METHOD.options(**options), seed, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, a_problem(), history)
        assert proposal is not None
        trial = trial_of(proposal, number)
        loss = loss_of(trial.candidate.config)
        ended = replace(trial, state=TrialState.COMPLETE, losses=(loss,), ended=number)
        history = History((*history.trials, ended))
    return history


def test_the_logarithms_set_the_best_furthest_apart_and_keep_the_order():
    losses = np.arange(1.0, 9.0)
    scaled = logarithms(losses)
    assert scaled[-1] == pytest.approx(0)
    assert (np.diff(scaled) > 0).all()
    assert (np.diff(scaled, 2) < 0).all()


def test_losses_that_are_all_alike_have_a_scale():
    assert np.isfinite(logarithms(np.zeros(4))).all()


def test_the_improvement_is_that_of_losses_whose_logarithms_are_normal():
    mean, deviation, best = np.array([-1.0, -3.0, 0.5]), np.array([0.5, 0.2, 1.0]), -1.5
    even = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    drawn = even[:, None] * deviation + mean
    wanted = np.maximum(np.exp(best) - np.exp(drawn), 0).mean(axis=0)
    assert np.allclose(np.exp(log_improvement(mean, deviation, best)), wanted, rtol=0.001)


def test_an_improvement_that_no_float_can_hold_still_has_an_order():
    means = np.array([40.0, 50.0, 60.0])
    found = log_improvement(means, np.full(3, 0.1), 0.0)
    assert np.isfinite(found).all()
    assert found[0] > found[1] > found[2]


def test_trees_agree_where_they_have_seen_much_and_not_where_they_have_seen_nothing():
    axes = axes_of(a_problem().space)
    configs = [{"kind": "tuned", "depth": d} for d in np.linspace(0.5, 1, 30)]
    points = vectors(a_problem().space, configs)
    values = 20 * (points[:, 1] - 0.7) ** 2 - 3
    model = Forest(axes, points, values, 50, np.random.default_rng(0))
    far, near = model.predict(points[[0, 15]])[1], model.predict(np.array([[1.0, 0.05]]))[1]
    assert np.isfinite([*far, *near]).all()
    mean, _ = model.predict(points)
    assert np.abs(mean - values).max() < 0.6


def test_it_finds_the_branch_that_is_worth_it_and_digs_there():
    for seed in range(3):
        history = searched(40, seed)
        guided = [trial for trial in history if trial.memo.get(GUIDED)]
        tuned = [t for t in guided if t.candidate.config["kind"] == "tuned"]
        assert len(tuned) > 0.9 * len(guided)
        assert min(trial.loss for trial in history) < 0.02


def test_the_share_at_random_is_kept():
    never = [trial for trial in searched(40, 1, random_share=0.0) if not trial.memo.get(GUIDED)]
    always = [trial for trial in searched(40, 1, random_share=1.0) if trial.memo.get(GUIDED)]
    assert len(never) == METHOD.options().start_up
    assert not always
