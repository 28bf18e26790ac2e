"""Gaussian processes over a search space, and over tasks or amounts of data, fitted by MAP.

Matérn 5/2 with a length scale an axis; Rasmussen & Williams, "Gaussian processes for machine
learning", 2006. The priors are those of Optuna's sampler: gamma on the variance and on that of the
noise, and length scales around the whole range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import minimize

from search.surrogates.encoding import Array, Axis

Places = np.ndarray[Any, np.dtype[np.intp]]

ROOT_5 = np.sqrt(5)
LEAST_NOISE = 1e-6
MOST_FITTED = 256
"""Points on which the hyper-parameters are fitted; the process itself knows all of them."""

LIKENESS = 2.0
"""How tasks that are alike correlate before anything was seen: by 0.9."""

FIRST_SCALES, FIRST_NOISE, STEPS = (1.0, 0.3), 0.01, 60
"""Where the fit begins, and how many steps it may take."""


@dataclass(frozen=True)
class Kernel:
    """Hyper-parameters: how features mix (k, k), lower triangular; length scales (d,); noise.

    The covariance of two points is Matérn's of their distance times φᵀ M Mᵀ φ' of their features φ.
    A process over the space alone has one feature, which is 1, and M is its deviation.
    """

    mixing: Array
    scales: Array
    noise: float

    @classmethod
    def of(cls, theta: Array, features: int) -> Kernel:
        """From logarithms of the features' deviations, of the scales and of the noise; see `_turned`."""
        below = len(_below(features)[0])
        turned, lengths = _turned(theta[features : features + below], features)
        mixing = np.exp(theta[:features])[:, None] * turned / lengths
        scales, noise = np.exp(theta[features + below : -1]), float(np.exp(theta[-1]))
        return cls(mixing, scales, noise + LEAST_NOISE)

    def between(self, one: Inputs, other: Inputs) -> Array:
        """Covariances (n, m)."""
        r = np.sqrt(np.tensordot(self.scales**-2, squares(one, other), axes=1))
        return _matern(r) * self._mixed(one, other)

    def _mixed(self, one: Inputs, other: Inputs) -> Array:
        mixed: Array = (one.features @ self.mixing) @ (other.features @ self.mixing).T
        return mixed

    def variances(self, one: Inputs) -> Array:
        """Of each point (n,), before anything was seen."""
        variances: Array = ((one.features @ self.mixing) ** 2).sum(axis=1)
        return variances


@dataclass(frozen=True)
class Inputs:
    """Points (n, d) of a space, and features (n, k) of each: of its task, or of how much data it had."""

    axes: Sequence[Axis]
    points: Array
    features: Array

    @classmethod
    def of(cls, axes: Sequence[Axis], points: Array) -> Inputs:
        """Points of the space alone."""
        return cls(axes, points, np.ones((len(points), 1)))

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, rows: Places) -> Inputs:
        return Inputs(self.axes, self.points[rows], self.features[rows])

    def __add__(self, other: Inputs) -> Inputs:
        return Inputs(
            self.axes,
            np.concatenate([self.points, other.points]),
            np.concatenate([self.features, other.features]),
        )


def squares(one: Inputs, other: Inputs) -> Array:
    """Squared distances (d, n, m) axis by axis: of choices, 1 where they differ.

    What is inactive counts as the middle of a number's range, or as one more choice.
    """
    found = np.empty((len(one.axes), len(one), len(other)))
    for place, axis in enumerate(one.axes):
        a, b = one.points[:, place, None], other.points[None, :, place]
        if axis.choices:
            found[place] = np.nan_to_num(a, nan=-1) != np.nan_to_num(b, nan=-1)
        else:
            found[place] = (np.nan_to_num(a, nan=0.5) - np.nan_to_num(b, nan=0.5)) ** 2
    return found


def _matern(r: Array) -> Array:
    correlation: Array = (1 + ROOT_5 * r + 5 / 3 * r**2) * np.exp(-ROOT_5 * r)
    return correlation


