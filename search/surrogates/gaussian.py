"""A Gaussian process over a search space: Matérn 5/2 with a length scale an axis, fitted by MAP.

Rasmussen & Williams, "Gaussian processes for machine learning", 2006. The priors are those of Optuna's
sampler: gamma on the variance and on that of the noise, and length scales around the whole range.
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

FIRST_SCALES, FIRST_NOISE, STEPS = (1.0, 0.3), 0.01, 60
"""Where the fit begins, and how many steps it may take."""

BOUNDS = [(-4.0, 4.0), (np.log(0.02), np.log(100.0)), (-13.0, 1.0)]
"""Of the logarithms of the variance, a length scale and the noise."""


@dataclass(frozen=True)
class Kernel:
    """Hyper-parameters: the variance, the length scales (d,), and the variance of the noise."""

    variance: float
    scales: Array
    noise: float

    @classmethod
    def of(cls, theta: Array) -> Kernel:
        """From their logarithms: variance, length scales, noise."""
        values = np.exp(theta)
        return cls(float(values[0]), values[1:-1], float(values[-1]) + LEAST_NOISE)


def squares(axes: Sequence[Axis], one: Array, other: Array) -> Array:
    """Squared distances (d, n, m) axis by axis: of choices, 1 where they differ.

    What is inactive counts as the middle of a number's range, or as one more choice.
    """
    found = np.empty((len(axes), len(one), len(other)))
    for place, axis in enumerate(axes):
        a, b = one[:, place, None], other[None, :, place]
        if axis.choices:
            found[place] = np.nan_to_num(a, nan=-1) != np.nan_to_num(b, nan=-1)
        else:
            found[place] = (np.nan_to_num(a, nan=0.5) - np.nan_to_num(b, nan=0.5)) ** 2
    return found


def matern(kernel: Kernel, distances: Array) -> Array:
    """Covariances (n, m) from squared distances (d, n, m)."""
    r = np.sqrt(np.tensordot(kernel.scales**-2, distances, axes=1))
    covariance: Array = kernel.variance * (1 + ROOT_5 * r + 5 / 3 * r**2) * np.exp(-ROOT_5 * r)
    return covariance


class GaussianProcess:
    """The posterior given points (n, d) and values (n,) or, of several fantasies, (n, s)."""

    def __init__(self, axes: Sequence[Axis], points: Array, values: Array, kernel: Kernel) -> None:
        self.axes, self.points, self.kernel = axes, points, kernel
        covariance = matern(kernel, squares(axes, points, points))
        covariance[np.diag_indices(len(points))] += kernel.noise
        self.factor = cho_factor(covariance, lower=True)
        self.weights: Array = cho_solve(self.factor, values)

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Means (m,) or (m, s), and deviations (m,) of the function itself, without noise."""
        across = matern(self.kernel, squares(self.axes, points, self.points))
        explained = solve_triangular(self.factor[0], across.T, lower=True)
        variance = self.kernel.variance - (explained**2).sum(axis=0)
        return across @ self.weights, np.sqrt(variance.clip(min=1e-12))

    def draw(self, points: Array, count: int, rng: np.random.Generator) -> Array:
        """Values (m, count) of the function at points (m, d), drawn jointly."""
        across = matern(self.kernel, squares(self.axes, points, self.points))
        explained = solve_triangular(self.factor[0], across.T, lower=True)
        prior = matern(self.kernel, squares(self.axes, points, points))
        covariance = prior - explained.T @ explained + LEAST_NOISE * np.eye(len(points))
        shares, directions = np.linalg.eigh(covariance)
        root = directions * np.sqrt(shares.clip(min=0))
        drawn: Array = (across @ self.weights)[:, None] + root @ rng.standard_normal(
            (len(points), count)
        )
        return drawn


def fit(axes: Sequence[Axis], points: Array, values: Array) -> Kernel:
    """The likeliest hyper-parameters a posteriori, for values (n,) of mean 0 and variance 1."""
    return Kernel.of(likeliest(axes, points, values))


