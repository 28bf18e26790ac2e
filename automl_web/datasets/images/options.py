"""What a person may choose about how images are prepared: the options of a version, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_web.datasets.parts import SHARES

SMALLEST_SIDE, USUAL_SIDE, LARGEST_SIDE = 8, 96, 224
"""Pixels of the longer side: what can be chosen lies between the ends, the middle is the most that is
taken of itself."""

FOLDERS, LIST = "folders", "list"
"""Where the labels come from; unless chosen, whatever seems right."""


@dataclass(frozen=True)
class ImageOptions:
    """`side` is in pixels, 0 where the images decide; `drop` has ids of items; `merge` maps classes.

    `gray` takes the colours out of all. No class has more than `balance` times as many images to train
    on as the smallest; 0 sets no limit.
    """

    side: int = 0
    group: str = ""
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    drop: frozenset[str] = frozenset()
    merge: Mapping[str, str] = field(default_factory=dict)
    labels: str = ""
    label: str = ""
    gray: bool = False
    balance: float = 0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> ImageOptions:
        """Read the options of a version; those of other kinds are let be."""
        return cls(
            side=int(options.get("side") or 0),
            group=options.get("group") or "",
            shares={**SHARES, **options.get("shares", {})},
            drop=frozenset(options.get("drop", ())),
            merge=options.get("merge", {}),
            labels=options.get("labels") or "",
            label=options.get("label") or "",
            gray=bool(options.get("gray")),
            balance=float(options.get("balance") or 0),
        )
