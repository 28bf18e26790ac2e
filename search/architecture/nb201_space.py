"""The set of networks of JAHS-Bench-201: the cell, how deep and wide it is stacked, and what it sees.

Bansal et al., "JAHS-Bench-201: a foundation for research on joint architecture and hyperparameter search",
2022, table 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.choosing import changed, drawn
from search.architecture.declared import check_names, levels, some_of
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.nb201 import DIVISORS, EDGE_OPS, EDGES, MOST_STACKED, WIDEST
from search.architecture.ops import ACTIVATIONS
from search.decisions import Decision
from search.message import Message


@dataclass(frozen=True)
class Nb201Space:
    """Genotypes of kind `nb201`.

    `ops` may stand on each edge; `cells` a stage, `channels` of the first, `activations`, and the
    `divisors` of the images' sides are what is chosen of the rest, each among at least one.
    """

    ops: tuple[str, ...]
    cells: tuple[int, ...]
    channels: tuple[int, ...]
    activations: tuple[str, ...]
    divisors: tuple[int, ...]
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> Nb201Space:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        check_names(document, ("kind", "ops", "cells", "channels", "activations", "divisors"))
        return cls(
            ops=some_of(document, "ops", EDGE_OPS),
            cells=levels(document, "cells", 1, MOST_STACKED),
            channels=levels(document, "channels", 1, WIDEST),
            activations=some_of(document, "activations", ACTIVATIONS),
            divisors=tuple(sorted(some_of(document, "divisors", DIVISORS))),
            shape=shape,
            classes=classes,
        )

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        return {
            "kind": "nb201",
            "ops": list(self.ops),
            "cells": list(self.cells),
            "channels": list(self.channels),
            "activations": list(self.activations),
            "divisors": list(self.divisors),
        }

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The operation of each edge, then the skeleton."""
        return tuple(self._decisions())

    def _decisions(self) -> Iterator[Decision]:
        for start, end in EDGES:
            title = Message("Edge from %(start)s to %(end)s", {"start": start, "end": end})
            yield Decision(f"edge_{start}_{end}", self.ops, title=title)
        yield Decision("cells", self.cells, ordered=True, title=Message("Cells a stage"))
        yield Decision("channels", self.channels, ordered=True, title=Message("Channels"))
        yield Decision("activation", self.activations, title=Message("Activation"))
        yield Decision("divisor", self.divisors, ordered=True, title=Message("Image divided by"))

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = [d.choices[place] for d, place in zip(self.decisions, places, strict=True)]
        *edges, cells, channels, activation, divisor = chosen
        skeleton = {"C": channels, "N": cells, "act": activation, "divide": divisor}
        return canonical({"v": 1, "kind": "nb201", "edges": edges, "skeleton": skeleton})

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The choices that make the genotype. Raises ValueError if it is not of this set."""
        document = json.loads(genotype)
        skeleton = (document["skeleton"][name] for name in ("N", "C", "act", "divide"))
        chosen = (*document["edges"], *skeleton)
        return tuple(d.choices.index(c) for d, c in zip(self.decisions, chosen, strict=True))

    def sample(self, rng: np.random.Generator) -> str:
        return self.decode(drawn(self.decisions, rng))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        places, told = changed(self.decisions, self.encode(genotype), rng)
        return self.decode(places), told

    def smallest(self) -> str:
        """One with the fewest parameters: one operation everywhere, least depth and width."""
        rest = [0] * (len(self.decisions) - len(EDGES))
        designs = (self.decode([op] * len(EDGES) + rest) for op in range(len(self.ops)))
        return min(designs, key=lambda g: blueprint_of(g, self.shape, self.classes).params)
