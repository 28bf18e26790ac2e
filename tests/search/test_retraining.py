"""Before one is named, the best are trained once more, and judged by both trainings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from search.history import Candidate, History, Report, Stage, TrialState
from search.loop import Plan, next_proposal, run, trial_of
from search.options import NoOptions
from search.retraining import AGAIN, reserved, winner
from search.strategies.aging_evolution import METHOD, Options
from tests.search.walks import NAS

OPTIONS = Options(population_size=8, sample_size=4, retrained=3)
PLAN = Plan(METHOD, OPTIONS, 1, 20)


def noisy(problem, candidate, context):
    """What a design is worth, and luck that is another one with each seed."""
    luck = np.random.default_rng(context.seed).normal(scale=0.3)
    yield Report(1, {"val_accuracy": candidate.genotype.count("sep3") / 20 + luck})


TOY = replace(NAS, evaluate=noisy, limits=())


def test_the_best_of_the_search_are_trained_again_before_one_is_confirmed(tmp_path):
    history = run(PLAN, TOY, tmp_path)
    searched, again, confirmed = (history.at_stage(stage) for stage in Stage)
    assert [len(part) for part in (searched, again, confirmed)] == [17, 3, 1]
    assert [t.memo[AGAIN] for t in again] == [t.number for t in searched.ranked()[:3]]
    assert all(t.candidate == history.trials[t.memo[AGAIN] - 1].candidate for t in again)


def test_they_have_other_luck_and_the_best_on_average_is_confirmed(tmp_path):
    history = run(PLAN, TOY, tmp_path)
    pairs = [(history.trials[t.memo[AGAIN] - 1], t) for t in history.at_stage(Stage.EVALUATE)]
    assert all(first.loss != second.loss for first, second in pairs)
    best = min(pairs, key=lambda pair: pair[0].loss + pair[1].loss)[0]
    assert history.trials[-1].candidate == best.candidate
    assert history.trials[-1].why.values["number"] == best.number


def a_history(*losses):
    """A search that is over, of designs with these losses."""
    trials = []
    for number, loss in enumerate(losses, start=1):
        candidate = Candidate({"rate": number / 100})
        proposal = next_proposal(PLAN, TOY, History())
        trial = replace(trial_of(proposal, number), candidate=candidate, ended=number)
        trials.append(replace(trial, state=TrialState.COMPLETE, losses=(loss,)))
    return History(tuple(trials))


def test_they_are_trained_at_the_same_time_once_the_search_has_ended():
    history, plan = a_history(3, 1, 2), replace(PLAN, max_trials=4, options=OPTIONS)
    first = next_proposal(plan, TOY, history)
    assert first.memo[AGAIN] == 2
    assert next_proposal(plan, TOY, with_running(history, first)) is None
    two = replace(plan, max_trials=8)
    history = a_history(3, 1, 2, 4, 5, 6)
    opened = with_running(history, next_proposal(two, TOY, history))
    assert next_proposal(two, TOY, opened).memo[AGAIN] == 3


def with_running(history, proposal):
    running = replace(trial_of(proposal, len(history) + 1), state=TrialState.RUNNING)
    return History((*history.trials, running))


@pytest.mark.parametrize(("state", "losses"), [("failed", ()), ("complete", (float("nan"),))])
def test_a_second_training_without_a_score_wins_nothing(state, losses):
    history = a_history(3, 1, 2, 4)
    proposal = next_proposal(replace(PLAN, max_trials=5), TOY, history)
    *_, last = with_running(history, proposal)
    ended = replace(last, state=TrialState(state), losses=losses)
    assert winner(History((*history.trials, ended))) is None


def test_most_trials_of_a_run_search():
    assert reserved(Options, Options(retrained=20), 12) == 3
    assert reserved(Options, Options(retrained=0), 12) == 0
    assert reserved(NoOptions, NoOptions(), 12) == 0
