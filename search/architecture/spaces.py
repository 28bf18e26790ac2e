"""The catalogue of sets of architectures, and those to begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from search.architecture.blueprint import Shape
from search.architecture.cell_space import AMOEBANET, DARTS, CellSpace
from search.architecture.chain_space import ChainSpace
from search.architecture.hier_space import HierSpace
from search.architecture.macro_space import MacroSpace
from search.architecture.nasnet_space import NasnetSpace
from search.architecture.nb201_space import Nb201Space
from search.architecture.residual_space import ResidualSpace
from search.decisions import Architectures
from search.space import SpaceError

SPACES: dict[str, Callable[[Mapping[str, Any], Shape, int], Architectures]] = {
    "cell_net": CellSpace.from_json,
    "hier": HierSpace.from_json,
    "macro_dag": MacroSpace.from_json,
    "nasnet": NasnetSpace.from_json,
    "chain": ChainSpace.from_json,
    "residual": ResidualSpace.from_json,
    "nb201": Nb201Space.from_json,
}
"""By the kind of a declaration, how it is read: a set is one file, and one line here."""

_MOTIFS = {
    "kind": "hier",
    "ops": ["id", "conv1", "dw3", "sep3", "max3", "avg3"],
    "cells": 1,
    "channels": 8,
    "reductions": 2,
    "mutations": 1000,
}
_WIDTHS = [0.5, 0.71, 1, 1.41, 2, 2.83, 4]
_DEPTHS = [1, 2, 3, 4, 6, 8, 11, 16]
_BRANCHES = [1, 2, 3, 4, 5]
_SKELETON = {"cells": 3, "channels": 8, "reductions": 2}
READY_MADE: dict[str, dict[str, Any]] = {
    "darts": {
        "kind": "cell_net",
        "ops": ["id", "max3", "avg3", "sep3", "sep5", "dil3", "dil5"],
        "nodes": 4,
        **_SKELETON,
        "wiring": DARTS,
    },
    "amoebanet": {
        "kind": "cell_net",
        "ops": ["id", "sep3", "sep5", "sep7", "avg3", "max3", "dil3", "c1x7"],
        "nodes": 5,
        **_SKELETON,
        "wiring": AMOEBANET,
    },
    "small": {
        "kind": "cell_net",
        "ops": ["id", "max3", "conv1", "sep3"],
        "nodes": 3,
        **_SKELETON,
        "wiring": DARTS,
    },
    "hierarchical": {
        **_MOTIFS,
        "levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}],
    },
    "residual": {
        "kind": "residual",
        "filters": [8, 10, 13, 16, 20, 25, 32],
        "groups": [
            {"blocks": _DEPTHS, "widen": [*_WIDTHS, 5.66, 8], "branches": _BRANCHES},
            *({"blocks": _DEPTHS, "widen": _WIDTHS, "branches": _BRANCHES} for _ in range(2)),
        ],
    },
    "residual_small": {
        "kind": "residual",
        "filters": [8, 11, 16],
        "groups": [
            {"blocks": [1, 2, 3], "widen": [0.5, 1, 2], "branches": [1, 2]} for _ in range(3)
        ],
    },
    "nb201": {
        "kind": "nb201",
        "ops": ["zero", "id", "conv1", "conv3", "avg3"],
        "cells": [1, 3, 5],
        "channels": [4, 8, 16],
        "activations": ["relu", "hardswish", "mish"],
        "divisors": [1, 2, 4],
    },
    "flat": {**_MOTIFS, "levels": [{"motifs": 1, "nodes": 11}]},
    "macro": {
        "kind": "macro_dag",
        "layers": 6,
        "sides": [1, 3, 5, 7],
        "filters": [8, 12, 16, 24],
        "strides": [1, 2],
    },
    "nasnet": {
        "kind": "nasnet",
        "ops": [
            *("id", "c1x3", "c1x7", "dil3", "avg3", "max3", "max5", "max7"),
            *("conv1", "conv3", "sep3", "sep5", "sep7"),
        ],
        "nodes": 5,
        **_SKELETON,
    },
    "mnas": {
        "kind": "chain",
        "blocks": [
            {"c": 8, "n": 1, "s": 1},
            {"c": 12, "n": 2, "s": 2},
            {"c": 16, "n": 2, "s": 2},
            {"c": 24, "n": 2, "s": 1},
            {"c": 32, "n": 1, "s": 1},
        ],
        "stem": 16,
        "head": 128,
    },
}
"""Spaces to begin with: those of the papers, `zero` aside, which DARTS adds itself, and a small one.

Beside the motifs of Liu et al. 2018 stands their control, one graph of as many nodes as they compare with."""


def space_of(document: Any, shape: Shape, classes: int) -> Architectures:
    """The set that `document` declares, for images of `shape` (C, H, W) in so many classes.

    Raises SpaceError with what is wrong.
    """
    if not isinstance(document, Mapping):
        raise SpaceError("An architecture is described by an object in braces.")
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in SPACES:
        raise SpaceError(f"The architecture needs a kind: {', '.join(SPACES)}.")
    return SPACES[kind](document, shape, classes)