class GaussianProcess:
    """The posterior given inputs and values (n,) or, of several fantasies, (n, s)."""

    def __init__(self, inputs: Inputs, values: Array, kernel: Kernel) -> None:
        self.inputs, self.kernel = inputs, kernel
        covariance = kernel.between(inputs, inputs)
        covariance[np.diag_indices(len(inputs))] += kernel.noise
        self.factor = cho_factor(covariance, lower=True)
        self.weights: Array = cho_solve(self.factor, values)

    def predict(self, inputs: Inputs) -> tuple[Array, Array]:
        """Means (m,) or (m, s), and deviations (m,) of the function itself, without noise."""
        across, explained = self._explained(inputs)
        variance = self.kernel.variances(inputs) - (explained**2).sum(axis=0)
        return across @ self.weights, np.sqrt(variance.clip(min=1e-12))

    def covariance(self, one: Inputs, other: Inputs) -> Array:
        """Covariances (m, k) of the function at two sets of inputs."""
        explained = self._explained(one)[1].T @ self._explained(other)[1]
        left: Array = self.kernel.between(one, other) - explained
        return left

    def draw(self, inputs: Inputs, count: int, rng: np.random.Generator) -> Array:
        """Values (m, count) of the function at inputs (m), drawn jointly."""
        covariance = self.covariance(inputs, inputs) + LEAST_NOISE * np.eye(len(inputs))
        drawn: Array = self.predict(inputs)[0][:, None] + root(covariance) @ rng.standard_normal(
            (len(inputs), count)
        )
        return drawn

    def _explained(self, inputs: Inputs) -> tuple[Array, Array]:
        """Covariances (m, n) with what was seen, and the same by the root of its own (n, m)."""
        across = self.kernel.between(inputs, self.inputs)
        return across, solve_triangular(self.factor[0], across.T, lower=True)


def root(covariance: Array) -> Array:
    """A matrix (m, m) whose product with its transpose is the covariance, which may be singular."""
    shares, directions = np.linalg.eigh(covariance)
    found: Array = directions * np.sqrt(shares.clip(min=0))
    return found


def fit(inputs: Inputs, values: Array, *, alike: bool = False) -> Kernel:
    """The likeliest hyper-parameters a posteriori, for values (n,) of mean 0 and variance 1.

    If `alike`, features never go against each other: tasks are at worst of no use for one another.
    """
    return Kernel.of(likeliest(inputs, values, alike=alike), inputs.features.shape[1])


def likeliest(inputs: Inputs, values: Array, *, alike: bool = False) -> Array:
    """Their logarithms, from a start with long scales and from one with short ones.

    Of many points, the best half and an even choice of the others are looked at.
    """
    kept = _some(values)
    near, d, k = inputs[kept], len(inputs.axes), inputs.features.shape[1]
    distances = squares(near, near)
    mixed = [0.0] * k + [0.5] * len(_below(k)[0])
    found = [
        minimize(
            _loss,
            np.array([*mixed, *[np.log(scale)] * d, np.log(FIRST_NOISE)]),
            args=(distances, near.features, values[kept], LIKENESS if alike else 0.0),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds(d, k, alike=alike),
            options={"maxiter": STEPS},
        )
        for scale in FIRST_SCALES
    ]
    theta: Array = min(found, key=lambda result: float(result.fun)).x
    return theta


def bounds(d: int, features: int, *, alike: bool = False) -> list[tuple[float, float]]:
    """Of the logarithms that a kernel is made of, and of the mixing's lower triangle."""
    mixed = [(0.0 if alike else -4.0, 4.0)] * len(_below(features)[0])
    return [(-2.0, 2.0)] * features + mixed + [(np.log(0.02), np.log(100.0))] * d + [(-13.0, 1.0)]


def likelihood(inputs: Inputs, values: Array) -> Callable[[Array], float]:
    """The logarithm of the posterior of a kernel's logarithms, up to a constant, as a function."""
    kept = _some(values)
    near, known = inputs[kept], values[kept]
    distances = squares(near, near)

    def density(theta: Array) -> float:
        return -_loss(theta, distances, near.features, known, slope=False)[0]

    return density


