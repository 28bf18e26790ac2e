"""CMA-ES: generations that wait for each other, are replayed from the history, and go down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, Constant, Float, Integer

from benchmarks.hpo.surfaces import ACKLEY_20, best_so_far, searched
from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED, Objective, Problem
from search.methods import METHODS
from search.space import Space

METHOD = METHODS["cma_es"]


def mixed_problem() -> Problem:
    space = ConfigurationSpace()
    space.add(
        [
            Float("x", (0.0, 1.0)),
            Integer("n", (1, 9)),
            Categorical("c", ["a", "b", "c"]),
            Constant("fixed", 3),
        ]
    )
    return Problem("made up", Space(space), "nowhere:never", (Objective("loss"),))


def loss_of(config) -> float:
    return float(abs(config["x"] - 0.8) + abs(config["n"] - 7) / 8 + (config["c"] != "b"))


def run_of(trials: int, scale=lambda loss: loss) -> History:
    plan, history = Plan(METHOD, METHOD.options(), 4, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, mixed_problem(), history)
        assert proposal is not None
        trial = trial_of(proposal, number)
        loss = scale(loss_of(trial.candidate.config))
        done = replace(trial, state=TrialState.COMPLETE, losses=(loss,), ended=number)
        history = History((*history.trials, done))
    return history


def test_numbers_whole_numbers_and_choices_are_learnt_together():
    late = [trial.candidate.config for trial in run_of(90)][-20:]
    assert np.mean([config["c"] == "b" for config in late]) > 0.6
    assert np.mean([abs(config["n"] - 7) for config in late]) < 2


def test_only_the_order_of_losses_matters():
    plain, bent = run_of(30), run_of(30, scale=lambda loss: np.exp(7 * loss))
    assert [t.candidate for t in plain] == [t.candidate for t in bent]


def test_a_generation_waits_until_the_one_before_it_has_ended():
    options = METHOD.options(population=4)
    plan, history = Plan(METHOD, options, 1, 100), History()
    for number in range(1, 5):
        history = History(
            (*history.trials, trial_of(next_proposal(plan, mixed_problem(), history), number))
        )
    assert next_proposal(plan, mixed_problem(), history) is None
    done = tuple(
        replace(t, state=TrialState.COMPLETE, losses=(float(t.number),), ended=t.number)
        for t in history
    )
    assert next_proposal(plan, mixed_problem(), History(done)).memo[GUIDED]


def test_it_goes_down_where_random_search_does_not():
    ours = best_so_far(searched("cma_es", ACKLEY_20, 150, 1))
    assert ours[-1] < best_so_far(searched("random_search", ACKLEY_20, 150, 1))[-1]
