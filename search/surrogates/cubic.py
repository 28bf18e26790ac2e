"""Radial basis functions: a cubic spline through what is known, with a linear tail.

Regis & Shoemaker, "A stochastic radial basis function method for the global optimization of expensive
functions", INFORMS Journal on Computing 2007, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from search.surrogates.encoding import Array, Axis, spread

EASE = 1e-8
"""Added to the diagonal, so that points that lie together, or one column that others give, do no harm."""


def coordinates(axes: Sequence[Axis], points: Array) -> Array:
    """Points (n, d) as (n, e), in which two choices are as far apart as the ends of a range."""
    scales = [
        np.full(0 if axis.is_fixed else max(axis.choices, 1), np.sqrt(0.5) if axis.choices else 1.0)
        for axis in axes
    ]
    scaled: Array = spread(axes, points) * np.concatenate(scales)
    return scaled


class Cubic:
    """The spline through values (n,) at places (n, e): a sum of cubed distances, and a plane."""

    def __init__(self, places: Array, values: Array) -> None:
        self.places = places
        tail = self._tail(places)
        count, width = tail.shape
        system = np.zeros((count + width, count + width))
        system[:count, :count] = cdist(places, places) ** 3
        system[:count, count:], system[count:, :count] = tail, tail.T
        system[np.diag_indices(count)] += EASE
        system[range(count, count + width), range(count, count + width)] -= EASE
        self._weights = np.linalg.solve(system, np.append(values, np.zeros(width)))

    def predict(self, places: Array) -> Array:
        """The values (m,) at places (m, e)."""
        columns = [cdist(places, self.places) ** 3, self._tail(places)]
        predicted: Array = np.concatenate(columns, axis=1) @ self._weights
        return predicted

    @staticmethod
    def _tail(places: Array) -> Array:
        return np.concatenate([np.ones((len(places), 1)), places], axis=1)
