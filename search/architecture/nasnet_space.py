"""The set of NASNet: cells of blocks of five decisions each. Zoph et al., "Learning transferable
architectures for scalable image recognition", CVPR 2018, section 3.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.cell_space import AMOEBANET, INPUTS, CellSpace
from search.architecture.cells import ADD, CONCAT, combine_of, loose_ends, node_edges, node_of
from search.architecture.choosing import changed, drawn
from search.architecture.genotype import canonical
from search.decisions import Decision
from search.message import Message


@dataclass(frozen=True)
class NasnetSpace:
    """Genotypes of kind `cell_net` whose nodes, the blocks, choose how to bring their edges together, too.

    The blocks that no other reads are joined. `sums` is the set of those cells whose blocks all add.
    """

    sums: CellSpace

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> NasnetSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        cells = {**document, "wiring": AMOEBANET}
        return cls(CellSpace.from_json(cells, shape, classes))

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        told = self.sums.to_json()
        del told["wiring"]
        return {**told, "kind": "nasnet"}

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Of each block its two inputs, the operation on each, and how both are brought together."""
        return tuple(
            decision
            for name in self.sums.names
            for state in range(INPUTS, INPUTS + self.sums.nodes)
            for decision in self._block(f"{name}_{state}", state)
        )

    def _block(self, name: str, states: int) -> Iterator[Decision]:
        yield from (Decision(f"{name}_source_{end}", tuple(range(states))) for end in "ab")
        yield from (Decision(f"{name}_op_{end}", self.sums.ops) for end in "ab")
        yield Decision(f"{name}_combine", (ADD, CONCAT))

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of each decision's choice by which the genotype is made."""
        cells = json.loads(genotype)["cells"]
        chosen: list[Any] = []
        for name in self.sums.names:
            for node in cells[name]["nodes"]:
                first, second = node_edges(node)
                chosen += [first[1], second[1], first[0], second[0], combine_of(node)]
        return tuple(d.choices.index(c) for d, c in zip(self.decisions, chosen, strict=True))

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = iter([d.choices[p] for d, p in zip(self.decisions, places, strict=True)])
        cells: dict[str, list[Any]] = {name: [] for name in self.sums.names}
        for name, _ in product(self.sums.names, range(self.sums.nodes)):
            a, b, op_a, op_b, combine = (next(chosen) for _ in range(5))
            cells[name].append(node_of([(op_a, a), (op_b, b)], combine))
        skeleton = {
            "C": self.sums.channels,
            "L": self.sums.cells,
            "reductions": self.sums.reductions,
            "stem": "conv3",
        }
        wired = {
            name: {"inputs": INPUTS, "nodes": nodes, "concat": loose_ends(nodes)}
            for name, nodes in cells.items()
        }
        return canonical({"v": 1, "kind": "cell_net", "cells": wired, "skeleton": skeleton})

    def sample(self, rng: np.random.Generator) -> str:
        """Draw all choices independently."""
        return self.decode(drawn(self.decisions, rng))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """Change one choice of one block, and say which."""
        for _ in range(50):
            places, told = changed(self.decisions, self.encode(genotype), rng)
            if (child := self.decode(places)) != genotype:
                break
        return child, told

    def smallest(self) -> str:
        """One with the fewest parameters: blocks that join need weights to come back to the width."""
        return self.sums.smallest()
