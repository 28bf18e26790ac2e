"""BANANAS: paths through designs, networks that learn from them, and what is expected of a trial."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from search.architecture.paths import paths_of
from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.strategies.bananas import EXPECTED, METHOD, Encoding, Options
from search.surrogates.perceptrons import fitted
from tests.search.walks import CELLS, NAS

TOY = replace(NAS, limits=())
FEW = Options(start_up=8, networks=3, candidates=40, refit=4, retrained=0)


def score(genotype: str) -> float:
    """Of each path through a cell, its separable convolutions."""
    return float(sum(path.count("sep3") for path in paths_of(genotype)))


def ended(trial: Trial) -> Trial:
    loss = -score(str(trial.candidate.genotype))
    return replace(trial, state=TrialState.COMPLETE, losses=(loss,), ended=trial.number)


@cache
def searched(trials: int = 40, seed: int = 1) -> History:
    plan, history = Plan(METHOD, FEW, seed, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, TOY, history)
        assert proposal is not None
        history = History((*history.trials, ended(trial_of(proposal, number))))
    return history


def a_cell(nodes: list, concat: list[int]) -> str:
    return json.dumps({"cells": {"normal": {"inputs": 2, "nodes": nodes, "concat": concat}}})


def test_a_path_is_where_it_begins_and_the_operations_along_it():
    nodes = [["sep3", 0, "id", 1], ["max3", 2, "zero", 1]]
    assert paths_of(a_cell(nodes, [3])) == {
        ("normal", "0", "sep3", "max3"),
        ("normal", "1", "id", "max3"),
    }


def test_paths_do_not_tell_how_nodes_are_numbered():
    one = [["sep3", 0, "id", 1], ["max3", 0, "max3", 1]]
    assert paths_of(a_cell(one, [2, 3])) == paths_of(a_cell(one[::-1], [2, 3]))


@given(seed=st.integers(0, 1000))
def test_every_design_has_paths_from_each_cell(seed):
    paths = CELLS.paths(CELLS.sample(np.random.default_rng(seed)))
    assert {path[0] for path in paths} == set(CELLS.names)


def test_paths_that_no_trained_design_has_are_not_read():
    genotypes = [CELLS.sample(np.random.default_rng(seed)) for seed in range(9)]
    encode = Encoding.of(TOY, genotypes[:4])
    rows = encode(genotypes)
    assert rows.shape == (9, len(set().union(*map(CELLS.paths, genotypes[:4]))))
    assert rows[:4].any(axis=0).all()


def test_networks_learn_the_order_of_designs_that_they_have_not_seen():
    genotypes = [CELLS.sample(np.random.default_rng(seed)) for seed in range(160)]
    scores = np.array([score(genotype) for genotype in genotypes])
    scores = (scores - scores.mean()) / scores.std()
    rows = Encoding.of(TOY, genotypes[:80])(genotypes)
    means, deviations = fitted(rows[:80], scores[:80], 5).predict(rows[80:])
    assert spearmanr(means, scores[80:]).statistic > 0.7
    assert (deviations > 0).all()


def test_networks_follow_the_slope_of_their_error():
    """What they are trained by is checked on a line that they can draw exactly."""
    points = np.random.default_rng(0).random((60, 3))
    values = points @ np.array([1.0, -2.0, 0.5])
    means, _ = fitted(points, values, 3).predict(points)
    assert np.square(means - values).mean() < 0.05 * values.var()


def test_begins_at_random_then_says_what_it_expects():
    history = searched()
    assert all(EXPECTED not in trial.memo for trial in history.trials[:8])
    for trial in history.trials[8:]:
        mean, low, high = trial.memo[EXPECTED]
        assert low <= mean <= high


def test_no_design_is_tried_twice():
    history = searched()
    assert len({trial.candidate.genotype for trial in history}) == len(history)


def test_finds_better_designs_than_it_began_with():
    losses = [trial.loss for trial in searched()]
    assert np.mean(losses[-10:]) < min(losses[:8])


def test_the_picture_compares_what_was_expected_with_what_came_of_it():
    told = METHOD.insight(TOY, searched(), FEW)
    assert [one.number for one in told.trials] == list(range(9, 41))
    pairs = np.array([(one.mean, one.loss) for one in told.trials])
    assert told.correlation == pytest.approx(spearmanr(*pairs.T).statistic)


def test_tells_no_correlation_of_few_trials():
    first = History(searched().trials[:11])
    assert METHOD.insight(TOY, first, FEW).correlation is None
