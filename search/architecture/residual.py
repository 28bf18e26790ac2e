"""Residual networks of several branches. Zela et al., "Towards automated deep learning", 2018, section 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import RELU, Steps, conv, norm
from search.architecture.reading import a_list, a_whole, an_object, check_fields

MOST_GROUPS, MOST_BLOCKS, MOST_BRANCHES, WIDEST = 4, 16, 5, 4096
"""Groups of a network, blocks of a group, branches of a block, and channels of a group."""


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Stem and groups in canonical form, or GenotypeError."""
    check_fields(document, "The genotype", ("v", "kind", "stem", "groups"))
    groups = a_list(document["groups"], 1, MOST_GROUPS, "groups")
    return {
        "stem": a_whole(document["stem"], 1, WIDEST, "stem"),
        "groups": [_read_group(each, f"groups: group {i + 1}") for i, each in enumerate(groups)],
    }


def _read_group(given: Any, where: str) -> dict[str, Any]:
    group = an_object(given, where)
    check_fields(group, where, ("blocks", "branches", "c"))
    return {
        "blocks": a_whole(group["blocks"], 1, MOST_BLOCKS, f"{where}: blocks"),
        "branches": a_whole(group["branches"], 1, MOST_BRANCHES, f"{where}: branches"),
        "c": a_whole(group["c"], 1, WIDEST, f"{where}: c"),
    }


def residual_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `residual`, for images of `shape` (C, H, W), to logits (classes,).

    A convolution, then the groups, each of which but the first halves the image, then the mean and a
    linear layer. Training may drop what a block adds, the likelier the deeper it lies: a share that
    grows linearly to all of the drop rate (Huang et al., "Deep networks with stochastic depth", 2016).
    """
    draft, groups = Draft(shape), document["groups"]
    stem = (conv(shape[0], document["stem"], 3), norm(document["stem"]))
    last = draft.follow("stem", INPUT, stem)
    total, behind = sum(group["blocks"] for group in groups), 0
    for place, group in enumerate(groups):
        for number in range(group["blocks"]):
            behind += 1
            small = min(draft.shapes[last][1:]) < SMALLEST
            stride = 2 if place and not number and not small else 1
            name = f"group{place}_{number}"
            last = _block(draft, name, last, group, stride, behind / total)
    last = draft.add("end", "relu", (last,))
    return draft.classify(last, classes, dropout)


def _block(
    draft: Draft, name: str, source: str, group: Mapping[str, Any], stride: int, depth: float
) -> str:
    """All branches, and beside them what they read, brought to their shape where it is another."""
    inputs, outputs = draft.shapes[source][0], group["c"]
    steps = _branch(inputs, outputs, stride)
    ends = [
        draft.follow(f"{name}_branch{branch}", source, steps) for branch in range(group["branches"])
    ]
    added = ends[0] if len(ends) == 1 else draft.add(f"{name}_sum", "add", ends)
    added = draft.add(f"{name}_path", "drop_path", (added,), {"share": depth})
    if stride > 1 or inputs != outputs:
        source = draft.follow(
            f"{name}_skip", source, (conv(inputs, outputs, 1, stride), norm(outputs))
        )
    return draft.add(name, "add", (source, added))


def _branch(inputs: int, outputs: int, stride: int) -> Steps:
    first = (RELU, conv(inputs, outputs, 3, stride), norm(outputs))
    return (*first, RELU, conv(outputs, outputs, 3), norm(outputs))
