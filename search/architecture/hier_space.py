"""The set of networks of motifs within motifs, and how they mutate: Liu et al. 2018, section 3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.declared import check_names, ops, whole
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.hier import (
    MOST_CHANNELS,
    MOST_LEVELS,
    MOST_MOTIFS,
    MOST_NODES,
    MOST_OPERATIONS,
    MOST_STACKED,
    choices,
    live_edges,
    operations,
)
from search.decisions import Decision
from search.message import Message
from search.space import SpaceError

ABSENT = "absent"
"""The choice of no edge between two nodes."""

TRIES = 100
"""Mutations drawn to find one that lets something through."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Edge:
    """A place of the genome: the pair of nodes `start` < `end` of a motif, and what it may be."""

    level: int
    motif: int
    start: int
    end: int
    choices: tuple[str, ...]


@dataclass(frozen=True)
class HierSpace:
    """Genotypes of kind `hier`: of each level above the operations how many motifs, of how many nodes.

    `cells` of a stage, `channels` of the first and `reductions` are the skeleton of all networks. So
    many `mutations` of a chain of identities make a random one. `shape` (C, H, W) and `classes` are
    those of the data.
    """

    ops: tuple[str, ...]
    levels: tuple[tuple[int, int], ...]
    cells: int
    channels: int
    reductions: int
    mutations: int
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> HierSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        known = ("kind", "ops", "levels", "cells", "channels", "reductions", "mutations")
        check_names(document, known)
        made = cls(
            ops=ops(document.get("ops")),
            levels=_levels(document.get("levels")),
            cells=whole(document, "cells", 1, MOST_STACKED),
            channels=whole(document, "channels", 1, MOST_CHANNELS),
            reductions=whole(document, "reductions", 0, 2),
            mutations=whole({"mutations": 1000, **document}, "mutations", 0, 100_000),
            shape=shape,
            classes=classes,
        )
        most = operations(made._document(np.ones(len(made.edges), dtype=np.int64))["levels"])
        if most * made.cells * (made.reductions + 1) > MOST_OPERATIONS:
            raise SpaceError(
                f"Networks of this set could have more than {MOST_OPERATIONS} operations. Take fewer "
                "nodes, levels or cells."
            )
        return made

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        return {
            "kind": "hier",
            "ops": list(self.ops),
            "levels": [{"motifs": motifs, "nodes": nodes} for motifs, nodes in self.levels],
            "cells": self.cells,
            "channels": self.channels,
            "reductions": self.reductions,
            "mutations": self.mutations,
        }

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All places of the genome, level by level."""
        return tuple(self._edges())

    def _edges(self) -> Iterator[Edge]:
        below = 0
        for level, (motifs, nodes) in enumerate(self.levels, start=2):
            known = (ABSENT, *choices(level, self.ops, below))
            for motif in range(motifs):
                for end in range(1, nodes):
                    yield from (Edge(level, motif, start, end, known) for start in range(end))
            below = motifs

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Of each pair of nodes of each motif what stands between them."""
        return tuple(
            Decision(f"m{e.level}.{e.motif}_{e.start}_{e.end}", e.choices) for e in self.edges
        )

    @cached_property
    def _places(self) -> dict[tuple[int, int, int, int], int]:
        return {(e.level, e.motif, e.start, e.end): i for i, e in enumerate(self.edges)}

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of each decision's choice by which the genotype is made."""
        places = [0] * len(self.edges)
        for level in json.loads(genotype)["levels"]:
            for motif, fields in enumerate(level["motifs"]):
                for start, end, what in fields["edges"]:
                    at = self._places[level["level"], motif, start, end]
                    places[at] = self.edges[at].choices.index(what)
        return tuple(places)

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        return canonical(self._document(places))

    def _document(self, places: Sequence[int] | Array) -> dict[str, Any]:
        levels = [
            {"level": level, "motifs": [{"n": nodes, "edges": []} for _ in range(motifs)]}
            for level, (motifs, nodes) in enumerate(self.levels, start=2)
        ]
        for edge, place in zip(self.edges, places, strict=True):
            if place:
                motif: Any = levels[edge.level - 2]["motifs"]
                kept = [edge.start, edge.end, edge.choices[place]]
                motif[edge.motif]["edges"].append(kept)
        skeleton = {"C": self.channels, "N": self.cells, "reductions": self.reductions}
        return {"v": 1, "kind": "hier", "levels": levels, "skeleton": skeleton}

    @cached_property
    def _chances(self) -> Array:
        """How likely a mutation takes each place: level, motif, node and predecessor are uniform."""
        chances = [1 / (self.levels[e.level - 2][0] * e.end) for e in self.edges]
        nodes = [self.levels[e.level - 2][1] - 1 for e in self.edges]
        found = np.array(chances) / np.array(nodes)
        return np.asarray(found / found.sum())

    def trivial(self) -> str:
        """Chains of identities; where there is none, of the first operation."""
        return self.decode(self._chain().tolist())

    def _chain(self) -> Array:
        """What stands one place after the absent edge, first, but in motifs of operations, the identity."""
        own = 1 + (self.ops.index("id") if "id" in self.ops else 0)
        return np.array(
            [0 if e.end != e.start + 1 else own if e.level == 2 else 1 for e in self.edges]
        )

    def sample(self, rng: np.random.Generator) -> str:
        """Chains of identities after many random mutations (section 3.1); one that lets something through."""
        counts = np.array([len(edge.choices) for edge in self.edges])
        for _ in range(TRIES):
            places = self._chain()
            changed = rng.choice(len(places), size=self.mutations, p=self._chances)
            for at, place in zip(changed, rng.integers(counts[changed]), strict=True):
                places[at] = place
            if self._passes(places):
                return self.decode(places.tolist())
        return self.trivial()

    def _passes(self, places: Sequence[int] | Array) -> bool:
        """Whether there is a way through the highest motif."""
        return bool(live_edges(self._document(places)["levels"])[-1][0])

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """Add, change or remove one edge of one motif, and say what: section 3.1.

        The paper may draw what stands there already; here it is always something else.
        """
        places = self.encode(genotype)
        for _ in range(TRIES):
            at = int(rng.choice(len(places), p=self._chances))
            others = [p for p in range(len(self.edges[at].choices)) if p != places[at]]
            drawn = others[int(rng.integers(len(others)))]
            child = (*places[:at], drawn, *places[at + 1 :])
            if self._passes(child):
                return self.decode(child), _told(self.edges[at], places[at], drawn)
        return genotype, Message("Nothing else could be chosen, so nothing was changed")

    def smallest(self) -> str:
        """One with the fewest parameters of those that let something through.

        In every motif the source is joined with the sink, by the operation that costs the least.
        """
        return self._smallest

    @cached_property
    def _smallest(self) -> str:
        designs = [self._joined(1 + place) for place in range(len(self.ops))]
        return min(designs, key=lambda d: blueprint_of(d, self.shape, self.classes).params)

    def _joined(self, op: int) -> str:
        ends = {level: nodes - 1 for level, (_, nodes) in enumerate(self.levels, start=2)}
        return self.decode(
            [
                (op if e.level == 2 else 1) if (e.start, e.end) == (0, ends[e.level]) else 0
                for e in self.edges
            ]
        )


