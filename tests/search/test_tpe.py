"""TPE: which trials count as good, and that it goes where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, Constant, EqualsCondition, Float, Integer
from hypothesis import given, settings
from hypothesis import strategies as st

from search.history import Candidate, History, Trial, TrialState
from search.method import GUIDED, Objective, Problem
from search.space import Space
from search.strategies.tpe import Options, propose, split
from search.surrogates.parzen import improvements


def a_problem(*hyperparameters, conditions=()) -> Problem:
    space = ConfigurationSpace()
    space.add(list(hyperparameters))
    space.add([condition(space) for condition in conditions])
    return Problem("pretended", Space(space), "nowhere:never", (Objective("val_loss"),))


LINE = a_problem(Float("x", (0.0, 1.0)), Float("y", (0.0, 1.0)))
MIXED = a_problem(
    Categorical("model", ["tree", "net", "line"]),
    Categorical("only", ["this"]),
    Constant("fixed", 3),
    Float("rate", (1e-4, 1.0), log=True),
    Integer("layers", (1, 4)),
    conditions=(
        lambda space: EqualsCondition(space["rate"], space["model"], "net"),
        lambda space: EqualsCondition(space["layers"], space["model"], "net"),
    ),
)


def trial(number: int, loss: float, state=TrialState.COMPLETE, **config) -> Trial:
    return Trial(number, Candidate(config), state=state, losses=(loss,), ended=number)


def seen(problem: Problem, loss, count: int, seed: int = 0) -> History:
    rng = np.random.default_rng(seed)
    drawn = [problem.sample(rng).config for _ in range(count)]
    return History(tuple(trial(i, loss(c), **c) for i, c in enumerate(drawn, start=1)))


def proposed(problem: Problem, history: History, count: int = 30, **options) -> list:
    return [
        propose(problem, history, np.random.default_rng([seed, len(history)]), Options(**options))
        for seed in range(count)
    ]


def test_the_best_tenth_is_good():
    good, bad = split(seen(LINE, lambda c: c["x"], 50), Options())
    assert (len(good), len(bad)) == (5, 45)
    assert max(t.loss for t in good) < min(t.loss for t in bad)


def test_what_failed_or_has_not_ended_is_not_good_and_not_forgotten():
    history = seen(LINE, lambda c: c["x"], 20)
    best = min(history, key=lambda t: t.loss)
    for state in (TrialState.FAILED, TrialState.RUNNING):
        trials = [replace(t, state=state) if t is best else t for t in history]
        good, bad = split(History(tuple(trials)), Options())
        assert best.number not in {t.number for t in good}
        assert best.number in {t.number for t in bad}


def test_a_trial_that_runs_keeps_others_away_from_it():
    """Constant liar: it counts as bad until it has ended."""
    history = seen(LINE, lambda c: (c["x"] - 0.3) ** 2, 40)
    running = [
        trial(40 + i, np.nan, TrialState.RUNNING, x=0.3, y=y)
        for i, y in enumerate(np.linspace(0, 1, 20), start=1)
    ]

    def distance(known: History) -> float:
        found = [p.candidate.config["x"] for p in proposed(LINE, known)]
        return float(np.mean(np.abs(np.array(found) - 0.3)))

    assert distance(History((*history.trials, *running))) > distance(history)


@pytest.mark.parametrize("alone", [False, True])
def test_goes_where_good_trials_are(alone):
    def loss(config) -> float:
        return float((config["x"] - 0.3) ** 2 + (config["y"] - 0.8) ** 2)

    found = []
    for seed in range(20):
        (proposal,) = proposed(LINE, seen(LINE, loss, 60, seed), count=1, alone=alone)
        assert proposal.memo[GUIDED]
        found.append(loss(proposal.candidate.config))
    by_chance = np.median([t.loss for t in seen(LINE, loss, 500)])
    assert np.median(found) < 0.2 * by_chance


def test_sees_together_what_belongs_together():
    """Good where x and y are equal: each on its own says nothing."""

    def loss(config) -> float:
        return float(abs(config["x"] - config["y"]))

    def apart(alone: bool) -> float:
        histories = (seen(LINE, loss, 100, seed) for seed in range(20))
        found = [proposed(LINE, history, count=1, alone=alone)[0] for history in histories]
        return float(np.median([loss(p.candidate.config) for p in found]))

    assert apart(alone=False) < 0.5 * apart(alone=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_stays_in_mixed_and_conditional_spaces(seed, alone):
    history = seen(MIXED, lambda c: c.get("layers", 9), 15, seed)
    (proposal,) = proposed(MIXED, history, count=1, alone=alone)
    MIXED.space.check(proposal.candidate.config)


def test_tries_nothing_twice_while_there_is_something_else():
    problem = a_problem(Categorical("a", [1, 2, 3]), Categorical("b", [1, 2]))
    history = History()
    for number in range(1, 7):
        rng = np.random.default_rng([0, number])
        config = propose(problem, history, rng, Options(start_up=2)).candidate.config
        history = History((*history.trials, trial(number, sum(config.values()), **config)))
    assert len({tuple(t.candidate.config.values()) for t in history}) == 6


losses = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=25)


@given(losses, st.floats(0, 1e6))
def test_weights_are_one_on_average_and_larger_for_smaller_losses(values, above):
    given_losses = np.sort(np.array(values))
    weights = improvements(given_losses, given_losses[-1] + above)
    assert weights.mean() == pytest.approx(1)
    assert (weights > 0).all()
    assert (np.diff(weights) <= 0).all()


def test_weights_are_even_where_nothing_is_worse():
    assert (improvements(np.array([1.0, 2.0]), np.inf) == 1).all()
    assert (improvements(np.array([2.0, 2.0]), 2.0) == 1).all()
