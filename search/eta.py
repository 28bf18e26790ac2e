"""When a run will be done, as a band: from what its trials have taken, and what is left to train."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 400
LOW, HIGH = 0.1, 0.9
"""Quantiles that the band lies between: eight runs of ten should end inside."""

DOUBT = 0.08, 0.5
"""Spread of the logarithm of all that is left: what is never known, and what one observation leaves open."""


@dataclass(frozen=True)
class Piece:
    """Some training: epochs of a stage; `seconds` that it took, or None if it is still to come."""

    stage: str
    epochs: float
    seconds: float | None = None


def band(
    done: Sequence[Piece], left: Sequence[Piece], workers: int, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Seconds until the end, between which it lies with a probability of about 0.8; None without a basis.

    Each draw takes what an epoch costs from a resample of what was seen of the same stage, or of any if
    there is none, and a common doubt that shrinks as more is seen. A piece that is longer than the
    share of a worker decides alone.
    """
    seen = [piece for piece in done if piece.seconds is not None and piece.epochs > 0]
    if not seen or not left:
        return None
    spread = DOUBT[0] + DOUBT[1] / math.sqrt(len(seen))
    ends = [_draw(seen, left, max(1, workers), rng) for _ in range(DRAWS)]
    doubts = np.exp(rng.normal(0, spread, size=DRAWS))
    low, high = np.quantile(np.array(ends) * doubts, (LOW, HIGH))
    return float(low), float(high)


def _draw(
    seen: Sequence[Piece], left: Sequence[Piece], workers: int, rng: np.random.Generator
) -> float:
    """Seconds for all that is left, once."""
    total, longest = 0.0, 0.0
    for stage in sorted({piece.stage for piece in left}):
        alike = [piece for piece in seen if piece.stage == stage] or list(seen)
        costs = np.array([(piece.seconds or 0) / piece.epochs for piece in alike])
        weights = np.array([piece.epochs for piece in alike])
        resample = rng.choice(len(alike), size=len(alike), p=weights / weights.sum())
        epochs = np.array([piece.epochs for piece in left if piece.stage == stage])
        times = costs[resample].mean() * epochs
        total += float(times.sum())
        longest = max(longest, float(times.max()))
    return max(total / workers, longest)