def _levels(given: Any) -> tuple[tuple[int, int], ...]:
    """Of each level how many motifs, of how many nodes: the highest has one."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_LEVELS:
        raise SpaceError(f"The architecture's levels are a list of 1 to {MOST_LEVELS}.")
    found = []
    for level in given:
        if not isinstance(level, Mapping):
            raise SpaceError("A level is described by an object in braces.")
        check_names(level, ("motifs", "nodes"))
        found.append((whole(level, "motifs", 1, MOST_MOTIFS), whole(level, "nodes", 2, MOST_NODES)))
    if found[-1][0] != 1:
        raise SpaceError("The highest level has one motif: the cell.")
    return tuple(found)


_ADDED = "Level %(level)s, motif %(motif)s: %(new)s from node %(start)s to node %(end)s"
_REMOVED = "Level %(level)s, motif %(motif)s: nothing instead of %(old)s from node %(start)s to node %(end)s"
_REPLACED = "Level %(level)s, motif %(motif)s: %(new)s instead of %(old)s from node %(start)s to node %(end)s"


def _told(edge: Edge, old: int, new: int) -> Message:
    where = {"level": edge.level, "motif": edge.motif, "start": edge.start, "end": edge.end}
    named = {**where, "old": edge.choices[old], "new": edge.choices[new]}
    return Message(_ADDED if not old else _REMOVED if not new else _REPLACED, named)
