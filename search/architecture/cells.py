"""Networks of stacked cells. Zoph et al., "Learning transferable architectures", 2018, sections 3 and A."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import OPS, conv, conv_norm, halving, norm, steps_of
from search.architecture.reading import (
    a_list,
    a_whole,
    an_object,
    check_fields,
    genotype_error,
    one_of,
    shown,
)

Edge = tuple[str, int]
"""An operation and the state that it is applied to."""

MOST_NODES, MOST_CELLS, MOST_CHANNELS, MOST_EDGES = 12, 40, 512, 14
"""Nodes of a cell, cells of a network, channels of its first cell, edges into a node."""

REDUCTIONS = (0, 1, 2)
ADD, CONCAT = "add", "concat"
"""How a node brings its edges together: their sum, or all their channels."""

STEMS = ("conv3",)

STEM = 3
"""The first convolution gives so many times the channels of the first cell, as in DARTS."""


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The cells and the skeleton in canonical form, or GenotypeError.

    The pairs of a node are sorted by source and operation, `concat` is sorted, and the number of
    cells is `L`; a genotype that counts the normal cells between reductions, `N`, is converted.
    """
    check_fields(document, "The genotype", ("v", "kind", "cells", "skeleton"))
    skeleton = _skeleton(document["skeleton"])
    cells = an_object(document["cells"], "cells")
    # A cell that stands nowhere in the network is left out, so that it does not tell two apart.
    names = ("normal", "reduce") if skeleton["reductions"] else ("normal",)
    check_fields(cells, "cells", names, ("reduce",))
    return {"cells": {name: _read_cell(cells[name], name) for name in names}, "skeleton": skeleton}


def _skeleton(given: Any) -> dict[str, Any]:
    skeleton = an_object(given, "skeleton")
    count = "N" if "N" in skeleton else "L"
    check_fields(skeleton, "skeleton", ("C", count, "reductions"), ("stem",))
    reductions = one_of(skeleton["reductions"], REDUCTIONS, "skeleton: reductions")
    cells = a_whole(skeleton[count], 1, MOST_CELLS, f"skeleton: {count}")
    if count == "N":
        cells = (reductions + 1) * cells + reductions
    return {
        "C": a_whole(skeleton["C"], 1, MOST_CHANNELS, "skeleton: C"),
        "L": a_whole(cells, reductions + 1, MOST_CELLS, "skeleton: L"),
        "reductions": reductions,
        "stem": one_of(skeleton.get("stem", "conv3"), STEMS, "skeleton: stem"),
    }


def _read_cell(given: Any, name: str) -> dict[str, Any]:
    cell = an_object(given, f"The cell {name}")
    check_fields(cell, f"The cell {name}", ("nodes", "concat"), ("inputs",))
    inputs = a_whole(cell.get("inputs", 2), 1, 2, f"The cell {name}: inputs")
    listed = a_list(cell["nodes"], 1, MOST_NODES, f"The cell {name}: nodes")
    nodes = [_node(node, inputs + i, f"{name}, node {inputs + i}") for i, node in enumerate(listed)]
    states = inputs + len(nodes)
    where = f"The cell {name}: concat"
    concat = [a_whole(i, 0, states - 1, where) for i in a_list(cell["concat"], 1, states, where)]
    if len(set(concat)) < len(concat):
        raise genotype_error("%(where)s names a state twice.", where=where)
    return {"inputs": inputs, "nodes": nodes, "concat": sorted(concat)}


def _node(given: Any, state: int, where: str) -> Any:
    """A node that gives `state` and so may read the states before it."""
    if isinstance(given, Mapping):
        check_fields(given, where, ("in",), ("combine",))
        combine = one_of(given.get("combine", "add"), (ADD, CONCAT), f"{where}: combine")
        pairs = [a_list(pair, 2, 2, where) for pair in a_list(given["in"], 1, MOST_EDGES, where)]
        edges = [(op, source) for source, op in pairs]
    else:
        flat, combine = a_list(given, 4, 4, where), ADD
        edges = [(flat[0], flat[1]), (flat[2], flat[3])]
    read = [(_op(op, where), _source(source, state, where)) for op, source in edges]
    return node_of(read, combine)


def _op(name: Any, where: str) -> str:
    if name == "none":
        raise genotype_error(
            "%(where)s: 'none' means different things in different papers; write 'id' or 'zero'.",
            where=where,
        )
    if not isinstance(name, str) or name not in OPS:
        raise genotype_error(
            "%(where)s: there is no operation %(op)s.", where=where, op=shown(name)
        )
    return name


def _source(source: Any, state: int, where: str) -> int:
    if type(source) is not int or not 0 <= source < state:
        raise genotype_error(
            "%(where)s: it cannot read state %(source)s; the states before it are 0 to %(last)s.",
            where=where,
            source=shown(source),
            last=state - 1,
        )
    return source