def _turned(correlating: Array, features: int) -> tuple[Array, Array]:
    """The rows of the mixing but for their deviations (k, k), and the lengths (k, 1) of these rows.

    The lower triangle says how features correlate, whatever their deviations: at m, two features
    correlate by m / √(1 + m²).
    """
    rows = np.eye(features)
    rows[_below(features)] = correlating
    return rows, np.linalg.norm(rows, axis=1, keepdims=True)


def _some(values: Array) -> Places:
    order = np.argsort(values, kind="stable")
    if len(order) <= MOST_FITTED:
        return order
    half = MOST_FITTED // 2
    rest = order[half:]
    even = rest[np.linspace(0, len(rest) - 1, half).round().astype(int)]
    return np.concatenate([order[:half], even])


def _below(features: int) -> tuple[Places, Places]:
    """The places of a square matrix that lie below its diagonal."""
    return np.tril_indices(features, -1)


def _loss(
    theta: Array,
    distances: Array,
    features: Array,
    values: Array,
    likeness: float = 0.0,
    *,
    slope: bool = True,
) -> tuple[float, Array]:
    """Minus the logarithm of the posterior of `theta`, and its gradient (equations 5.8 and 5.9)."""
    k = features.shape[1]
    kernel = Kernel.of(theta, k)
    scaled = distances * (kernel.scales**-2)[:, None, None]
    r = np.sqrt(scaled.sum(axis=0))
    decay = np.exp(-ROOT_5 * r)
    shape = decay * (1 + ROOT_5 * r + 5 / 3 * r**2)
    mixed = features @ kernel.mixing
    together = mixed @ mixed.T
    try:
        factor = cho_factor(shape * together + kernel.noise * np.eye(len(values)), lower=True)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(theta)
    weights = cho_solve(factor, values)
    prior, pull = _prior(theta, k, likeness)
    loss = 0.5 * values @ weights + np.log(np.diag(factor[0])).sum() + prior
    if not slope:
        return float(loss), pull
    inner = np.outer(weights, weights) - cho_solve(factor, np.eye(len(values)))
    by_mixing = -(features.T @ (inner * shape) @ mixed)
    along = inner * together * decay * 5 / 3 * (1 + ROOT_5 * r)
    turned, lengths = _turned(theta[k : k + len(_below(k)[0])], k)
    along_row = (by_mixing * turned).sum(axis=1, keepdims=True)
    turning = np.exp(theta[:k])[:, None] * (by_mixing - along_row * turned / lengths**2) / lengths
    parts = [
        (by_mixing * kernel.mixing).sum(axis=1),
        turning[_below(k)],
        -0.5 * np.tensordot(scaled, along, axes=2),
        np.array([-0.5 * np.trace(inner) * (kernel.noise - LEAST_NOISE)]),
    ]
    return float(loss), np.concatenate(parts) + pull


def _prior(theta: Array, features: int, likeness: float) -> tuple[float, Array]:
    """Minus the logarithm of the priors, up to a constant, and its gradient.

    Gamma(2, 1) on the variance, gamma(1.1, 30) on the noise; of an inverse squared length scale t
    it is (t + 1 / t) / 10, least where the scale is the whole range; normal, around `likeness`, on the
    lower triangle.
    """
    below = len(_below(features)[0])
    variances, mixed = np.exp(2 * theta[:features]), theta[features : features + below]
    scales, noise = theta[features + below : -1], np.exp(theta[-1])
    longer, shorter = np.exp(2 * scales), np.exp(-2 * scales)
    loss = (variances - 2 * theta[:features]).sum() + 0.5 * (mixed - likeness) @ (mixed - likeness)
    loss += 0.1 * (longer + shorter).sum() + 30 * noise - 0.1 * theta[-1]
    by_noise = np.array([30 * noise - 0.1])
    parts = [2 * variances - 2, mixed - likeness, 0.2 * (longer - shorter), by_noise]
    return float(loss), np.concatenate(parts)
