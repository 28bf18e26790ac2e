"""Local search: neighbours, steps, summits, and walks that begin anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.architecture.genotype import canonical
from search.history import Candidate, History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.strategies.local_search import CENTRE, METHOD, WALK, Options, centres, neighbours
from tests.search.walks import CELLS, NAS

TOY = replace(NAS, limits=())
ALONE = Options(start_up=1, retrained=0)


def score(genotype: str) -> float:
    """One summit: every decision at its last choice."""
    return float(sum(CELLS.encode(genotype)))


def ended(trial: Trial, value: float, at: int) -> Trial:
    return replace(trial, state=TrialState.COMPLETE, losses=(-value,), ended=at)


def searched(trials: int, at_once: int = 1, options: Options = ALONE, judge=score) -> History:
    plan, history = Plan(METHOD, options, 3, trials), History()
    for at in range(1, trials + at_once):
        told = list(history.trials)
        if at <= trials:
            proposal = next_proposal(plan, TOY, history)
            assert proposal is not None
            told.append(trial_of(proposal, at))
        if at >= at_once:
            done = told[at - at_once]
            told[at - at_once] = ended(done, judge(done.candidate.genotype), at)
        history = History(tuple(told))
    return history


@given(seed=st.integers(0, 1000))
def test_neighbours_are_all_designs_that_differ_in_one_decision(seed):
    rng = np.random.default_rng(seed)
    genotype = CELLS.sample(rng)
    found = [other for other, _ in neighbours(TOY, genotype, rng)]
    assert len(found) == sum(len(decision.choices) - 1 for decision in CELLS.decisions)
    assert all(canonical(other) == other for other in found)


def test_each_neighbour_says_what_was_changed():
    rng = np.random.default_rng(1)
    genotype = CELLS.sample(rng)
    places = CELLS.encode(genotype)
    for _, change in neighbours(TOY, genotype, rng):
        at = [d.name for d in CELLS.decisions].index(change.values["decision"])
        assert change.values["old"] == str(CELLS.decisions[at].choices[places[at]])
        assert change.values["new"] != change.values["old"]


def test_a_walk_steps_to_the_first_neighbour_that_is_better():
    history = searched(60)
    steps = [trial for trial in history if trial.memo.get(WALK) == 1]
    for before, trial in pairwise(steps):
        best = min(steps[: before.number], key=lambda t: (t.loss, t.number))
        assert trial.memo[CENTRE] == best.number


def test_walks_to_the_summit():
    most = sum(len(decision.choices) - 1 for decision in CELLS.decisions)
    assert max(-trial.loss for trial in searched(250)) == most


def test_where_no_neighbour_is_better_another_walk_begins():
    """Every score is the same, so the first design is a summit once its neighbours were tried."""
    history = searched(100, judge=lambda genotype: 1.0)
    first = [trial for trial in history if trial.memo[WALK] == 1]
    tried = {trial.candidate.genotype for trial in first}
    around = neighbours(TOY, first[0].candidate.genotype, np.random.default_rng(0))
    assert {other for other, _ in around} <= tried
    assert max(trial.memo[WALK] for trial in history) == 2


def test_a_walk_begins_at_the_best_of_its_random_designs():
    history = searched(12, options=Options(start_up=8, retrained=0))
    best = min(history.trials[:8], key=lambda trial: trial.loss)
    assert all(CENTRE not in trial.memo for trial in history.trials[:8])
    assert history.trials[8].memo[CENTRE] == best.number


def test_no_design_is_tried_twice_by_many_workers():
    history = searched(80, at_once=6)
    assert len({trial.candidate.genotype for trial in history}) == len(history)


def test_a_summit_is_left_again_when_a_neighbour_that_was_still_trained_turns_out_better():
    start = trial_of(next_proposal(Plan(METHOD, ALONE, 3, 9), TOY, History()), 1)
    around = neighbours(TOY, start.candidate.genotype, np.random.default_rng(0))
    trials = [ended(start, 0.0, 1)]
    for number, (genotype, _) in enumerate(dict(around).items(), start=2):
        memo = {WALK: 1, CENTRE: 1}
        trials.append(Trial(number, Candidate(start.candidate.config, genotype), memo=memo))
    plan = Plan(METHOD, ALONE, 3, 999)
    assert next_proposal(plan, TOY, History(tuple(trials))).memo == {WALK: 2}
    trials[4] = ended(trials[4], 1.0, 2)
    proposal = next_proposal(plan, TOY, History(tuple(trials)))
    assert (proposal.memo[WALK], proposal.memo[CENTRE]) == (1, 5)


def test_the_picture_shows_walks_as_families_and_where_they_have_come_to():
    history = searched(60)
    members = METHOD.insight(TOY, history, ALONE).members
    summits = {centre.number for _, centre in centres(history)}
    assert {member.number for member in members if member.alive} == summits
    assert {m.number for m in members if m.parent is None} == {
        trial.number for trial in history if CENTRE not in trial.memo
    }
