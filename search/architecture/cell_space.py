"""The set of networks that are built of one normal and one reduction cell."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product
from operator import le
from typing import Any

import numpy as np

from search.architecture.blueprint import INPUT, Draft, Shape
from search.architecture.cells import (
    MOST_CELLS,
    MOST_CHANNELS,
    MOST_NODES,
    REDUCTIONS,
    Edge,
    loose_ends,
    node_edges,
    node_of,
)
from search.architecture.declared import check_names, ops, whole
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.ops import steps_of
from search.architecture.paths import Path, paths_of
from search.decisions import Decision
from search.message import Message
from search.space import SpaceError

INPUTS = 2
DARTS, AMOEBANET = "darts", "amoebanet"
WIRINGS = (DARTS, AMOEBANET)
"""darts: a node reads two different states, and the cell gives all nodes. amoebanet: a node may read a
state twice, and the cell gives the nodes that no other reads."""

Cell = dict[str, Any]


@dataclass(frozen=True)
class CellSpace:
    """Genotypes of kind `cell_net`: both cells have `nodes` nodes that sum two of `ops` each.

    `cells`, `channels` (of the first cell) and `reductions` are the skeleton of all networks. `shape`
    (C, H, W) and `classes` are those of the data, which the costs depend on.
    """

    ops: tuple[str, ...]
    nodes: int
    cells: int
    channels: int
    reductions: int
    wiring: str
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> CellSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        known = ("kind", "ops", "nodes", "cells", "channels", "reductions", "wiring")
        check_names(document, known)
        reductions = whole(document, "reductions", min(REDUCTIONS), max(REDUCTIONS))
        if document.get("wiring") not in WIRINGS:
            raise SpaceError(f"The wiring is one of {', '.join(WIRINGS)}.")
        return cls(
            ops=ops(document.get("ops")),
            nodes=whole(document, "nodes", 1, MOST_NODES),
            cells=whole(document, "cells", reductions + 1, MOST_CELLS),
            channels=whole(document, "channels", 1, MOST_CHANNELS),
            reductions=reductions,
            wiring=document["wiring"],
            shape=shape,
            classes=classes,
        )

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        return {
            "kind": "cell_net",
            "ops": list(self.ops),
            "nodes": self.nodes,
            "cells": self.cells,
            "channels": self.channels,
            "reductions": self.reductions,
            "wiring": self.wiring,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The cells that are searched: without a reduction there is one."""
        return ("normal", "reduce") if self.reductions else ("normal",)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Of each node its sources, then the operation on each."""
        return tuple(
            decision
            for name in self.names
            for state in range(INPUTS, INPUTS + self.nodes)
            for decision in self._node_decisions(f"{name}_{state}", state)
        )

    def _node_decisions(self, node: str, states: int) -> Iterator[Decision]:
        if self.wiring == DARTS:
            yield Decision(f"{node}_sources", tuple(combinations(range(states), 2)))
        else:
            yield from (Decision(f"{node}_source_{end}", tuple(range(states))) for end in "ab")
        yield from (Decision(f"{node}_op_{end}", self.ops) for end in "ab")

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of each decision's choice by which the genotype is made."""
        cells = json.loads(genotype)["cells"]
        chosen: list[Any] = []
        for name in self.names:
            for first, second in map(node_edges, cells[name]["nodes"]):
                sources = (first[1], second[1])
                chosen += [sources] if self.wiring == DARTS else sources
                chosen += [first[0], second[0]]
        return tuple(d.choices.index(c) for d, c in zip(self.decisions, chosen, strict=True))

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = (d.choices[place] for d, place in zip(self.decisions, places, strict=True))
        cells: dict[str, list[list[Edge]]] = {name: [] for name in self.names}
        for name, _ in product(self.names, range(self.nodes)):
            sources = next(chosen) if self.wiring == DARTS else (next(chosen), next(chosen))
            cells[name].append([(next(chosen), source) for source in sources])
        return self.genotype(cells)

    def sample(self, rng: np.random.Generator) -> str:
        """Draw sources and operations of all nodes independently."""
        return self.genotype({name: self._cell(rng) for name in self.names})

    def _cell(self, rng: np.random.Generator) -> list[list[Edge]]:
        return [self._node(rng, INPUTS + i) for i in range(self.nodes)]

    def _node(self, rng: np.random.Generator, states: int) -> list[Edge]:
        sources = rng.choice(states, size=2, replace=self.wiring == AMOEBANET)
        return [(self.ops[int(rng.integers(len(self.ops)))], int(s)) for s in sources]

    def genotype(self, cells: Mapping[str, Sequence[Sequence[Edge]]]) -> str:
        """The canonical text of cells that are given as the edges into each node."""
        skeleton = {"C": self.channels, "L": self.cells, "reductions": self.reductions}
        document = {
            "v": 1,
            "kind": "cell_net",
            "cells": {name: self._wired(edges) for name, edges in cells.items()},
            "skeleton": {**skeleton, "stem": "conv3"},
        }
        return canonical(document)

    def _wired(self, edges: Sequence[Sequence[Edge]]) -> Cell:
        nodes = [node_of(into) for into in edges]
        every = list(range(INPUTS, INPUTS + len(nodes)))
        concat = every if self.wiring == DARTS else loose_ends(nodes)
        return {"inputs": INPUTS, "nodes": nodes, "concat": concat}

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """Change one element of one node, and say what: Real et al. 2019, section 3.1.

        The hidden-state mutation lets an input read another earlier state, the op mutation gives it
        another operation. Where one has no other choice the other is made; where neither has, another
        place is taken; only a space of a single network changes nothing. The identity mutation of the
        paper is the method's to make.
        """
        cells = {
            name: [list(node_edges(node)) for node in cell["nodes"]]
            for name, cell in json.loads(genotype)["cells"].items()
        }
        drawn = (
            str(rng.choice(sorted(cells))),
            int(rng.integers(self.nodes)),
            int(rng.integers(2)),
        )
        kinds = (self._other_sources, self._other_ops)
        first = int(rng.integers(2))
        elsewhere = (p for p in product(sorted(cells), range(self.nodes), range(2)) if p != drawn)
        for name, node, end in (drawn, *elsewhere):
            for choose in (kinds[first], kinds[1 - first]):
                if edges := choose(cells[name][node], node, end):
                    old, new = cells[name][node][end], edges[int(rng.integers(len(edges)))]
                    cells[name][node][end] = new
                    return self.genotype(cells), _told(name, node, old, new)
        return genotype, Message("Nothing else could be chosen, so nothing was changed")

    def _other_sources(self, into: Sequence[Edge], node: int, end: int) -> list[Edge]:
        (op, now), (_, beside) = into[end], into[1 - end]
        taken = {now, beside} if self.wiring == DARTS else {now}
        return [(op, source) for source in range(INPUTS + node) if source not in taken]

    def _other_ops(self, into: Sequence[Edge], node: int, end: int) -> list[Edge]:
        now, source = into[end]
        return [(op, source) for op in self.ops if op != now]

    def paths(self, genotype: str) -> frozenset[Path]:
        """The ways through both cells."""
        return paths_of(genotype)

    def costs(self, genotype: str) -> Mapping[str, float]:
        """Parameters, MACs and bytes of the network."""
        return _costs(genotype, self.shape, self.classes)

    def smallest(self) -> str:
        """One with the fewest parameters, which a limit must allow; no network of the space has fewer.

        Nodes in a chain leave one loose end and read the cell's inputs least, and if all of them
        begin at one input, the way through the cells is shortest. What is left to compare is at which
        input each cell begins, and the operations of which none needs fewer at every width.
        """
        return self._smallest

    @cached_property
    def _smallest(self) -> str:
        starts = [(0, 1)] if self.wiring == DARTS else [(0, 0), (1, 1)]
        plain, strided = self._frugal((1,)), self._frugal((1, 2))
        chains = {
            "normal": [self._chain(*x, x[1]) for x in product(starts, plain)],
            "reduce": [self._chain(*x) for x in product(starts, plain, strided)],
        }
        designs = (
            self.genotype(dict(zip(self.names, cells, strict=True)))
            for cells in product(*(chains[name] for name in self.names))
        )
        return min(designs, key=lambda design: self.costs(design)["params"])

    def _chain(self, start: tuple[int, int], plain: str, outer: str) -> list[list[Edge]]:
        """Each node reads the one before it, and beside it the latest state that it may.

        Edges from the cell's inputs carry `outer`, the others `plain`.
        """
        cell = [[(outer, source) for source in start]]
        for last in range(INPUTS, INPUTS + self.nodes - 1):
            beside = last - 1 if self.wiring == DARTS else last
            cell.append([(outer if beside < INPUTS else plain, beside), (plain, last)])
        return cell

    def _frugal(self, strides: tuple[int, ...]) -> list[str]:
        """The operations that no other undercuts, or equals, at all widths and strides."""
        places = [(self.channels << i, s) for i in range(self.reductions + 1) for s in strides]
        needs = {op: [_op_params(op, *place) for place in places] for op in self.ops}
        kept: list[str] = []
        for op in sorted(self.ops, key=lambda op: sum(needs[op])):
            if not any(all(map(le, needs[other], needs[op])) for other in kept):
                kept.append(op)
        return kept

    def size(self) -> int:
        """How many different genotypes there are."""
        ways = 1
        for states in range(INPUTS, INPUTS + self.nodes):
            if self.wiring == DARTS:
                ways *= math.comb(states, 2) * len(self.ops) ** 2
            else:
                ways *= math.comb(states * len(self.ops) + 1, 2)
        return int(ways ** len(self.names))


_REWIRED = {
    "normal": "Normal cell, node %(node)s: %(op)s reads state %(new)s instead of %(old)s",
    "reduce": "Reduction cell, node %(node)s: %(op)s reads state %(new)s instead of %(old)s",
}
_REPLACED = {
    "normal": "Normal cell, node %(node)s: %(new)s instead of %(old)s on state %(source)s",
    "reduce": "Reduction cell, node %(node)s: %(new)s instead of %(old)s on state %(source)s",
}


def _told(name: str, node: int, old: Edge, new: Edge) -> Message:
    where = {"node": INPUTS + node}
    if old[1] != new[1]:
        return Message(_REWIRED[name], {**where, "op": new[0], "new": new[1], "old": old[1]})
    return Message(_REPLACED[name], {**where, "new": new[0], "old": old[0], "source": new[1]})


@lru_cache(maxsize=4096)
def _costs(genotype: str, shape: Shape, classes: int) -> Mapping[str, float]:
    return blueprint_of(genotype, shape, classes).costs


def _op_params(op: str, channels: int, stride: int) -> int:
    draft = Draft((channels, 8, 8))
    last = draft.follow("op", INPUT, steps_of(op, channels, stride))
    return draft.finish().params if last != INPUT else 0
