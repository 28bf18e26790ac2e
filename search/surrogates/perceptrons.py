"""An ensemble of small neural networks, trained side by side: where they disagree, little is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from search.surrogates.encoding import Array

HIDDEN = (24, 24)
STEPS = 150
"""Steps of Adam, each on all points."""

RATE, DECAY = 0.01, 3e-3
MOMENTS = (0.9, 0.999)


@dataclass(frozen=True)
class Perceptrons:
    """The weights (m, in, out) and biases (m, 1, out) of m networks, layer by layer."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def predict(self, points: Array) -> tuple[Array, Array]:
        """The mean (n,) of what the networks say of points (n, d), and their deviation (n,)."""
        said = _forward(points, self.weights, self.biases)[-1][..., 0]
        return said.mean(axis=0), said.std(axis=0, ddof=1)


def fitted(points: Array, values: Array, networks: int) -> Perceptrons:
    """Networks fitted to values (n,) at points (n, d); the same ones for the same data.

    They differ in where they begin, as in White et al. 2021, and each leaves out a tenth of the points.
    """
    return _fitted(points.tobytes(), points.shape, values.tobytes(), networks)


@lru_cache(maxsize=16)
def _fitted(points: bytes, shape: tuple[int, int], values: bytes, networks: int) -> Perceptrons:
    x, y = np.frombuffer(points).reshape(shape), np.frombuffer(values)
    rng = np.random.default_rng([*shape, networks])
    sizes = (shape[1], *HIDDEN, 1)
    parameters = [_drawn(rng, networks, a, b) for a, b in pairwise(sizes)]
    parameters += [np.zeros((networks, 1, size)) for size in sizes[1:]]
    kept = (rng.random((networks, shape[0])) < 0.9).astype(float)
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(1, STEPS + 1):
        for at, slope in enumerate(_slopes(x, y, kept, parameters)):
            first[at] += (1 - MOMENTS[0]) * (slope - first[at])
            second[at] += (1 - MOMENTS[1]) * (slope**2 - second[at])
            steady = first[at] / (1 - MOMENTS[0] ** step)
            spread = np.sqrt(second[at] / (1 - MOMENTS[1] ** step)) + 1e-8
            parameters[at] -= RATE * (steady / spread + DECAY * parameters[at])
    depth = len(HIDDEN) + 1
    return Perceptrons(tuple(parameters[:depth]), tuple(parameters[depth:]))


def _drawn(rng: np.random.Generator, networks: int, inputs: int, outputs: int) -> Array:
    """Weights for rectified units (He et al. 2015)."""
    drawn: Array = rng.standard_normal((networks, inputs, outputs)) * np.sqrt(2 / max(inputs, 1))
    return drawn


def _forward(points: Array, weights: Sequence[Array], biases: Sequence[Array]) -> list[Array]:
    """What each layer says, from the points (n, d) to the values (m, n, 1)."""
    said: list[Array] = [points]
    for depth, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        total = said[-1] @ weight + bias
        said.append(total if depth == len(HIDDEN) else np.maximum(total, 0))
    return said


def _slopes(points: Array, values: Array, kept: Array, parameters: Sequence[Array]) -> list[Array]:
    """Of half the squared error over the points that each network keeps, by each of the parameters."""
    depth = len(HIDDEN) + 1
    weights = parameters[:depth]
    said = _forward(points, weights, parameters[depth:])
    error = (said[-1] - values[:, None]) * (kept / kept.sum(axis=1, keepdims=True))[..., None]
    of_weights: list[Array] = []
    of_biases: list[Array] = []
    for layer in reversed(range(depth)):
        of_weights.insert(0, np.swapaxes(said[layer], -1, -2) @ error)
        of_biases.insert(0, error.sum(axis=1, keepdims=True))
        if layer:
            error = (error @ np.swapaxes(weights[layer], -1, -2)) * (said[layer] > 0)
    return of_weights + of_biases
