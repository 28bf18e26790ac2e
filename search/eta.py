"""When a run will be done, as a band: from what its trials have taken, and what is left to train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DRAWS = 400
LOW, HIGH = 0.1, 0.9
"""Quantiles that the band lies between: eight runs of ten should end inside."""

DOUBT = 0.12, 0.4
"""Spread of the logarithm of all that is left: what is never known, and what one observation leaves open."""

UNSEEN = {"evaluate": (0.5, 0.5), "confirm": (1.15, 0.15)}
"""What an epoch costs of a stage of which nothing was seen, in epochs of the latest stage that was.

The middle, and the spread of the logarithm: one network is a part of those that share their weights,
and the confirming training sees the validation images, too.
"""

MOST = 300
"""Pieces whose order on the workers is followed; of more, the order no longer matters."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Piece:
    """Some training: epochs of a stage; `seconds` that it took, or None if it is still to come.

    An epoch on a part of the training data counts as that part.
    """

    stage: str
    epochs: float
    seconds: float | None = None


def band(
    done: Sequence[Piece], left: Sequence[Piece], workers: float, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Seconds until the end, between which it lies with a probability of about 0.8; None without a basis.

    Both sequences stand in the order of time; stages follow each other, the pieces of one are trained
    side by side. `workers` may be a share of one: 0.5 is one that works for another run, too. Each
    draw resamples what was seen (a bootstrap), takes from that what each piece costs an epoch, and
    has a common doubt that shrinks as more is seen.
    """
    seen = [piece for piece in done if piece.seconds is not None and piece.epochs > 0]
    if not seen:
        return None
    whole = max(1, round(workers))
    ends = np.zeros(DRAWS)
    for stage in dict.fromkeys(piece.stage for piece in left):
        epochs = np.array([piece.epochs for piece in left if piece.stage == stage])
        ends += _makespan(_times(seen, stage, epochs, rng), whole)
    doubts = rng.normal(0, DOUBT[0] + DOUBT[1] / len(seen), size=DRAWS)
    low, high = np.quantile(ends * np.exp(doubts) / min(1.0, workers), (LOW, HIGH))
    return float(low), float(high)


def _times(seen: Sequence[Piece], stage: str, epochs: Numbers, rng: np.random.Generator) -> Numbers:
    """Seconds that pieces of a stage take, shape (DRAWS, pieces).

    A piece takes a while to begin and then so much an epoch: both come from a resample of those seen,
    the first as the slope of what an epoch cost over 1 / epochs.
    """
    alike = [piece for piece in seen if piece.stage == stage]
    middle, spread = (1.0, 0.0) if alike else UNSEEN.get(stage, (1.0, 0.0))
    alike = alike or [piece for piece in seen if piece.stage == seen[-1].stage]
    trained = np.array([piece.epochs for piece in alike])
    seconds = np.array([piece.seconds or 0 for piece in alike])
    drawn = rng.choice(len(alike), size=(DRAWS, len(alike)), p=trained / trained.sum())
    inverse, costs = 1 / trained[drawn], (seconds / trained)[drawn]
    begin = _slope(inverse, costs).clip(0, seconds.min())
    picked = rng.integers(len(alike), size=(DRAWS, len(epochs)))
    rates = np.take_along_axis(costs - begin * inverse, picked, axis=1).clip(0)
    scale = middle * np.exp(rng.normal(0, spread, size=(DRAWS, 1)))
    found: Numbers = begin + scale * rates * epochs
    return found


def _slope(x: Numbers, y: Numbers) -> Numbers:
    """Of the line through the points of each row, shape (rows, 1); 0 where all x are one."""
    apart = x - x.mean(axis=1, keepdims=True)
    square = np.square(apart).sum(axis=1, keepdims=True)
    product = (apart * y).sum(axis=1, keepdims=True)
    slopes: Numbers = np.divide(product, square, out=np.zeros_like(square), where=square > 1e-9)
    return slopes


def _makespan(times: Numbers, workers: int) -> Numbers:
    """When all pieces are done that free workers take one after the other; shape (DRAWS,)."""
    if times.shape[1] > MOST:
        evenly: Numbers = times.sum(axis=1) / workers
        return evenly
    free = np.zeros((len(times), workers))
    rows = np.arange(len(times))
    for column in times.T:
        free[rows, free.argmin(axis=1)] += column
    last: Numbers = free.max(axis=1)
    return last
