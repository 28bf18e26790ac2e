"""What a supernet of cells is made of, and the genotype that its edge weights stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.architecture.genotype import canonical, parse
from search.history import EdgeWeights

INPUTS = 2
KEPT = 2
"""Edges that a node keeps in the end."""

NORMAL, REDUCE = "normal", "reduce"

Weights = Mapping[str, Sequence[Sequence[float]]]
"""Of each kind of cell one row an edge, one share an operation."""


@dataclass(frozen=True)
class Outline:
    """Operations, `zero` first, and sizes: nodes of a cell, cells, channels of the first, reductions."""

    ops: tuple[str, ...]
    nodes: int
    cells: int
    channels: int
    reductions: int

    @classmethod
    def of(cls, declared: Mapping[str, Any]) -> Outline:
        """Read the declaration of a set of architectures made of cells."""
        ops = ("zero", *(op for op in declared["ops"] if op != "zero"))
        sizes = {name: declared[name] for name in ("nodes", "cells", "channels", "reductions")}
        return cls(ops, **sizes)

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs of states, source and target, by target: every node reads all states before it."""
        ends = range(INPUTS, INPUTS + self.nodes)
        return tuple((source, target) for target in ends for source in range(target))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of the cells, in their order."""
        places = [self.cells * i // (self.reductions + 1) for i in range(1, self.reductions + 1)]
        return tuple(REDUCE if place in places else NORMAL for place in range(self.cells))


def derive(outline: Outline, weights: Weights) -> str:
    """The genotype in which each node keeps its two strongest edges (section 2.4).

    An edge is as strong as its strongest operation, and keeps that one; `zero` counts for neither.
    """
    return canonical(
        {
            "v": 1,
            "kind": "cell_net",
            "cells": {kind: _cell(outline, weights[kind]) for kind in weights},
            "skeleton": {
                "C": outline.channels,
                "L": outline.cells,
                "reductions": outline.reductions,
                "stem": "conv3",
            },
        }
    )


def _cell(outline: Outline, weights: Sequence[Sequence[float]]) -> dict[str, Any]:
    strongest = {
        edge: max((share, op) for op, share in zip(outline.ops, row, strict=True) if op != "zero")
        for edge, row in zip(outline.edges, weights, strict=True)
    }
    ends = list(range(INPUTS, INPUTS + outline.nodes))
    return {"inputs": INPUTS, "nodes": [_node(strongest, end) for end in ends], "concat": ends}


def _node(strongest: Mapping[tuple[int, int], tuple[float, str]], end: int) -> list[str | int]:
    """The short form: operation, source, operation, source."""
    ranked = sorted(range(end), key=lambda source: (-strongest[source, end][0], source))
    return [part for s in sorted(ranked[:KEPT]) for part in (strongest[s, end][1], s)]


def edge_weights(outline: Outline, weights: Weights) -> EdgeWeights:
    """The weights as they are drawn, to four digits."""
    return {
        "ops": list(outline.ops),
        "edges": [list(edge) for edge in outline.edges],
        "weights": {
            kind: [[round(share, 4) for share in row] for row in rows]
            for kind, rows in weights.items()
        },
    }


def skips(genotype: str) -> tuple[int, int]:
    """How many edges of the cells only pass on what they read, and how many there are."""
    cells = parse(genotype)["cells"].values()
    ops = [op for cell in cells for node in cell["nodes"] for op in node[::2]]
    return ops.count("id"), len(ops)
