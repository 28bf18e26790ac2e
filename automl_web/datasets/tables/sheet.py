"""A table as a file holds it, before anybody says what its columns mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

MAX_BYTES = 256 * 2**20
MAX_CELLS = 5_000_000
LONGEST_NAME = 200

NESTED = "nested"
"""Why a column is left out that holds lists or bytes."""


@dataclass
class Sheet:
    """The columns of `frame` hold words (str), numbers (float64) or times (datetime64).

    `left_out` says why columns of the file are not among them, `skipped` how many lines were none
    of its rows, and `spelling` how it is written.
    """

    frame: pd.DataFrame
    left_out: dict[str, str] = field(default_factory=dict)
    skipped: int = 0
    spelling: dict[str, Any] = field(default_factory=dict)


def unique_names(names: Iterable[str], unnamed: str = "column") -> list[str]:
    """Names that people can see and that differ: “column 3” for an empty one, “price (2)” for a second."""
    taken: set[str] = set()
    found = []
    for number, written in enumerate(names, start=1):
        plain = " ".join(written.replace("\0", "").split())[:LONGEST_NAME] or f"{unnamed} {number}"
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain} ({count})"
        taken.add(name)
        found.append(name)
    return found
