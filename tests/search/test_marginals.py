"""Densities along one hyper-parameter: of good trials and of the others, as TPE and BOHB model them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.history import Candidate, History, Trial, TrialState
from search.insight import Several
from search.method import Fidelity, Objective, Problem
from search.methods import METHODS
from search.space import Space


def _problem() -> Problem:
    space = ConfigurationSpace(seed=3)
    rate, layers = Float("rate", (0.0, 1.0)), Integer("layers", (2, 5))
    kind, momentum = Categorical("kind", ("adam", "sgd")), Float("momentum", (0.0, 1.0))
    space.add([rate, layers, kind, momentum, EqualsCondition(momentum, kind, "sgd")])
    epochs = (Fidelity("epochs", 1, 9, resumes=True),)
    return Problem("line", Space(space), "nowhere:never", (Objective("val_loss"),), (), epochs)


PROBLEM = _problem()


def history(count: int = 40) -> History:
    """Trials of one epoch, the better the nearer their rate is to 0.8 and with Adam."""
    trials = []
    for number in range(1, count + 1):
        config = PROBLEM.space.sample(np.random.default_rng(number))
        values = {"val_loss": abs(config["rate"] - 0.8) + 0.3 * (config["kind"] == "sgd")}
        trial = Trial(number, Candidate(config), fidelity={"epochs": 1}, values=values)
        trial = replace(trial, memo={"bracket": 0, "rung": 0}, state=TrialState.COMPLETE)
        trials.append(replace(trial, losses=PROBLEM.losses(values), ended=number))
    return History(tuple(trials))


def told(method, count=40, **options):
    found = METHODS[method]
    insight = found.insight(PROBLEM, history(count), found.options(**options))
    if isinstance(insight, Several):
        (insight,) = (one for one in insight.pictures if one.kind == "densities")
    return insight


methods = pytest.mark.parametrize(
    ("method", "options"),
    [
        ("tpe", {}),
        ("tpe", {"alone": True}),
        ("bohb", {}),
        ("bohb", {"density": "paper"}),
    ],
    ids=["tpe", "tpe-alone", "bohb", "bohb-paper"],
)


@methods
def test_good_trials_are_dense_where_the_loss_is_low(method, options):
    cut = {density.name: density for density in told(method, **options).densities}
    best = cut["rate"].values[int(np.argmax(cut["rate"].good))]
    assert abs(best - 0.8) < 0.15
    assert dict(zip(cut["kind"].values, cut["kind"].good, strict=True))["adam"] > 0.5


@methods
def test_a_density_along_a_number_covers_one_and_shares_of_choices_sum_to_one(method, options):
    for density in told(method, **options).densities:
        for curve in (density.good, density.bad):
            if density.name == "kind":
                assert sum(curve) == pytest.approx(1)
            elif density.name == "rate":
                assert np.trapezoid(curve, dx=1 / 40) == pytest.approx(1, abs=0.05)


@methods
def test_the_good_trials_are_better_than_the_others(method, options):
    insight = told(method, **options)
    assert insight.good
    assert insight.bad
    assert min(t.loss for t in insight.good) <= min(t.loss for t in insight.bad)
    assert all(len(trial.values) == len(insight.densities) for trial in insight.good)


def test_what_all_of_the_trials_were_given_is_told():
    assert told("bohb").fidelity == {"epochs": 1}
    assert told("tpe").fidelity == {}


@pytest.mark.parametrize("method", ["tpe", "bohb"])
def test_before_there_are_enough_trials_nothing_is_modelled(method):
    assert told(method, 3).densities == ()
