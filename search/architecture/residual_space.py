"""The set of residual networks of Zela et al. 2018, section 4: ten decisions of three groups."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from search.architecture.blueprint import Shape
from search.architecture.choosing import changed, drawn
from search.architecture.declared import check_names, levels
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.residual import MOST_BLOCKS, MOST_BRANCHES, MOST_GROUPS, WIDEST
from search.decisions import Decision
from search.message import Message
from search.space import SpaceError

LEAST_WIDENED, MOST_WIDENED = 0.25, 8.0


@dataclass(frozen=True)
class ResidualSpace:
    """Genotypes of kind `residual`.

    `filters` are the channels of the first convolution; of each group `blocks` and `branches` say how
    many, and `widen` how many times the channels of what is before it are its own. `shape` (C, H, W)
    and `classes` are those of the data, which the costs depend on.
    """

    filters: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]
    widen: tuple[tuple[float, ...], ...]
    branches: tuple[tuple[int, ...], ...]
    shape: Shape
    classes: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any], shape: Shape, classes: int) -> ResidualSpace:
        """Read the declaration of a set, or raise SpaceError with what is wrong."""
        check_names(document, ("kind", "filters", "groups"))
        groups = document.get("groups")
        if not isinstance(groups, list) or not 1 <= len(groups) <= MOST_GROUPS:
            raise SpaceError(f"The architecture has 1 to {MOST_GROUPS} groups.")
        for group in groups:
            if not isinstance(group, Mapping):
                raise SpaceError("A group is described by an object in braces.")
            check_names(group, ("blocks", "widen", "branches"))
        made = cls(
            filters=levels(document, "filters", 1, WIDEST),
            blocks=tuple(levels(group, "blocks", 1, MOST_BLOCKS) for group in groups),
            widen=tuple(
                levels(group, "widen", LEAST_WIDENED, MOST_WIDENED, whole=False) for group in groups
            ),
            branches=tuple(levels(group, "branches", 1, MOST_BRANCHES) for group in groups),
            shape=shape,
            classes=classes,
        )
        if channels_of(max(made.filters), [max(factors) for factors in made.widen])[-1] > WIDEST:
            raise SpaceError(f"No group may have more than {WIDEST} channels.")
        return made

    def to_json(self) -> dict[str, Any]:
        """The declaration, which depends on no data."""
        groups = zip(self.blocks, self.widen, self.branches, strict=True)
        return {
            "kind": "residual",
            "filters": list(self.filters),
            "groups": [
                {"blocks": list(blocks), "widen": list(widen), "branches": list(branches)}
                for blocks, widen, branches in groups
            ],
        }

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The filters, then of each group its blocks, how much wider it is, and its branches."""
        return tuple(self._decisions())

    def _decisions(self) -> Iterator[Decision]:
        yield Decision("filters", self.filters, ordered=True, title=Message("First channels"))
        for group, parts in enumerate(
            zip(self.blocks, self.widen, self.branches, strict=True), start=1
        ):
            names = ("blocks", "widen", "branches")
            titles = (
                "Group %(group)s: blocks",
                "Group %(group)s: times wider",
                "Group %(group)s: branches",
            )
            for name, title, choices in zip(names, titles, parts, strict=True):
                told = Message(title, {"group": group})
                yield Decision(f"{name}_{group}", choices, ordered=True, title=told)

    def decode(self, places: Sequence[int]) -> str:
        """The design of the choices at these places."""
        chosen = [d.choices[place] for d, place in zip(self.decisions, places, strict=True)]
        stem, rest = chosen[0], chosen[1:]
        blocks, widen, branches = rest[::3], rest[1::3], rest[2::3]
        parts = zip(blocks, branches, channels_of(stem, widen), strict=True)
        groups = [{"blocks": n, "branches": b, "c": c} for n, b, c in parts]
        return canonical({"v": 1, "kind": "residual", "stem": stem, "groups": groups})

    def encode(self, genotype: str) -> tuple[int, ...]:
        """The first choices of each decision by which the genotype is made.

        Rounding may make two factors give the same channels. Raises ValueError if it is not of this
        set.
        """
        document = json.loads(genotype)
        places = [self.filters.index(document["stem"])]
        before = document["stem"]
        for number, group in enumerate(document["groups"]):
            widths = [channels_of(before, [factor])[0] for factor in self.widen[number]]
            places += [
                self.blocks[number].index(group["blocks"]),
                widths.index(group["c"]),
                self.branches[number].index(group["branches"]),
            ]
            before = group["c"]
        return tuple(places)

    def sample(self, rng: np.random.Generator) -> str:
        return self.decode(drawn(self.decisions, rng))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        places, told = changed(self.decisions, self.encode(genotype), rng)
        return self.decode(places), told

    def smallest(self) -> str:
        """The least of everything; or a width that is kept, since that needs no convolution beside it."""
        kept = [factors.index(min(factors, key=_from_one)) for factors in self.widen]
        designs = (
            self.decode([0, *(place for factor in widths for place in (0, factor, 0))])
            for widths in product(*((0, place) for place in kept))
        )
        return min(designs, key=lambda g: blueprint_of(g, self.shape, self.classes).params)


def _from_one(factor: float) -> float:
    return abs(factor - 1)


def channels_of(stem: int, widen: Sequence[float]) -> list[int]:
    """The channels of groups of which each is so many times as wide as what is before it."""
    channels = []
    for factor in widen:
        stem = max(1, round(stem * factor))
        channels.append(stem)
    return channels
