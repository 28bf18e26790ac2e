"""Successive halving: who goes on, from where, and after whom it waits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float

from search.history import History, Report, TrialState
from search.loop import Plan, next_proposal, run, trial_of
from search.method import Fidelity, Objective, Problem
from search.options import OptionError
from search.space import Space
from search.strategies.successive_halving import METHOD, Options, insight, plan, rungs


def trained(problem, candidate, context):
    """The score does not depend on the length of the training."""
    yield Report(int(context.fidelity["epochs"]), {"val_loss": candidate.config["x"]})


def a_problem(evaluate=trained) -> Problem:
    space = ConfigurationSpace()
    space.add([Float("x", (0.0, 1.0))])
    epochs = Fidelity("epochs", 1, 1000, resumes=True)
    return Problem("pretended", Space(space), evaluate, (Objective("val_loss"),), (), (epochs,))


SMALL = Options(initial=9, eta=3, min_epochs=2, max_epochs=18)


def searched(tmp_path, problem=None, options=SMALL) -> History:
    history = run(Plan(METHOD, options, 1, 1000), problem or a_problem(), tmp_path)
    return replace(history, trials=history.trials[:-1])


def on_rung(history: History, level: int) -> list:
    return [trial for trial in history if trial.memo["rung"] == level]


def table(options: Options) -> list[tuple[int, int]]:
    return [(rung.size, rung.resource) for rung in rungs(options)]


def test_one_in_eta_goes_on_and_trains_eta_times_as_long():
    assert table(Options(initial=81, eta=3, max_epochs=81)) == [
        (81, 1),
        (27, 3),
        (9, 9),
        (3, 27),
        (1, 81),
    ]
    assert table(Options(initial=10, eta=2, min_epochs=3, max_epochs=1000)) == [
        (10, 3),
        (5, 6),
        (2, 12),
        (1, 24),
    ]


def test_ends_where_the_longest_training_or_the_last_trial_is_reached():
    assert table(Options(initial=100, eta=10, max_epochs=10)) == [(100, 1), (10, 10)]
    assert table(Options(initial=1, max_epochs=81)) == [(1, 1)]


def test_the_longest_training_is_not_shorter_than_the_shortest():
    with pytest.raises(OptionError) as caught:
        Options(min_epochs=9, max_epochs=8)
    assert list(caught.value.errors) == ["max_epochs"]


def test_a_promoted_trial_goes_on_where_its_parent_stopped():
    assert plan(a_problem(), SMALL) == [2] * 9 + [4] * 3 + [12]


def test_the_best_of_each_rung_are_promoted(tmp_path):
    history = searched(tmp_path)
    for level, rung in enumerate(rungs(SMALL)):
        trials = on_rung(history, level)
        assert [trial.fidelity["epochs"] for trial in trials] == [rung.resource] * rung.size
        if level:
            below = sorted(on_rung(history, level - 1), key=lambda trial: trial.loss)
            assert [trial.parent for trial in trials] == [t.number for t in below[: rung.size]]


def test_equal_losses_are_promoted_in_order_of_number(tmp_path):
    def alike(problem, candidate, context):
        yield Report(1, {"val_loss": 1.0})

    history = searched(tmp_path, a_problem(alike))
    assert [trial.parent for trial in on_rung(history, 1)] == [1, 2, 3]


def test_a_trial_that_has_no_score_is_not_promoted(tmp_path):
    def mostly_without(problem, candidate, context):
        lucky = candidate.config["x"] < 0.22
        yield Report(1, {"val_loss": candidate.config["x"]} if lucky else {})

    history = searched(tmp_path, a_problem(mostly_without))
    lucky = [t for t in on_rung(history, 0) if t.candidate.config["x"] < 0.22]
    assert 0 < len(lucky) < 3, "fewer than the rung above has places for"
    assert len(on_rung(history, 1)) == len(lucky)


def test_nobody_is_promoted_before_the_rung_has_ended():
    problem, history = a_problem(), History()
    the_plan = Plan(METHOD, SMALL, 1, 1000)
    while (proposal := next_proposal(the_plan, problem, history)) is not None:
        history = History((*history.trials, trial_of(proposal, len(history) + 1)))
    assert len(history) == 9
    ends = [
        replace(t, state=TrialState.COMPLETE, losses=(t.candidate.config["x"],)) for t in history
    ]
    almost = History((*ends[:8], replace(ends[8], state=TrialState.RUNNING)))
    assert next_proposal(the_plan, problem, almost) is None
    best = int(np.argmin([t.candidate.config["x"] for t in ends])) + 1
    assert next_proposal(the_plan, problem, History(tuple(ends))).parent == best


def test_shows_who_went_on(tmp_path):
    shown = insight(a_problem(), searched(tmp_path), SMALL).rungs
    assert [(rung.size, rung.resource, len(rung.trials)) for rung in shown] == [
        (9, 2, 9),
        (3, 6, 3),
        (1, 18, 1),
    ]
    assert [sum(trial.promoted for trial in rung.trials) for rung in shown] == [3, 1, 0]
