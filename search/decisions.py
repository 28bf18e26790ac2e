"""Architectures as sets of decisions, which is all that searches need to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from search.message import Message


@dataclass(frozen=True)
class Decision:
    """One of the choices that a design is made of; `ordered` if they go from little to much.

    One that `joins` two layers, an earlier one to a later one, has the choices no and yes. Layers count
    from 1, and 0 is the input; the first layer, which can read nothing else, has only yes. All
    decisions about one layer follow one another. `title` is what a person reads in place of the name.
    """

    name: str
    choices: tuple[Any, ...]
    ordered: bool = False
    joins: tuple[int, int] | None = None
    title: Message | None = None


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


@runtime_checkable
class Deepening(Architectures, Protocol):
    """A set of networks of so many layers whose decisions begin with those of shallower ones."""

    @property
    def layers(self) -> int:
        """Layers of a design."""

    def of_depth(self, layers: int) -> Architectures:
        """The set alike with so many layers, at most those of this one."""


@runtime_checkable
class Referenced(Architectures, Protocol):
    """A set that holds a network that is well known, to compare others with."""

    def reference(self) -> str:
        """Its genotype, up to the width and depth that the set allows."""


@runtime_checkable
class Routed(Protocol):
    """A set whose designs are graphs with ways from input to output, by which models can know them."""

    def paths(self, genotype: str) -> frozenset[tuple[str, ...]]:
        """The ways through the design, each as the operations along it and where it lies."""
