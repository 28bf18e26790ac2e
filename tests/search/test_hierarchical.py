"""Hierarchical evolution: who breeds, that nothing leaves, and that motifs are what evolves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from search.architecture.spaces import READY_MADE, space_of
from search.history import History, Report, Trial, TrialState
from search.loop import Plan, run
from search.strategies.hierarchical import METHOD, Options, insight, propose
from tests.search.walks import NAS

MOTIFS = space_of(READY_MADE["hierarchical"], (1, 8, 8), 10)


def trained(problem, candidate, context):
    """The more edges of level 3 are the first motif, the better."""
    yield Report(1, {"val_accuracy": candidate.genotype.count("m2.0") / 10})


TOY = replace(NAS, architectures=MOTIFS, evaluate=trained, limits=(), count=None)
FEW = Options(initial=10, retrained=0)


def a_history(losses) -> History:
    rng = np.random.default_rng(0)
    return History(
        tuple(
            Trial(n, TOY.sample(rng), state=TrialState.COMPLETE, losses=(loss,), ended=n)
            for n, loss in enumerate(losses, start=1)
        )
    )


def test_begins_at_random_then_breeds_and_changes_one_edge(tmp_path):
    history = run(Plan(METHOD, FEW, 1, 40), TOY, tmp_path)
    assert all("parent" not in trial.memo for trial in history.trials[:10])
    for trial in history.trials[10:-1]:
        parent = history.trials[trial.memo["parent"] - 1]
        pair = (MOTIFS.encode(t.candidate.genotype) for t in (trial, parent))
        assert sum(a != b for a, b in zip(*pair, strict=True)) == 1


@pytest.mark.parametrize(("count", "size"), [(10, 2), (40, 2), (100, 5), (400, 20)])
def test_a_tournament_is_a_twentieth_of_the_population_and_two_at_least(count, size):
    history = a_history([1.0] * count)
    why = propose(TOY, history, np.random.default_rng(0), FEW).why.values
    assert (why["sample"], why["population"]) == (size, count)


def test_the_oldest_may_breed_for_ever():
    history = a_history([-9.0] + [1.0] * 99)
    rngs = map(np.random.default_rng, range(300))
    bred = Counter(propose(TOY, history, rng, FEW).memo["parent"] for rng in rngs)
    assert bred[1] == pytest.approx(300 * (1 - 0.99**5), abs=12)
    assert all(member.alive for member in insight(TOY, history, FEW).members)


def test_evolves_towards_what_is_better(tmp_path):
    history = run(Plan(METHOD, FEW, 2, 120), TOY, tmp_path)
    losses = [trial.loss for trial in history]
    assert np.mean(losses[-21:-1]) < np.mean(losses[:10])
