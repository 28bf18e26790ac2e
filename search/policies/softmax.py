"""The simple policy: each decision by itself, by a softmax of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.decisions import Decision
from search.policies.policy import Array, Draw, Parameters, Places, drawn, log_softmax


@dataclass(frozen=True)
class SoftmaxPolicy:
    """One logit a choice; a decision knows nothing of the others. At first all choices are as likely."""

    decisions: tuple[Decision, ...]

    def initial(self, rng: np.random.Generator) -> Parameters:
        """Logits of nought, whatever `rng`."""
        return {str(t): np.zeros(len(d.choices)) for t, d in enumerate(self.decisions)}

    def sample(self, parameters: Parameters, rng: np.random.Generator, count: int) -> Draw:
        """Take the first `count` decisions independently."""
        shares = [log_softmax(parameters[str(t)]) for t in range(count)]
        places = tuple(drawn(log_shares, rng) for log_shares in shares)
        return Draw(places, tuple(float(s[p]) for s, p in zip(shares, places, strict=True)))

    def forward(self, parameters: Parameters, places: Places) -> tuple[list[Array], int]:
        """The same log-probabilities for each of the designs (n, t)."""
        count, length = places.shape
        rows = [log_softmax(parameters[str(t)]) for t in range(length)]
        return [np.tile(row, (count, 1)) for row in rows], length

    def backward(self, parameters: Parameters, trace: int, pulls: Sequence[Array]) -> Parameters:
        """The sum of the derivatives of all designs; nought for decisions that were not taken."""
        summed = {str(t): pull.sum(axis=0) for t, pull in enumerate(pulls)}
        return {name: summed.get(name, np.zeros_like(row)) for name, row in parameters.items()}
