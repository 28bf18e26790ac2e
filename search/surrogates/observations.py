"""What a run has seen as points and losses, for the models that strategies share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import inv_boxcox1p
from scipy.stats import yeojohnson, yeojohnson_normmax

from search.history import Trial
from search.method import Problem
from search.surrogates.encoding import Array, vectors

WORST = 2.0
"""Losses are told apart up to so far beyond the median, in distances of the best from it."""


def observed(problem: Problem, trials: Sequence[Trial]) -> tuple[Array, Array]:
    """Points (n, d) and losses (n,) of mean 0 and variance 1.

    A trial that failed never vanishes: it has the worst loss that any other has.
    """
    points = vectors(problem.space, [trial.candidate.config for trial in trials])
    return points, standardised(np.array([trial.loss for trial in trials]))


def losses_of(problem: Problem, trials: Sequence[Trial], objective: int = 0) -> Array:
    """The losses (n,) of an objective; of what was beyond a limit, too, and infinite where it failed."""
    told = problem.objectives[objective]
    found = np.full(len(trials), np.inf)
    for place, trial in enumerate(trials):
        kept = trial.losses[objective] if len(trial.losses) > objective else np.inf
        found[place] = kept if np.isfinite(kept) else told.loss(trial.values)
    return found


def standardised(losses: Array) -> Array:
    """Losses (n,) with mean 0 and variance 1, the worst in place of those that are not finite."""
    known = finite(losses)
    scaled: Array = (known - known.mean()) / _spread(known)
    return scaled


def finite(losses: Array) -> Array:
    """Losses (n,) with the worst of them in place of those that are not finite."""
    known = losses[np.isfinite(losses)]
    filled: Array = np.where(np.isfinite(losses), losses, known.max() if len(known) else 0.0)
    return filled


@dataclass(frozen=True)
class Warp:
    """A monotone way from losses to values that look normal, and back.

    What is far worse than the median is only bad: how bad teaches nothing about the best, and would
    set the scale. The rest is bent by Yeo and Johnson's transform, as in HEBO (Cowen-Rivers et al.,
    "HEBO: pushing the limits of sample-efficient hyper-parameter optimisation", JAIR 2022).
    """

    cap: float
    centre: float
    scale: float
    power: float
    mean: float
    deviation: float

    @classmethod
    def of(cls, losses: Array) -> Warp:
        """Fitted to losses (n,), of which some are finite."""
        known = finite(losses)
        middle = float(np.median(known))
        reach = middle - float(known.min())
        cap = middle + WORST * reach if reach else float(known.max())
        kept = np.minimum(known, cap)
        centre, scale = float(kept.mean()), _spread(kept)
        scaled = (kept - centre) / scale
        power = float(yeojohnson_normmax(scaled)) if len(np.unique(scaled)) > 2 else 1.0
        bent = yeojohnson(scaled, power)
        return cls(cap, centre, scale, power, float(bent.mean()), _spread(bent))

    def values(self, losses: Array) -> Array:
        """Losses (n,) as values that have mean 0 and variance 1 over the losses of the fit."""
        scaled = (np.minimum(finite(losses), self.cap) - self.centre) / self.scale
        bent: Array = yeojohnson(scaled, self.power)
        return (bent - self.mean) / self.deviation

    def losses(self, values: Array) -> Array:
        """The way back; what lies beyond all losses is taken for the cap."""
        bent = values * self.deviation + self.mean
        with np.errstate(invalid="ignore"):
            back = np.where(
                bent >= 0,
                inv_boxcox1p(bent.clip(min=0), self.power),
                -inv_boxcox1p((-bent).clip(min=0), 2 - self.power),
            )
        found: Array = np.minimum(
            np.nan_to_num(back, nan=np.inf) * self.scale + self.centre, self.cap
        )
        return found


def _spread(values: Array) -> float:
    """The deviation, or 1 where all are the same."""
    return float(values.std()) or 1.0
