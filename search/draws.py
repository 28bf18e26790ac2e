"""Candidates that were not tried yet: small spaces repeat themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from ConfigSpace import Configuration
from ConfigSpace.util import get_one_exchange_neighbourhood

from search.history import Candidate, History
from search.method import Problem

REDRAWS = 20
"""Draws to find a candidate that was not tried."""


def is_tried(candidate: Candidate, history: History) -> bool:
    """Whether a trial of the run has this candidate, whatever became of it."""
    return any(trial.candidate == candidate for trial in history)


def fresh(
    problem: Problem,
    history: History,
    rng: np.random.Generator,
    draw: Callable[[], Candidate | None] | None = None,
) -> Candidate:
    """Draw until a candidate was not tried; else a neighbour of the last; failing this, it once more.

    `draw` gives None for a draw that is not allowed; without it, candidates come from the prior.
    """
    last = None
    for _ in range(REDRAWS):
        candidate = draw() if draw else problem.sample(rng)
        if candidate is None:
            continue
        if not is_tried(candidate, history):
            return candidate
        last = candidate
    last = last or problem.sample(rng)
    return first_fresh(problem, history, neighbours(problem, last, rng)) or last


def first_fresh(
    problem: Problem, history: History, candidates: Iterable[Candidate]
) -> Candidate | None:
    """The first that is allowed and was not tried; None if there is none."""
    for candidate in candidates:
        if problem.allows(candidate) and not is_tried(candidate, history):
            return candidate
    return None


def neighbours(
    problem: Problem, candidate: Candidate, rng: np.random.Generator
) -> Iterator[Candidate]:
    """Candidates that differ in one hyper-parameter, or in a mutation of the architecture."""
    declared = problem.space.configuration_space
    config = Configuration(declared, values=dict(candidate.config))
    for changed in get_one_exchange_neighbourhood(config, seed=int(rng.integers(2**31))):
        yield Candidate(problem.space.config(changed.get_array()), candidate.genotype)
    if problem.architectures and candidate.genotype is not None:
        for _ in range(REDRAWS):
            yield Candidate(
                candidate.config, problem.architectures.mutate(candidate.genotype, rng)[0]
            )
