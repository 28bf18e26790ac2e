"""Parzen estimators over a search space: a mixture of kernels at observed points and of the prior."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from search.surrogates.encoding import Array, Axis

HALF_LOG_2_PI = 0.5 * np.log(2 * np.pi)

LEAST = 0.01
"""Width of a joint density on an axis, at least, as a part of the range."""

LEAST_WEIGHT = 1e-6
"""Of a point that improves on nothing, as a part of the average."""


class Parzen:
    """A joint density: a weighted sum of products of kernels, one factor an axis.

    Each of the n observed points is a component, and the prior is one more, so that nothing gets the
    density zero. A factor is a normal truncated to [0, 1] on a number and a smoothed count on a
    choice. On an axis that is inactive in an observed point, its component has the prior's factor:
    that point says nothing about it.
    """

    def __init__(
        self, axes: Sequence[Axis], points: Array, widths: Array, weights: Array | None = None
    ) -> None:
        """`points` and `widths` are (n, d); `weights` (n,) are relative to the prior's, which is 1."""
        self.axes = axes
        self.points, self.widths = points, widths
        given = np.ones(len(points)) if weights is None else weights
        self.shares = np.append(given, 1.0) / (given.sum() + 1.0)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Points (count, d), a component drawn for each; whether an axis is active is not asked."""
        chosen = rng.choice(len(self.shares), size=count, p=self.shares)
        drawn = np.empty((count, len(self.axes)))
        for place, axis in enumerate(self.axes):
            if axis.is_fixed:
                drawn[:, place] = axis.only
            elif axis.choices:
                shares = self._choices(place)[chosen]
                drawn[:, place] = (rng.random((count, 1)) > shares.cumsum(axis=1)).sum(axis=1)
            else:
                centres, widths = self._factors(place)
                drawn[:, place] = self._numbers(centres[chosen], widths[chosen], rng)
        return drawn

    def log_density(self, points: Array) -> Array:
        """The logarithm (m,) at points (m, d); axes that are inactive in a point do not count."""
        total = np.tile(np.log(self.shares), (len(points), 1))
        for place, axis in enumerate(self.axes):
            values = points[:, place]
            active = ~np.isnan(values)
            if axis.is_fixed or not active.any():
                continue
            total[active] += self._log_factor(place, values[active])
        density: Array = logsumexp(total, axis=1)
        return density

    def _log_factor(self, place: int, values: Array) -> Array:
        """The logarithms (m, n + 1) of one axis' factors at values (m,)."""
        if self.axes[place].choices:
            logarithms: Array = np.log(self._choices(place))[:, values.astype(int)].T
            return logarithms
        centres, widths = self._factors(place)
        is_prior = np.isinf(widths)
        scale = np.where(is_prior, 1.0, widths)
        low, high = inside(centres, scale)
        found: Array = values[:, None] / scale
        found -= centres / scale
        found *= found
        found *= -0.5
        found -= np.log(scale * (high - low)) + HALF_LOG_2_PI
        found[:, is_prior] = 0.0
        return found

    def _factors(self, place: int) -> tuple[Array, Array]:
        """Centres and widths (n + 1,) on one axis; an infinite width is the prior's even density."""
        centres, widths = self.points[:, place], self.widths[:, place]
        known = ~np.isnan(centres)
        return (
            np.append(np.where(known, centres, 0.5), 0.5),
            np.append(np.where(known, widths, np.inf), np.inf),
        )

    def _choices(self, place: int) -> Array:
        """The shares (n + 1, k) of the choices in each component: what was seen, and one of prior."""
        count = self.axes[place].choices
        seen = self.points[:, place]
        shares = np.full((len(seen) + 1, count), 1 / count)
        known = np.flatnonzero(~np.isnan(seen))
        leak = 1 / (len(seen) + 1)  # each component spreads this much over all choices
        shares[known] = leak / count
        shares[known, seen[known].astype(int)] += 1 - leak
        return shares

    @staticmethod
    def _numbers(centres: Array, widths: Array, rng: np.random.Generator) -> Array:
        is_prior = np.isinf(widths)
        even = rng.random(len(centres))
        drawn = truncated_normal(centres, np.where(is_prior, 1.0, widths), even)
        return np.where(is_prior, even, drawn)


def inside(centres: Array, widths: Array) -> tuple[Array, Array]:
    """How much of each normal (n,) lies below 0, and below 1."""
    return ndtr(-centres / widths), ndtr((1 - centres) / widths)


def truncated_normal(centres: Array, widths: Array, even: Array) -> Array:
    """Even numbers (n,) of [0, 1] as draws from normals (n,) cut off at 0 and 1."""
    low, high = inside(centres, widths)
    drawn: Array = (centres + widths * ndtri(low + even * (high - low))).clip(0, 1)
    return drawn


def joint_widths(axes: Sequence[Axis], points: Array, alone: float = 0.2) -> Array:
    """Widths (n, d) for a joint density: narrower the more points, by Scott's rule, never too narrow.

    The width of a point `alone`, as a part of the range, times n ** (-1 / (d + 4)), at least a hundredth.
    docs/benchmarks.md tells how this was chosen.
    """
    count, d = points.shape
    width = alone * max(count, 1) ** (-1 / (d + 4))
    floors = np.array([max(LEAST, axis.step / 2) for axis in axes])
    return np.tile(np.maximum(width, floors).clip(max=1.0), (count, 1))


def close_widths(axes: Sequence[Axis], points: Array) -> Array:
    """Widths (n, d) of a joint density that is narrower on every axis on which its points crowd."""
    return np.minimum(joint_widths(axes, points), gap_widths(axes, points))


def improvements(losses: Array, threshold: float) -> Array:
    """Weights (n,) of good points, 1 on average: how far their losses lie below the best that is not.

    So the density stands for the expected improvement (Song et al., "A general recipe for likelihood-free
    Bayesian optimization", ICML 2022), where even weights stand for the chance of one.
    """
    gained = threshold - losses
    if not np.isfinite(threshold) or gained.max(initial=0.0) <= 0:
        return np.ones(len(losses))
    weights: Array = np.maximum(gained, LEAST_WEIGHT * gained.mean())
    even: Array = weights / weights.mean()
    return even


def gap_widths(axes: Sequence[Axis], points: Array) -> Array:
    """Widths (n, d) axis by axis: the larger gap to a neighbour (Bergstra et al. 2011, section 4).

    The prior's centre is a neighbour, too; at the ends the only gap there is counts. Clipped to
    [range / min(100, 1 + n), range].
    """
    count = len(points)
    widths = np.ones_like(points)
    least = 1 / min(100.0, 1.0 + count)
    for place, axis in enumerate(axes):
        values = points[:, place]
        known = np.flatnonzero(~np.isnan(values))
        if axis.choices or not len(known):
            continue
        line = np.append(values[known], 0.5)
        order = np.argsort(line, kind="stable")
        gaps = np.diff(line[order])
        both = np.maximum(np.append(0, gaps), np.append(gaps, 0))
        found = np.empty_like(line)
        found[order] = both
        widths[known, place] = found[:-1].clip(max(least, axis.step / 2), 1.0)
    return widths