def likeliest(axes: Sequence[Axis], points: Array, values: Array) -> Array:
    """Their logarithms (d + 2,), from a start with long scales and from one with short ones.

    Of many points, the best half and an even choice of the others are looked at.
    """
    kept = _some(values)
    distances = squares(axes, points[kept], points[kept])
    found = [
        minimize(
            _loss,
            np.concatenate([[0.0], np.full(len(axes), np.log(scale)), [np.log(FIRST_NOISE)]]),
            args=(distances, values[kept]),
            jac=True,
            method="L-BFGS-B",
            bounds=[BOUNDS[0], *[BOUNDS[1]] * len(axes), BOUNDS[2]],
            options={"maxiter": STEPS},
        )
        for scale in FIRST_SCALES
    ]
    theta: Array = min(found, key=lambda result: float(result.fun)).x
    return theta


def likelihood(axes: Sequence[Axis], points: Array, values: Array) -> Callable[[Array], float]:
    """The logarithm of the posterior of logarithms (d + 2,), up to a constant, as a function."""
    kept = _some(values)
    distances = squares(axes, points[kept], points[kept])
    known = values[kept]

    def density(theta: Array) -> float:
        kernel = Kernel.of(theta)
        covariance = matern(kernel, distances) + kernel.noise * np.eye(len(known))
        try:
            factor = cho_factor(covariance, lower=True)
        except np.linalg.LinAlgError:
            return -np.inf
        fit_of = 0.5 * known @ cho_solve(factor, known) + np.log(np.diag(factor[0])).sum()
        return -float(fit_of) - _prior(theta)[0]

    return density


def _some(values: Array) -> Places:
    order = np.argsort(values, kind="stable")
    if len(order) <= MOST_FITTED:
        return order
    half = MOST_FITTED // 2
    rest = order[half:]
    even = rest[np.linspace(0, len(rest) - 1, half).round().astype(int)]
    return np.concatenate([order[:half], even])


def _loss(theta: Array, distances: Array, values: Array) -> tuple[float, Array]:
    """Minus the logarithm of the posterior of `theta`, and its gradient (equations 5.8 and 5.9)."""
    kernel = Kernel.of(theta)
    scaled = distances * (kernel.scales**-2)[:, None, None]
    r = np.sqrt(scaled.sum(axis=0))
    decay = kernel.variance * np.exp(-ROOT_5 * r)
    shape = decay * (1 + ROOT_5 * r + 5 / 3 * r**2)
    covariance = shape + kernel.noise * np.eye(len(values))
    try:
        factor = cho_factor(covariance, lower=True)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(theta)
    weights = cho_solve(factor, values)
    loss = 0.5 * values @ weights + np.log(np.diag(factor[0])).sum()
    inner = np.outer(weights, weights) - cho_solve(factor, np.eye(len(values)))
    slope = inner * (decay * 5 / 3 * (1 + ROOT_5 * r))
    gradient = np.empty_like(theta)
    gradient[0] = -0.5 * (inner * shape).sum()
    gradient[1:-1] = -0.5 * np.tensordot(scaled, slope, axes=2)
    gradient[-1] = -0.5 * np.trace(inner) * (kernel.noise - LEAST_NOISE)
    prior, pull = _prior(theta)
    return float(loss + prior), gradient + pull


def _prior(theta: Array) -> tuple[float, Array]:
    """Minus the logarithm of the priors, up to a constant, and its gradient.

    Gamma(2, 1) on the variance, gamma(1.1, 30) on the noise; of an inverse squared length scale t
    it is (t + 1 / t) / 10, least where the scale is the whole range.
    """
    variance, noise = np.exp(theta[0]), np.exp(theta[-1])
    longer, shorter = np.exp(2 * theta[1:-1]), np.exp(-2 * theta[1:-1])
    loss = variance - theta[0] + 0.1 * (longer + shorter).sum() + 30 * noise - 0.1 * theta[-1]
    scales = 0.2 * (longer - shorter)
    return float(loss), np.concatenate([[variance - 1], scales, [30 * noise - 0.1]])
