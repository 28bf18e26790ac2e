"""A warm start: of several random designs within the limits, the largest is trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from search.breeding import drawn
from search.history import History
from search.loop import Plan, next_proposal
from search.method import Constraint
from search.methods import METHODS
from tests.search.walks import CELLS, NAS

FREE = replace(NAS, limits=())


def sizes(draws: int, problem=FREE) -> list[float]:
    """Parameters of designs that begin a search."""
    rngs = map(np.random.default_rng, range(20))
    designs = (drawn(problem, rng, (), draws).candidate.genotype for rng in rngs)
    return [CELLS.costs(str(design))["params"] for design in designs]


def test_larger_designs_begin():
    assert np.mean(sizes(10)) > np.quantile(sizes(1), 0.8)


def test_the_largest_is_within_the_limits():
    limit = Constraint("params", 12_000)
    assert max(sizes(10, replace(NAS, limits=(limit,)))) <= limit.bound


def test_without_one_nothing_is_counted():
    uncounted = replace(FREE, count=None)
    assert drawn(uncounted, np.random.default_rng(1), (), 10).candidate.genotype


@pytest.mark.parametrize("name", ["aging_evolution", "local_search", "bananas"])
def test_methods_say_that_they_begin_warm(name):
    method = METHODS[name]
    plan = Plan(method, method.options(warm_start=10), seed=1, max_trials=40)
    proposal = next_proposal(plan, FREE, History())
    assert proposal is not None
    assert "of 10 random designs" in str(proposal.why)
