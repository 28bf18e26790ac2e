"""A table as a file holds it, before anybody says what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

MAX_BYTES = 256 * 2**20
MAX_CELLS = 5_000_000

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
