"""How a policy thinks, as plain data that a page can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Decided:
    """A decision: its choices, how likely each is now, and the place of the one that was `taken` last."""

    name: str
    choices: Sequence[Any]
    shares: Sequence[float]
    taken: int | None


@dataclass(frozen=True)
class Payoff:
    """What a trial has paid, and what the policy expected; None if it did not know what to."""

    number: int
    reward: float
    baseline: float | None


@dataclass(frozen=True)
class Policy:
    """A policy after so many updates beside the design of trial `latest`, and what designs have paid."""

    kind: ClassVar = "policy"
    updates: int
    latest: int
    decisions: Sequence[Decided]
    payoffs: Sequence[Payoff]
