"""Networks of stacked cells. Zoph et al., "Learning transferable architectures", 2018, sections 3 and A."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.genotype import node_edges
from search.architecture.ops import conv, conv_norm, halving, norm, steps_of

STEM = 3
"""The first convolution gives so many times the channels of the first cell, as in DARTS."""


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
        before, last = last, _cell(draft, number, document["cells"][kind], inputs, channels, kind)
    return draft.classify(last, classes, dropout)


def _cell(
    draft: Draft,
    number: int,
    cell: Mapping[str, Any],
    inputs: tuple[str, str],
    channels: int,
    kind: str,
) -> str:
    """Draw one cell; only the edges from its inputs have the stride of a reduction."""
    name, count = f"cell{number}", cell["inputs"]
    small = min(draft.shapes[inputs[1]][1:]) < SMALLEST
    stride = 2 if kind == "reduce" and not small else 1
    states = _inputs(draft, name, inputs, channels)[-count:]

    def edge(op: str, source: int, label: str) -> str:
        steps = steps_of(op, channels, stride if source < count else 1)
        return draft.follow(f"{name}_{label}", states[source], steps)

    for state, node in enumerate(cell["nodes"], start=count):
        label = f"node{state}"
        ends = [
            edge(op, source, f"{label}{'abcdefghijklmn'[i]}")
            for i, (op, source) in enumerate(node_edges(node))
        ]
        states.append(ends[0] if len(ends) == 1 else draft.add(f"{name}_{label}", "add", ends))
    joined = [
        edge("id", state, f"output{state}") if state < count else states[state]
        for state in cell["concat"]
    ]
    return joined[0] if len(joined) == 1 else draft.add(name, "concat", joined)


def _inputs(draft: Draft, name: str, inputs: tuple[str, str], channels: int) -> list[str]:
    """The outputs of the two cells before, brought to the width of this one and to one size."""
    before, last = (draft.shapes[state] for state in inputs)
    reduced = before[1:] != last[1:]
    older = halving(before[0], channels) if reduced else conv_norm(before[0], channels)
    return [
        draft.follow(f"{name}_input0", inputs[0], older),
        draft.follow(f"{name}_input1", inputs[1], conv_norm(last[0], channels)),
    ]
