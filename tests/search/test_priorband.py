"""PriorBand: how far it trusts the guess, the best so far, and chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.history import Candidate, History, Trial, TrialState
from search.method import GUIDED
from search.strategies.priorband import METHOD, Options, around, chances, guess, trust
from tests.search.learning_brackets import a_problem, asked, begun, distance, running, searched

SMALL = Options(max_epochs=9)
GUESS = {"kind": "a", "x": 0.9, "only": 1, "fixed": 3}


def full(number: int, loss: float, **config) -> Trial:
    """A trial of the longest training, which a person asked for."""
    candidate = Candidate({**GUESS, **config})
    return Trial(
        number,
        candidate,
        state=TrialState.COMPLETE,
        fidelity={"epochs": 9},
        losses=(loss,),
        ended=number,
    )


def test_the_defaults_of_the_space_are_the_guess():
    point = guess(a_problem().space)
    assert a_problem().space.config(point[0]) == GUESS == a_problem().space.default()


def test_at_first_half_is_by_chance_and_half_near_the_guess():
    assert chances(a_problem(), History(), SMALL) == (0.5, 0.5, 0.0)


def test_brackets_that_begin_with_longer_trainings_leave_less_to_chance():
    history, by_chance = History(), []
    while (proposal := asked(METHOD, history, cycles=1)) is not None:
        by_chance.append(chances(a_problem(), history, SMALL)[0])
        history = running(history, proposal)
    assert sorted(set(by_chance), reverse=True) == [1 / 2, 1 / 4, 1 / 10]


def test_the_best_counts_once_a_training_was_of_the_longest():
    shorter = replace(full(1, 0.1, x=0.3), fidelity={"epochs": 3})
    assert chances(a_problem(), History((shorter,)), SMALL)[2] == 0
    assert chances(a_problem(), History((full(1, 0.1, x=0.3),)), SMALL)[2] > 0


def test_a_guess_that_good_trials_are_far_from_is_trusted_less():
    def after(*numbers: float) -> float:
        seen = (full(i, float(i), x=x) for i, x in enumerate(numbers, start=1))
        return trust(a_problem(), History(tuple(seen)), SMALL)

    assert trust(a_problem(), History(), SMALL) == 0.5
    assert after(0.1, 0.12, 0.11, 0.9) < 0.2 < after(0.8, 0.9, 0.88, 0.1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=20))
def test_the_chances_are_three_and_sum_to_one(seen):
    trials = (full(i, loss, x=x) for i, (x, loss) in enumerate(seen, start=1))
    found = chances(a_problem(), History(tuple(trials)), SMALL)
    assert sum(found) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in found)


def test_the_guess_itself_is_tried_first(tmp_path):
    for seed in range(5):
        history = searched(METHOD, tmp_path / str(seed), seed=seed, cycles=1)
        assert GUESS in [t.candidate.config for t in begun(history, 0)]


def test_a_spread_is_how_far_draws_are_from_the_guess():
    def deviation(spread: float) -> float:
        near = around(a_problem(), guess(a_problem().space), Options(spread=spread))
        drawn = near.sample(2000, np.random.default_rng(0), wider=1)
        return float(np.sqrt(np.mean((drawn[:, 3] - 0.9) ** 2)))

    place = a_problem().space.names.index("x")
    assert place == 3
    assert deviation(0.01) == pytest.approx(0.01, rel=0.1)
    assert deviation(0.25) > 10 * deviation(0.01)


def test_later_brackets_are_near_the_best(tmp_path):
    history = searched(METHOD, tmp_path)
    learnt = [t for t in begun(history, 6) + begun(history, 7) if t.memo.get(GUIDED)]
    assert learnt
    assert distance(learnt) < distance(begun(history, 0))
