"""Fictitious play: what the players earn, how they answer, and that they settle on what is good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED, Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.strategies.fictitious_play import payoffs, places
from search.surrogates.encoding import Axis

METHOD = METHODS["fictitious_play"]


def a_problem() -> Problem:
    space = ConfigurationSpace()
    space.add([Float("x", (0.0, 1.0)), Integer("n", (1, 50)), Categorical("c", ["a", "b", "c"])])
    space.add([Float("child", (0.0, 1.0))])
    space.add([EqualsCondition(space["child"], space["c"], "a")])
    return Problem("made up", Space(space), "nowhere:never", (Objective("loss"),))


def loss_of(config) -> float:
    return float(abs(config["x"] - 1) + abs(config["n"] - 50) / 50 + (config["c"] != "b"))


def searched(trials: int, **options) -> History:
    plan, history = Plan(METHOD, METHOD.options(**options), 4, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, a_problem(), history)
        assert proposal is not None
        trial = trial_of(proposal, number)
        loss = loss_of(trial.candidate.config)
        done = replace(trial, state=TrialState.COMPLETE, losses=(loss,), ended=number)
        history = History((*history.trials, done))
    return history


def test_a_trial_earns_the_share_of_trials_that_it_beats():
    found = payoffs(np.array([3.0, 1.0, np.inf, 2.0]))
    assert found == pytest.approx([0.25, 0.75, 0, 0.5])


def test_a_player_has_the_levels_of_a_number_and_all_choices_but_no_more_than_there_are():
    assert places(Axis("x"), 5) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert len(places(Axis("n", step=0.5), 7)) == 3
    assert places(Axis("c", choices=2), 7) == pytest.approx([0, 1])


def test_plays_at_random_are_on_the_levels():
    assert {trial.candidate.config["x"] for trial in searched(15, levels=3)} <= {0.0, 0.5, 1.0}


def test_the_players_settle_on_what_has_paid():
    guided = [trial for trial in searched(80) if trial.memo.get(GUIDED)]
    late = guided[-30:]
    assert np.mean([t.candidate.config["c"] == "b" for t in late]) > 0.6
    assert np.median([t.loss for t in late]) < np.median([t.loss for t in guided[:15]]) + 0.1
    assert min(trial.loss for trial in late) < 0.2


def test_with_full_inertia_everybody_keeps_to_the_best_as_long_as_it_is_new():
    history = searched(30, inertia=1.0)
    assert {str(t.why)[:4] for t in history if t.memo.get(GUIDED)} == {"Each"}
