"""A random forest over a search space, whose trees disagree where little is known.

Hutter, Hoos & Leyton-Brown, "Sequential model-based optimization for general algorithm
configuration", LION 2011, section 4.1. They draw where a tree cuts between two points, so that the
forest's mean is not a staircase; here trees are extremely randomised ones, whose cuts are drawn from
the whole range of a node and which all know all points (Geurts, Ernst & Wehenkel, Machine Learning
2006). docs/benchmarks.md tells what a draw of the points for each tree, as theirs, would cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import log_ndtr
from sklearn.tree import ExtraTreeRegressor

from search.surrogates.encoding import Array, Axis, spread

Columns = np.ndarray[Any, np.dtype[np.float32]]
"""What trees read."""

INACTIVE = -1.0
"""Where a number is inactive: beside its range, so that one cut sets these points apart."""

LEAST_VARIANCE = 1e-5
"""Of a prediction, where all trees agree (SMAC3)."""

LOW_SHARE = 5.0
"""The percentile of the losses whose distance from the least one is put below it (SMAC3)."""


class Forest:
    """Trees, each on all points (n, d) and the logarithms (n,) of their losses."""

    def __init__(
        self,
        axes: Sequence[Axis],
        points: Array,
        logarithms: Array,
        count: int,
        rng: np.random.Generator,
    ) -> None:
        self.axes = axes
        columns = self._columns(points)
        self._trees = [self._grown(columns, logarithms, rng) for _ in range(count)]

    @staticmethod
    def _grown(columns: Columns, values: Array, rng: np.random.Generator) -> ExtraTreeRegressor:
        tree = ExtraTreeRegressor(max_features=1.0, random_state=int(rng.integers(2**31)))
        return tree.fit(columns, values)

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Means and deviations (m,) among the trees."""
        columns = self._columns(points)
        found = np.array([tree.predict(columns, check_input=False) for tree in self._trees])
        return found.mean(axis=0), np.sqrt(found.var(axis=0).clip(min=LEAST_VARIANCE))

    def _columns(self, points: Array) -> Columns:
        """A number as it is, a choice one axis a value; what is inactive has none of the values."""
        columns = spread(self.axes, points)
        at = 0
        for place, axis in enumerate(self.axes):
            width = 0 if axis.is_fixed else max(axis.choices, 1)
            columns[np.isnan(points[:, place]), at : at + width] = 0 if axis.choices else INACTIVE
            at += width
        return columns.astype(np.float32)


def logarithms(losses: Array) -> Array:
    """Of losses (n,), scaled so that the best differ most: SMAC3's RunHistoryLogScaledEncoder.

    The scale begins as far below the least loss as the 5 % lowest lie above it.
    """
    least = losses.min()
    low = least - max(np.percentile(losses, LOW_SHARE) - least, 1e-10)
    span = losses.max() - low
    scaled: Array = np.log((losses - low) / span)
    return scaled


def log_improvement(mean: Array, deviation: Array, best: float) -> Array:
    """The logarithm of the expected improvement of losses whose logarithms are normal.

    Hutter et al. 2009, "An experimental investigation of model-based parameter optimisation",
    equation 2: exp(best) Φ(v) - exp(mean + variance / 2) Φ(v - deviation), v = (best - mean) /
    deviation.
    """
    v = (best - mean) / deviation
    gain, loss = best + log_ndtr(v), mean + deviation**2 / 2 + log_ndtr(v - deviation)
    found: Array = gain + np.log1p(-np.exp((loss - gain).clip(max=-1e-12)))
    return found
