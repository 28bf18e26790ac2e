"""Where the minimum may be, and how much a trial would tell about it.

Hennig & Schuler, "Entropy search for information-efficient global optimization", JMLR 2012, with
the probabilities by Monte Carlo, as in Swersky, Snoek & Adams, "Multi-task Bayesian optimization",
NIPS 2013.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from search.surrogates.acquisition import log_expected_improvement
from search.surrogates.encoding import Array
from search.surrogates.gaussian import GaussianProcess, Inputs, root

REPRESENTERS, DRAWS, OUTCOMES = 50, 256, 9
"""Places that the minimum may be at, functions drawn at these, and outcomes imagined of a trial."""

CHUNK = 4
"""Trials that are judged at once: few enough for all their functions to stay near the processor."""


class Minimiser:
    """The belief about where a function is least, among representers drawn where it may well be.

    The functions drawn at the representers are conditioned on an imagined outcome one by one, so that
    before and after a trial the same chance is at work.
    """

    def __init__(
        self, process: GaussianProcess, places: Inputs, best: float, rng: np.random.Generator
    ) -> None:
        """`places` (m) are where the minimum is asked for: of the target task, or with all data."""
        self.process = process
        gain = log_expected_improvement(*process.predict(places), np.array(best))
        chances = np.exp(gain - gain.max()) + 1e-12
        count = min(REPRESENTERS, len(places))
        chosen = rng.choice(len(places), count, replace=False, p=chances / chances.sum())
        self.places = places[chosen]
        self.log_measure: Array = gain[chosen] - gain.max()
        mean, covariance = (
            process.predict(self.places)[0],
            process.covariance(self.places, self.places),
        )
        self.half = root(covariance)
        even = qmc.Sobol(count + 1, rng=rng).random(DRAWS).clip(1e-9, 1 - 1e-9)
        normal = ndtri(even).T
        self.noise: Array = normal[-1]
        self.inner: Array = normal[:-1]
        self.functions: Array = mean[:, None] + self.half @ self.inner

    def probabilities(self) -> Array:
        """Of each representer (r,), that the minimum is there."""
        shares: Array = _shares(self.functions.argmin(axis=0)[None], len(self.places))[0]
        return shares

    def information(self, asked: Inputs) -> Array:
        """How much the entropy of the minimum's place is expected to fall by a trial at each input (m,).

        Equations 8 to 11: an outcome moves the mean at the representers by their covariance with the
        trial, and takes the same from their own.
        """
        now = self._entropy(self.functions.argmin(axis=0)[None])[0]
        parts = [
            now - self._after(asked[np.arange(at, min(at + CHUNK, len(asked)))])
            for at in range(0, len(asked), CHUNK)
        ]
        gained: Array = np.concatenate(parts)
        return gained

    def _after(self, asked: Inputs) -> Array:
        """The entropy (m,) that is expected after a trial at each of a few inputs."""
        deviation = self.process.predict(asked)[1]
        noisy = np.sqrt(deviation**2 + self.process.kernel.noise)
        shift = self.process.covariance(self.places, asked) / noisy  # (r, m)
        # What each drawn function would give at the trial, in deviations of the outcome.
        along = np.linalg.lstsq(self.half, shift, rcond=1e-6)[0]
        left = np.sqrt((1 - (along**2).sum(axis=0)).clip(min=0))
        given = along.T @ self.inner + left[:, None] * self.noise  # (m, draws)
        functions, moves = self.functions.T.astype(np.float32), shift.T.astype(np.float32)
        entropies = np.zeros(len(asked))
        for outcome in ndtri((np.arange(OUTCOMES) + 0.5) / OUTCOMES):
            by = (outcome - given).astype(np.float32)
            moved = functions[None] + moves[:, None, :] * by[:, :, None]
            entropies += self._entropy(moved.argmin(axis=2))
        return entropies / OUTCOMES

    def _entropy(self, least: Array) -> Array:
        """Of the places of minima (m, draws): relative to the measure that representers are drawn by."""
        shares = _shares(least, len(self.places))
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        entropy: Array = -(shares * (logs + self.log_measure)).sum(axis=1)
        return entropy


def _shares(least: Array, count: int) -> Array:
    """How often each of `count` places is the least, row by row (m, count)."""
    rows = np.arange(len(least))[:, None] * count
    counted = np.bincount((least + rows).ravel(), minlength=len(least) * count)
    shares: Array = counted.reshape(len(least), count) / least.shape[1]
    return shares
