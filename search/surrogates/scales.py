"""From what a model predicts back to losses, for models whose scale is no `Warp`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.surrogates.encoding import Array
from search.surrogates.observations import finite


@dataclass(frozen=True)
class Standard:
    """The scale of `standardised` losses: in deviations from their mean."""

    centre: float
    scale: float

    @classmethod
    def of(cls, losses: Array) -> Standard:
        """That of losses (n,), of which some are finite."""
        known = finite(losses)
        return cls(float(known.mean()), float(known.std()) or 1.0)

    def losses(self, values: Array) -> Array:
        found: Array = values * self.scale + self.centre
        return found


@dataclass(frozen=True)
class Logarithms:
    """The scale of a forest: logarithms of standardised losses, from just below the least to the largest.

    It is read off what it was fitted to, `values` (n,) and their `logarithms` (n,), of which the largest
    is 0: a loss is `low` plus `span` times the exponential.
    """

    standard: Standard
    low: float
    span: float

    @classmethod
    def of(cls, standard: Standard, values: Array, logarithms: Array) -> Logarithms:
        least, most = int(values.argmin()), int(values.argmax())
        part = np.exp(logarithms[least])
        span = float((values[most] - values[least]) / (1 - part)) if part < 1 else 0.0
        return cls(standard, float(values[most]) - span, span)

    def losses(self, values: Array) -> Array:
        """What lies beyond all losses is taken for the largest."""
        return self.standard.losses(self.low + self.span * np.exp(values.clip(max=0.0)))