def node_edges(node: Any) -> tuple[Edge, ...]:
    """The edges into a node of a parsed cell, in canonical order."""
    if isinstance(node, Mapping):
        return tuple((op, source) for source, op in node["in"])
    return tuple(zip(node[::2], node[1::2], strict=True))


def node_of(edges: Iterable[Edge], combine: str = ADD) -> Any:
    """A node in canonical form: `[op, source, op, source]`, or the long form unless it sums two edges.

    What joins a single edge is a sum of it.
    """
    ordered = sorted(edges, key=lambda edge: (edge[1], edge[0]))
    combine = combine if len(ordered) > 1 else ADD
    if len(ordered) == 2 and combine == ADD:
        return [part for edge in ordered for part in edge]
    return {"combine": combine, "in": [[source, op] for op, source in ordered]}


def combine_of(node: Any) -> str:
    """How a node of a parsed cell brings its edges together."""
    return str(node["combine"]) if isinstance(node, Mapping) else ADD


def loose_ends(nodes: Iterable[Any], inputs: int = 2) -> list[int]:
    """The nodes, as states, that no node reads."""
    edges = [node_edges(node) for node in nodes]
    used = {source for into in edges for _, source in into}
    return [state for state in range(inputs, inputs + len(edges)) if state not in used]


def reduction_places(cells: int, reductions: int) -> tuple[int, ...]:
    """Which of the cells, counted from 0, halve the image and double the channels."""
    return {0: (), 1: (cells // 2,), 2: (cells // 3, 2 * cells // 3)}[reductions]


def cell_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `cell_net` for images of `shape` (C, H, W), to logits (classes,).

    A convolution, then the cells, each reading the two before it, then the mean and a linear layer.
    """
    skeleton, draft = document["skeleton"], Draft(shape)
    channels = skeleton["C"]
    first = (conv(shape[0], STEM * channels, 3), norm(STEM * channels))
    before = last = draft.follow("stem", INPUT, first)
    places = reduction_places(skeleton["L"], skeleton["reductions"])
    for number in range(skeleton["L"]):
        kind = "reduce" if number in places else "normal"
        if kind == "reduce":
            channels *= 2
        inputs = (before, last)
        cell, count = document["cells"][kind], skeleton["L"]
        before, last = last, _cell(draft, number, cell, inputs, channels, kind, count)
    return draft.classify(last, classes, dropout)


def _cell(
    draft: Draft,
    number: int,
    cell: Mapping[str, Any],
    inputs: tuple[str, str],
    channels: int,
    kind: str,
    cells: int,
) -> str:
    """Draw one cell; only the edges from its inputs have the stride of a reduction.

    What an operation gives may be dropped in training, the likelier the later the cell is among the
    `cells`; identities never are. Larsson et al. 2017, scheduled as in Zoph et al. 2018.
    """
    name, count = f"cell{number}", cell["inputs"]
    depth = (number + 1) / cells
    small = min(draft.shapes[inputs[1]][1:]) < SMALLEST
    stride = 2 if kind == "reduce" and not small else 1
    states = _inputs(draft, name, inputs, channels)[-count:]

    def edge(op: str, source: int, label: str) -> str:
        steps = steps_of(op, channels, stride if source < count else 1)
        end = draft.follow(f"{name}_{label}", states[source], steps)
        if end == states[source] or label.startswith("output"):
            return end
        settings = {"share": 0.0, "depth": depth}
        return draft.add(f"{name}_{label}_path", "drop_path", (end,), settings)

    for state, node in enumerate(cell["nodes"], start=count):
        label = f"node{state}"
        ends = [
            edge(op, source, f"{label}{'abcdefghijklmn'[i]}")
            for i, (op, source) in enumerate(node_edges(node))
        ]
        states.append(_combined(draft, f"{name}_{label}", ends, combine_of(node)))
    joined = [
        edge("id", state, f"output{state}") if state < count else states[state]
        for state in cell["concat"]
    ]
    return joined[0] if len(joined) == 1 else draft.add(name, "concat", joined)


def _combined(draft: Draft, name: str, ends: list[str], combine: str) -> str:
    """The sum of the ends; or all their channels, brought back to the width of the cell."""
    if len(ends) == 1:
        return ends[0]
    whole = draft.add(name, combine, ends)
    if combine == ADD:
        return whole
    channels = draft.shapes[ends[0]][0]
    return draft.follow(f"{name}_back", whole, conv_norm(len(ends) * channels, channels))


def _inputs(draft: Draft, name: str, inputs: tuple[str, str], channels: int) -> list[str]:
    """The outputs of the two cells before, brought to the width of this one and to one size."""
    before, last = (draft.shapes[state] for state in inputs)
    reduced = before[1:] != last[1:]
    older = halving(before[0], channels) if reduced else conv_norm(before[0], channels)
    return [
        draft.follow(f"{name}_input0", inputs[0], older),
        draft.follow(f"{name}_input1", inputs[1], conv_norm(last[0], channels)),
    ]
