"""What a run has seen as points and losses, for the models that strategies share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.history import Trial
from search.method import Problem
from search.surrogates.encoding import Array, vectors


def observed(problem: Problem, trials: Sequence[Trial]) -> tuple[Array, Array]:
    """Points (n, d) and losses (n,) of mean 0 and variance 1.

    A trial that failed never vanishes: it has the worst loss that any other has.
    """
    points = vectors(problem.space, [trial.candidate.config for trial in trials])
    return points, standardised(np.array([trial.loss for trial in trials]))


def standardised(losses: Array) -> Array:
    """Losses (n,) with mean 0 and variance 1, the worst in place of those that are not finite."""
    finite = losses[np.isfinite(losses)]
    worst = finite.max() if len(finite) else 0.0
    known = np.where(np.isfinite(losses), losses, worst)
    spread = known.std()
    scaled: Array = (known - known.mean()) / (spread if spread > 0 else 1.0)
    return scaled
