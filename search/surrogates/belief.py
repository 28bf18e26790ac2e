"""What is believed of a metric all over the space: Gaussian processes, averaged over their kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import log_ndtr, logsumexp

from search.surrogates.acquisition import log_expected_improvement
from search.surrogates.encoding import Array
from search.surrogates.gaussian import GaussianProcess, Inputs, Kernel

FANTASIES = 16
"""Imagined outcomes of the trials that are under way, over which the improvement is averaged."""


class Belief:
    """A mixture of posteriors, one a kernel, given inputs and values (n,).

    Trials that are under way, `pending`, have imagined outcomes, drawn jointly; each of these
    has a best value of its own (Snoek et al. 2012, section 3.2).
    """

    def __init__(
        self,
        inputs: Inputs,
        values: Array,
        kernels: Sequence[Kernel],
        *,
        pending: Inputs,
        best: float,
        rng: np.random.Generator,
    ) -> None:
        self.values = values
        self.known = [GaussianProcess(inputs, values, kernel) for kernel in kernels]
        self.imagined = self.known
        self.best = [np.array([best])] * len(kernels)
        if len(pending):
            told = [_told(process, values, pending, rng) for process in self.known]
            everywhere = inputs + pending
            self.imagined = [
                GaussianProcess(everywhere, each, kernel)
                for each, kernel in zip(told, kernels, strict=True)
            ]
            self.best = [np.minimum(best, each[len(values) :].min(axis=0)) for each in told]

    @property
    def worst(self) -> float:
        """The highest value that was seen."""
        return float(self.values.max())

    def predict(self, inputs: Inputs) -> tuple[Array, Array]:
        """Means (m,) and deviations (m,) of the mixture, of what has ended alone."""
        found = [process.predict(inputs) for process in self.known]
        means = np.array([mean for mean, _ in found])
        squares = np.array([deviation**2 + mean**2 for mean, deviation in found])
        mean: Array = means.mean(axis=0)
        return mean, np.sqrt((squares.mean(axis=0) - mean**2).clip(min=1e-12))

    def log_improvement(self, inputs: Inputs) -> Array:
        """The logarithm (m,) of the expected improvement, averaged over kernels and fantasies."""
        each = []
        for process, best in zip(self.imagined, self.best, strict=True):
            mean, deviation = process.predict(inputs)
            means = mean if mean.ndim == 2 else mean[:, None]
            deviations = np.broadcast_to(deviation[:, None], means.shape)
            each.append(log_expected_improvement(means, deviations, best))
        together = np.concatenate(each, axis=1)
        averaged: Array = logsumexp(together, axis=1) - np.log(together.shape[1])
        return averaged

    def log_below(self, inputs: Inputs, bound: float) -> Array:
        """The logarithm (m,) of the probability that the metric is at most `bound`."""
        mean, deviation = self.predict(inputs)
        below: Array = log_ndtr((bound - mean) / deviation)
        return below


def _told(
    process: GaussianProcess, values: Array, pending: Inputs, rng: np.random.Generator
) -> Array:
    """What has ended (n,) and what is imagined of the rest, as columns (n + p, fantasies)."""
    known = np.tile(values[:, None], (1, FANTASIES))
    return np.concatenate([known, process.draw(pending, FANTASIES, rng)])
