"""ASHA: whatever the order in which trials end, the best of what has ended goes on, and nobody waits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float
from hypothesis import given, settings
from hypothesis import strategies as st

from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Objective, Problem
from search.options import OptionError
from search.rungs import promoted_from
from search.space import Space
from search.strategies.asha import METHOD, Options, insight, rungs

SMALL = Options(eta=2, max_epochs=8)
EPOCHS = Fidelity("epochs", 1, 1000, resumes=True)
DATA = Fidelity("train_fraction", 0.01, 1, resumes=False)


def a_problem(*fidelities: Fidelity) -> Problem:
    space = ConfigurationSpace(space={"x": Float("x", (0.0, 1.0))})
    objectives = (Objective("val_loss"),)
    return Problem("pretended", Space(space), "nowhere:never", objectives, (), fidelities)


PROBLEM = a_problem(EPOCHS, DATA)


def proposed(history: History, options: Options = SMALL) -> Trial:
    plan = Plan(METHOD, options, 1, 10_000)
    proposal = next_proposal(plan, PROBLEM, history)
    assert proposal is not None
    return trial_of(proposal, len(history) + 1)


def with_end(history: History, number: int, loss: float | None) -> History:
    """The trial has ended with this loss, or has failed."""
    ended = 1 + max(trial.ended for trial in history)
    trial = replace(history.trials[number - 1], ended=ended)
    if loss is None:
        trial = replace(trial, state=TrialState.FAILED)
    else:
        trial = replace(trial, state=TrialState.COMPLETE, losses=(loss,))
    trials = [*history.trials]
    trials[number - 1] = trial
    return History(tuple(trials))


def begun(losses: list[float]) -> History:
    """So many have ended on the lowest rung, in this order."""
    history = History()
    for _ in losses:
        trial = replace(proposed(History()), number=len(history) + 1)
        history = History((*history.trials, trial))
    for number, loss in enumerate(losses, start=1):
        history = with_end(history, number, loss)
    return history


def ended_on(history: History, level: int) -> list[Trial]:
    return [t for t in history if t.memo["rung"] == level and t.state.is_final]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 6), st.sampled_from([2, 3]))
def test_whatever_the_order_of_ends_the_highest_that_has_earned_it_goes_on(data, workers, eta):
    options = replace(SMALL, eta=eta)
    history = History()
    for _ in range(40):
        if len(history.running()) == workers:
            number = data.draw(st.sampled_from([t.number for t in history.running()]))
            loss = data.draw(st.one_of(st.none(), st.integers(0, 5).map(float)))
            history = with_end(history, number, loss)
        trial = proposed(history, options)
        assert promoted_from(trial) == expected_origin(history, options)
        history = History((*history.trials, trial))
    origins = [trial.parent for trial in history if trial.parent]
    assert len(origins) == len(set(origins)), "nobody goes on twice from the same rung"


def expected_origin(history: History, options: Options) -> int | None:
    """As the paper's algorithm 2 says it, rung by rung from the top."""
    gone_on = {trial.parent for trial in history}
    for level in reversed(range(len(rungs(options)) - 1)):
        ended = ended_on(history, level)
        best = sorted(ended, key=lambda t: (t.loss, t.number))[: len(ended) // options.eta]
        for trial in best:
            if trial.state is TrialState.COMPLETE and trial.number not in gone_on:
                return trial.number
    return None


def test_nobody_waits_while_others_train():
    history = History()
    for _ in range(30):
        history = History((*history.trials, proposed(history)))
    assert [trial.memo["rung"] for trial in history] == [0] * 30


def test_one_that_was_overtaken_goes_on_when_the_rung_has_grown():
    history = begun([0.3, 0.2])
    first = proposed(history)
    assert first.parent == 2
    history = History((*history.trials, first))
    later = begun([0.3, 0.2, 0.9, 0.8]).trials
    grown = History((*later, replace(first, number=5)))
    assert proposed(grown).parent == 1


def test_a_higher_rung_comes_first():
    history = begun([0.1, 0.2, 0.3, 0.4])
    for loss in (0.1, 0.2):
        history = History((*history.trials, proposed(history)))
        history = with_end(history, len(history), loss)
    last = proposed(history)
    assert (last.memo["rung"], last.parent) == (2, 5)
    assert last.fidelity == {"epochs": 4}


def test_failures_count_as_the_worst_of_their_rung():
    assert proposed(begun([0.5, None])).parent == 1
    assert proposed(begun([None, None])).parent is None


def test_equal_losses_go_on_in_order_of_number():
    assert proposed(begun([0.5, 0.5, 0.5, 0.5])).parent == 1


def test_rungs_end_at_the_longest_training_in_whole_numbers():
    assert [rung.resource for rung in rungs(Options(eta=3, max_epochs=243))] == [
        1,
        3,
        9,
        27,
        81,
        243,
    ]
    assert [rung.resource for rung in rungs(Options(max_epochs=20, min_epochs=2))] == [2, 6, 20]
    assert [rung.resource for rung in rungs(Options(max_epochs=5, min_epochs=5))] == [5]


def test_the_longest_training_is_not_shorter_than_the_shortest():
    with pytest.raises(OptionError) as caught:
        Options(min_epochs=9, max_epochs=8)
    assert list(caught.value.errors) == ["max_epochs"]


def test_on_shares_of_the_data_who_goes_on_is_trained_anew():
    options = replace(SMALL, fidelity="train_fraction")
    history = begun([0.2, 0.1])
    trial = proposed(history, options)
    assert (trial.parent, trial.memo["from"], trial.fidelity) == (None, 2, {"train_fraction": 0.25})
    assert np.isclose(proposed(History(), options).fidelity["train_fraction"], 1 / 8)


def test_the_picture_has_rungs_without_a_number_of_places():
    shown = insight(PROBLEM, begun([0.2, 0.1, 0.3]), SMALL).rungs
    assert [(rung.resource, rung.size, len(rung.trials)) for rung in shown] == [
        (1, 0, 3),
        (2, 0, 0),
        (4, 0, 0),
        (8, 0, 0),
    ]
