"""Policies: how likely each choice of each decision is, as a function of adjustable parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from search.decisions import Decision

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]

Parameters = Mapping[str, Array]
"""What learning adjusts, by name. Policies never change them in place."""


@dataclass(frozen=True)
class Draw:
    """The place of the choice of each decision, and the logarithm of how likely it was when drawn."""

    places: tuple[int, ...]
    log_probs: tuple[float, ...]


class Policy(Protocol):
    """A distribution over the combinations of choices, decision by decision.

    A policy may be asked for the first few decisions only: these are as likely whatever comes later.
    """

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is decided, in order."""

    def initial(self, rng: np.random.Generator) -> Parameters:
        """Parameters before anything is learnt."""

    def sample(self, parameters: Parameters, rng: np.random.Generator, count: int) -> Draw:
        """Take the first `count` decisions."""

    def forward(self, parameters: Parameters, places: Places) -> tuple[list[Array], Any]:
        """Of designs (n, t): for each decision log-probabilities (n, choices), and what backward reads."""

    def backward(self, parameters: Parameters, trace: Any, pulls: Sequence[Array]) -> Parameters:
        """The gradient of a figure whose derivative by the logits of each decision is (n, choices)."""


def log_softmax(logits: Array) -> Array:
    """Log-probabilities of logits along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    normal: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return normal


def drawn(log_shares: Array, rng: np.random.Generator) -> int:
    """The place of a choice, drawn by its share."""
    heights = np.exp(log_shares).cumsum()
    return min(int(np.searchsorted(heights, rng.random() * heights[-1])), len(heights) - 1)
