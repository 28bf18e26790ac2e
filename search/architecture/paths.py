"""The ways through the cells of a network: White et al. 2021, "BANANAS", section 3, path encoding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from search.architecture.cells import node_edges

Path = tuple[str, ...]
"""The name of the cell, the state that the way begins at, and the operations along it."""


@lru_cache(maxsize=4096)
def paths_of(genotype: str) -> frozenset[Path]:
    """Of each cell all ways from an input to the output, as the operations along them."""
    cells: Mapping[str, Any] = json.loads(genotype)["cells"]
    return frozenset((name, *way) for name, cell in cells.items() for way in _through(cell))


def _through(cell: Mapping[str, Any]) -> Iterable[Path]:
    """Ways to each state are those to the states that it reads, and one operation more."""
    ways: list[set[Path]] = [{(str(state),)} for state in range(cell["inputs"])]
    for node in cell["nodes"]:
        into = [(op, source) for op, source in node_edges(node) if op != "zero"]
        ways.append({(*way, op) for op, source in into for way in ways[source]})
    return (way for state in cell["concat"] for way in ways[state])
