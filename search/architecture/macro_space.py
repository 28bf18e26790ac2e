"""The set of networks whose layers read any layers before them: Zoph & Le 2017."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.choosing import changed, drawn
from search.architecture.declared import check_names, whole
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.macro import MOST_FILTERS, MOST_LAYERS, SIDES, STRIDES
from search.decisions import Decision
from search.message import Message
from search.space import SpaceError


@dataclass(frozen=True)
class MacroSpace:
    """Genotypes of kind `macro_dag` of so many `layers`, each with a filter's sides, a number and a step.

    A layer that joins none before it reads the image. `shape` (C, H, W) and `classes` are those of
    the data.
    """

    layers: int
    sides: tuple[int, ...]
    filters: tuple[int, ...]
    strides: tuple[int, ...]
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> MacroSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        check_names(document, ("kind", "layers", "sides", "filters", "strides"))
        return cls(
            layers=whole(document, "layers", 1, MOST_LAYERS),
            sides=_numbers(document, "sides", SIDES),
            filters=_numbers(document, "filters", range(1, MOST_FILTERS + 1)),
            strides=_numbers(document, "strides", STRIDES),
            shape=shape,
            classes=classes,
        )

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        return {
            "kind": "macro_dag",
            "layers": self.layers,
            "sides": list(self.sides),
            "filters": list(self.filters),
            "strides": list(self.strides),
        }

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Of each layer its filter, its step, and then at its anchor point which layers it reads."""
        return tuple(d for layer in range(1, self.layers + 1) for d in self._layer(layer))

    def _layer(self, layer: int) -> Iterator[Decision]:
        yield Decision(f"layer{layer}_height", self.sides, ordered=True)
        yield Decision(f"layer{layer}_width", self.sides, ordered=True)
        yield Decision(f"layer{layer}_filters", self.filters, ordered=True)
        yield Decision(f"layer{layer}_stride", self.strides, ordered=True)
        if layer == 1:
            yield Decision("layer1_reads_0", (True,), joins=(0, 1))
        for earlier in range(1, layer):
            name = f"layer{layer}_reads_{earlier}"
            yield Decision(name, (False, True), joins=(earlier, layer))

    def of_depth(self, layers: int) -> MacroSpace:
        """The set alike of networks with so many layers."""
        return replace(self, layers=min(layers, self.layers))

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The place of each decision's choice by which the genotype is made."""
        chosen: list[Any] = []
        for number, layer in enumerate(json.loads(genotype)["layers"], start=1):
            chosen += [layer["kh"], layer["kw"], layer["f"], layer["s"]]
            before = range(1, number) if number > 1 else (0,)
            chosen += [earlier in layer["from"] for earlier in before]
        return tuple(d.choices.index(c) for d, c in zip(self.decisions, chosen, strict=True))

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = iter([d.choices[p] for d, p in zip(self.decisions, places, strict=True)])
        layers = []
        for number in range(1, self.layers + 1):
            layer = {name: next(chosen) for name in ("kh", "kw", "f", "s")}
            before = range(1, number) if number > 1 else (0,)
            read = [earlier for earlier in before if next(chosen)]
            layers.append({**layer, "from": read or [0]})
        return canonical({"v": 1, "kind": "macro_dag", "layers": layers})

    def sample(self, rng: np.random.Generator) -> str:
        """Draw all choices independently."""
        return self.decode(drawn(self.decisions, rng))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        """Change one choice of one layer, and say which."""
        places, told = changed(self.decisions, self.encode(genotype), rng)
        return self.decode(places), told

    def smallest(self) -> str:
        """One with the fewest parameters: the smallest filters, in a chain or all at the image."""
        return self._smallest

    @cached_property
    def _smallest(self) -> str:
        designs = (self._plain(chained) for chained in (True, False))
        return min(designs, key=lambda d: blueprint_of(d, self.shape, self.classes).params)

    def _plain(self, chained: bool) -> str:
        size = {
            "kh": min(self.sides),
            "kw": min(self.sides),
            "f": min(self.filters),
            "s": max(self.strides),
        }
        layers = [{**size, "from": [layer if chained else 0]} for layer in range(self.layers)]
        return canonical({"v": 1, "kind": "macro_dag", "layers": layers})

    def size(self) -> int:
        """How many different genotypes there are."""
        return math.prod(len(decision.choices) for decision in self.decisions)


def _numbers(document: Mapping[str, Any], name: str, known: Sequence[int]) -> tuple[int, ...]:
    """A list of different whole numbers, all of which are known, in order."""
    given = document.get(name)
    listed = given if isinstance(given, list) else []
    if not listed or any(type(n) is not int or n not in known for n in listed):
        raise SpaceError(
            f"The architecture's {name} are a list of whole numbers from {known[0]} to {known[-1]}."
        )
    if len(set(listed)) < len(listed):
        raise SpaceError(f"Every number of the architecture's {name} stands there once.")
    return tuple(sorted(listed))
