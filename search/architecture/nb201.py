"""Networks of one cell of six edges. Dong & Yang, "NAS-Bench-201", 2020, section 2; Bansal et al., "JAHS-
Bench-201", 2022, section 3, where depth, width, resolution and activation are free, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import ACTIVATIONS, RELU, Step, Steps, conv, norm, steps_of
from search.architecture.reading import a_list, a_whole, an_object, check_fields, one_of

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""From which node to which, in the order of a genotype; a node adds up its edges."""

EDGE_OPS = ("zero", "id", "conv1", "conv3", "avg3")
STAGES = 3
MOST_STACKED, WIDEST = 20, 256
DIVISORS = (1, 2, 4)
"""By how much the sides of an image may be divided before the network sees it."""


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The edges and the skeleton in canonical form, or GenotypeError."""
    check_fields(document, "The genotype", ("v", "kind", "edges", "skeleton"))
    edges = a_list(document["edges"], len(EDGES), len(EDGES), "edges")
    skeleton = an_object(document["skeleton"], "skeleton")
    check_fields(skeleton, "skeleton", ("C", "N"), ("act", "divide"))
    return {
        "edges": [one_of(op, EDGE_OPS, f"edges: edge {i + 1}") for i, op in enumerate(edges)],
        "skeleton": {
            "C": a_whole(skeleton["C"], 1, WIDEST, "skeleton: C"),
            "N": a_whole(skeleton["N"], 1, MOST_STACKED, "skeleton: N"),
            "act": one_of(skeleton.get("act", "relu"), tuple(ACTIVATIONS), "skeleton: act"),
            "divide": one_of(skeleton.get("divide", 1), DIVISORS, "skeleton: divide"),
        },
    }


def nb201_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `nb201`, for images of `shape` (C, H, W), to logits (classes,).

    A convolution, then three stages of N cells with a residual block of stride 2 between them, then
    the mean and a linear layer. Images are not divided below what may be halved at all.
    """
    skeleton, draft = document["skeleton"], Draft(shape)
    channels, last = skeleton["C"], _divided(draft, skeleton["divide"])
    last = draft.follow("stem", last, (conv(shape[0], channels, 3), norm(channels)))
    for stage in range(STAGES):
        if stage:
            channels *= 2
            last = _reduction(draft, f"reduce{stage}", last, channels)
        for number in range(skeleton["N"]):
            last = _cell(draft, f"cell{stage}_{number}", document["edges"], last, channels)
    last = draft.follow("end", last, (norm(channels), RELU))
    drawn = draft.classify(last, classes, dropout)
    return _activated(drawn, skeleton["act"])


def _divided(draft: Draft, divisor: int) -> str:
    """The image made smaller by its means over squares."""
    while divisor > 1 and min(draft.shape[1:]) < SMALLEST * divisor:
        divisor //= 2
    pool = Step("avg", {"kernel": divisor, "stride": divisor, "padding": 0})
    return draft.follow("divide", INPUT, (pool,) if divisor > 1 else ())


def _reduction(draft: Draft, name: str, source: str, channels: int) -> str:
    """Two convolutions, and beside them the means of pixels, brought to as many channels."""
    before, *sides = draft.shapes[source]
    stride = 2 if min(sides) >= SMALLEST else 1
    first = (RELU, conv(before, channels, 3, stride), norm(channels))
    main = draft.follow(name, source, (*first, RELU, conv(channels, channels, 3), norm(channels)))
    odd = any(side % 2 for side in sides)
    window = (
        {"kernel": 3, "stride": 2, "padding": 1}
        if odd
        else {"kernel": 2, "stride": 2, "padding": 0}
    )
    pool: Steps = (Step("avg", window),) if stride > 1 else ()
    beside = draft.follow(f"{name}_skip", source, (*pool, conv(before, channels, 1)))
    return draft.add(name, "add", (main, beside))


def _cell(draft: Draft, name: str, edges: list[str], source: str, channels: int) -> str:
    """Each node adds up what its edges give; one that nothing reaches is zero."""
    states = [source]
    for node in range(1, 4):
        ends = [
            draft.follow(f"{name}_edge{a}{b}", states[a], steps_of(op, channels, 1))
            for (a, b), op in zip(EDGES, edges, strict=True)
            if b == node and op != "zero"
        ]
        if not ends:
            states.append(draft.follow(f"{name}_node{node}", source, steps_of("zero", channels, 1)))
        elif len(ends) == 1:
            states.append(ends[0])
        else:
            states.append(draft.add(f"{name}_node{node}", "add", ends))
    return states[-1]


def _activated(drawn: Blueprint, activation: str) -> Blueprint:
    """The network with another activation everywhere."""
    kinds = {"relu": activation}
    layers = (replace(layer, kind=kinds.get(layer.kind, layer.kind)) for layer in drawn.layers)
    return replace(drawn, layers=tuple(layers))
