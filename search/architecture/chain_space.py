"""The factorised hierarchical set: chains whose blocks are each searched by themselves. Tan et al., "MnasNet:
platform-aware neural architecture search for mobile", CVPR 2019, section 4.1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.chains import (
    CONV,
    DWCONV,
    MBCONV,
    MOST_BLOCKS,
    SKIPS,
    SQUEEZES,
    WIDEST_BLOCK,
    WIDEST_HEAD,
)
from search.architecture.choosing import changed, drawn
from search.architecture.declared import check_names, whole
from search.architecture.genotype import blueprint_of, canonical
from search.decisions import Decision
from search.message import Message
from search.space import SpaceError

OPS = (CONV, DWCONV, "mbconv3", "mbconv6")
"""What a block may do; a number is how many times it expands."""

KERNELS = (3, 5)
WIDTHS = (0.75, 1.0, 1.25)
DEPTHS = (-1, 0, 1)
"""Channels of a block as a multiple of MobileNetV2's, and layers more or less than there."""

EIGHTH = 8
"""Channels are multiples of this where the block has enough."""


@dataclass(frozen=True)
class ChainSpace:
    """Genotypes of kind `chain` around a table of blocks, each (channels, layers, stride).

    All layers of a block are alike. `stem` and `head` are the channels of the first and the last
    convolution; `shape` (C, H, W) and `classes` are those of the data.
    """

    blocks: tuple[tuple[int, int, int], ...]
    stem: int
    head: int
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> ChainSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        check_names(document, ("kind", "blocks", "stem", "head"))
        given = document.get("blocks")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_BLOCKS // 4:
            raise SpaceError(f"The architecture's blocks are a list of 1 to {MOST_BLOCKS // 4}.")
        blocks = tuple(_block(block) for block in given)
        if sum(layers + 1 for _, layers, _ in blocks) > MOST_BLOCKS:
            raise SpaceError(f"All blocks together have at most {MOST_BLOCKS} layers.")
        return cls(
            blocks=blocks,
            stem=whole(document, "stem", 1, WIDEST_BLOCK),
            head=whole(document, "head", 0, WIDEST_HEAD),
            shape=shape,
            classes=classes,
        )

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        blocks = [{"c": c, "n": n, "s": s} for c, n, s in self.blocks]
        return {"kind": "chain", "blocks": blocks, "stem": self.stem, "head": self.head}

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Of each block the six that the paper lists."""
        return tuple(d for number in range(len(self.blocks)) for d in self._block(number))

    def _block(self, number: int) -> Iterator[Decision]:
        name = f"block{number + 1}"
        yield Decision(f"{name}_op", OPS)
        yield Decision(f"{name}_kernel", KERNELS, ordered=True)
        yield Decision(f"{name}_squeeze", SQUEEZES, ordered=True)
        yield Decision(f"{name}_skip", SKIPS)
        yield Decision(f"{name}_filters", self._filters(number), ordered=True)
        yield Decision(f"{name}_layers", self._layers(number), ordered=True)

    def _filters(self, number: int) -> tuple[int, ...]:
        channels = self.blocks[number][0]
        return tuple(sorted({_rounded(channels * width) for width in WIDTHS}))

    def _layers(self, number: int) -> tuple[int, ...]:
        layers = self.blocks[number][1]
        return tuple(sorted({max(1, layers + more) for more in DEPTHS}))

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of each decision's choice by which the genotype is made."""
        chosen: list[Any] = []
        for block in json.loads(genotype)["blocks"]:
            op = f"{MBCONV}{block['e']}" if block["op"] == MBCONV else block["op"]
            chosen += [op, block["k"], block.get("se", 0), block.get("skip", "id")]
            chosen += [block["c"], block["n"]]
        return tuple(d.choices.index(c) for d, c in zip(self.decisions, chosen, strict=True))

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = iter([d.choices[p] for d, p in zip(self.decisions, places, strict=True)])
        blocks = []
        for _, _, stride in self.blocks:
            op = next(chosen)
            kind = {"op": op} if op in (CONV, DWCONV) else {"op": MBCONV, "e": int(op[-1])}
            fields = dict(zip(("k", "se", "skip", "c", "n"), chosen, strict=False))
            blocks.append({**kind, **fields, "s": stride})
        return self._written(blocks)

    def _written(self, blocks: list[dict[str, Any]]) -> str:
        return canonical(
            {"v": 1, "kind": "chain", "stem": self.stem, "blocks": blocks, "head": self.head}
        )

    def reference(self) -> str:
        """MobileNetV2 as the table lays it out: the first block expands nothing, the others six times."""
        blocks = [
            {"op": "mbconv6" if number else DWCONV, "kernel": 3, "squeeze": 0, "skip": "id"}
            | {"filters": _rounded(channels), "layers": layers}
            for number, (channels, layers, _) in enumerate(self.blocks)
        ]
        wanted = [block[d.name.split("_")[1]] for block, d in self._in_order(blocks)]
        return self.decode(
            [d.choices.index(w) for d, w in zip(self.decisions, wanted, strict=True)]
        )

    def _in_order(self, blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Decision]]:
        per_block = len(self.decisions) // len(self.blocks)
        for place, decision in enumerate(self.decisions):
            yield blocks[place // per_block], decision

    def sample(self, rng: np.random.Generator) -> str:
        """Draw all choices independently."""
        return self.decode(drawn(self.decisions, rng))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """Change one choice of one block, and say which."""
        places, told = changed(self.decisions, self.encode(genotype), rng)
        return self.decode(places), told

    def smallest(self) -> str:
        """One with the fewest parameters: all numbers at their least, each block's cheapest operation."""
        return self._smallest

    @cached_property
    def _smallest(self) -> str:
        places = [0] * len(self.decisions)
        for at, decision in enumerate(self.decisions):
            if not decision.ordered and decision.choices == OPS:
                options = [[*places[:at], op, *places[at + 1 :]] for op in range(len(OPS))]
                places = min(options, key=self._params)
        return self.decode(places)

    def _params(self, places: Sequence[int]) -> int:
        return blueprint_of(self.decode(places), self.shape, self.classes).params

    def size(self) -> int:
        """How many different genotypes there are."""
        return math.prod(len(decision.choices) for decision in self.decisions)


def _block(given: Any) -> tuple[int, int, int]:
    if not isinstance(given, Mapping):
        raise SpaceError("A block is described by an object in braces.")
    check_names(given, ("c", "n", "s"))
    return (
        whole(given, "c", 1, WIDEST_BLOCK // 2),
        whole(given, "n", 1, 8),
        whole(given, "s", 1, 2),
    )


def _rounded(channels: float) -> int:
    """To a multiple of eight, as MobileNets are; a narrow block to a whole number."""
    if channels < 2 * EIGHTH:
        return max(1, round(channels))
    return max(EIGHTH, int(channels + EIGHTH / 2) // EIGHTH * EIGHTH)
