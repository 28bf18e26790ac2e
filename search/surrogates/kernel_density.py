"""The kernel density of BOHB. Falkner, Klein & Hutter, "BOHB", ICML 2018, section 4.1.

A normal kernel on each number, that of Aitchison & Aitken, "Multivariate binary discrimination by the
kernel method", Biometrika 1976, on each choice, and one bandwidth an axis. Unlike `parzen.py` it has no
prior: where no point is near, it is next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp

from search.surrogates.encoding import Array, Axis
from search.surrogates.parzen import HALF_LOG_2_PI, inside, truncated_normal

LEAST = 1e-3
"""Bandwidth, at least: points may lie on one another."""

WIDER = 3.0
"""Numbers are drawn with this many bandwidths, so that draws do not close in on the points (BOHB)."""

EVEN = 0.3
"""Deviation of an even density over the cube, about; it stands in where no point is active."""


class KernelDensity:
    """The density of n points (n, d), n ≥ 1: an even mixture of products of kernels in the unit cube.

    On an axis that is inactive in a point, its kernel is even, and an axis that is inactive where the
    density is asked for does not count; the paper fills both at random.
    """

    def __init__(
        self, axes: Sequence[Axis], points: Array, bandwidths: Array | None = None
    ) -> None:
        """`bandwidths` are (d,); if they are not given, they follow the normal reference rule."""
        self.axes, self.points = axes, points
        self.bandwidths = reference(axes, points) if bandwidths is None else bandwidths

    def sample(self, count: int, rng: np.random.Generator, wider: float = WIDER) -> Array:
        """Points (count, d): one of its own each time, changed on every axis by its kernel.

        Those of numbers are `wider` than in the density.
        """
        drawn = self.points[rng.integers(len(self.points), size=count)]
        for place, axis in enumerate(self.axes):
            if axis.is_fixed:
                drawn[:, place] = axis.only
            elif axis.choices:
                drawn[:, place] = self._other(place, drawn[:, place], rng)
            else:
                drawn[:, place] = self._near(place, drawn[:, place], wider, rng)
        return drawn

    def _other(self, place: int, values: Array, rng: np.random.Generator) -> Array:
        """Each kept but for the bandwidth's chance; else any of the choices."""
        anew = rng.integers(self.axes[place].choices, size=len(values))
        kept = (rng.random(len(values)) >= self.bandwidths[place]) & ~np.isnan(values)
        return np.where(kept, values, anew)

    def _near(self, place: int, values: Array, wider: float, rng: np.random.Generator) -> Array:
        """Each moved by a truncated normal; evenly drawn where there was none."""
        even = rng.random(len(values))
        known = ~np.isnan(values)
        width = np.full(known.sum(), wider * self.bandwidths[place])
        even[known] = truncated_normal(values[known], width, even[known])
        return even

    def log_density(self, points: Array) -> Array:
        """The logarithm (m,) at points (m, d)."""
        total = np.zeros((len(points), len(self.points)))
        for place, axis in enumerate(self.axes):
            active = ~np.isnan(points[:, place])
            if not axis.is_fixed and active.any():
                total[active] += self._log_kernel(place, points[active, place])
        density: Array = logsumexp(total, axis=1) - np.log(len(self.points))
        return density

    def _log_kernel(self, place: int, values: Array) -> Array:
        """The logarithms (m, n) of one axis' kernels at values (m,)."""
        axis, width, centres = self.axes[place], self.bandwidths[place], self.points[:, place]
        if axis.choices:
            same, other = np.log(1 - width), np.log(width / (axis.choices - 1))
            told = np.where(values[:, None] == centres, same, other)
            known: Array = np.where(np.isnan(centres), -np.log(axis.choices), told)
            return known
        known = np.nan_to_num(centres, nan=0.5)
        low, high = inside(known, np.full(len(known), width))
        found = -0.5 * ((values[:, None] - known) / width) ** 2
        found -= np.log(width * (high - low)) + HALF_LOG_2_PI
        return np.where(np.isnan(centres), 0.0, found)


def reference(axes: Sequence[Axis], points: Array) -> Array:
    """Bandwidths (d,) by the normal reference rule, 1.06 times the deviation times n ** (-1 / (4 + d)).

    Of choices the variance is the chance that two points differ, which does not depend on their
    order; their bandwidth ends where the kernel would be even.
    """
    scale = 1.06 * len(points) ** (-1 / (4 + len(axes)))
    return np.array([_bandwidth(a, points[:, place], scale) for place, a in enumerate(axes)])


def _bandwidth(axis: Axis, values: Array, scale: float) -> float:
    active = values[~np.isnan(values)]
    if axis.is_fixed:
        return LEAST
    if not axis.choices:
        deviation = active.std() if len(active) else EVEN
        return float(max(LEAST, axis.step / 2, scale * deviation))
    shares = np.bincount(active.astype(int), minlength=axis.choices) / max(1, len(active))
    deviation = np.sqrt(1 - (shares**2).sum())
    return float(np.clip(scale * deviation, LEAST, (axis.choices - 1) / axis.choices))
