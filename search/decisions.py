"""Architectures as sets of decisions, which is all that searches need to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from search.message import Message


@dataclass(frozen=True)
class Decision:
    """One of the choices that a design is made of; `ordered` if they go from little to much."""

    name: str
    choices: tuple[Any, ...]
    ordered: bool = False


class Architectures(Protocol):
    """A set of architectures, each a genotype in canonical JSON.

    Every design is made by the same `decisions`, in the order in which a controller takes them: all
    combinations of choices are designs of the set, and several may be the same one. A set whose
    designs grow has no decisions.
    """

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is chosen, in order."""

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of the choice of each decision by which `genotype` is made."""

    def decode(self, places: Sequence[int]) -> str:
        """The design that the choices at these places make."""

    def sample(self, rng: np.random.Generator) -> str:
        """Draw one; all randomness comes from `rng`."""

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """A neighbour of `genotype` in the set, and what was changed."""

    def smallest(self) -> str:
        """One with the fewest parameters."""

    def to_json(self) -> dict[str, Any]:
        """The declaration of the set."""
