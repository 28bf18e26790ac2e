"""One row as an ONNX model of a table takes it; nothing heavy is imported, because pages ask it, too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Columns = Sequence[Mapping[str, Any]]
"""As the card has them: each a name and a type."""


def inputs(columns: Columns, row: Mapping[str, float | str | None]) -> dict[str, Any]:
    """Of each column an array (1, 1), float64 or of a text; what is None or not there is missing."""
    return {column["name"]: _cell(column["type"], row.get(column["name"])) for column in columns}


def _cell(kind: str, value: float | str | None) -> Any:
    if kind == "number":
        return np.array([[math.nan if value is None else value]], dtype=np.float64)
    return np.array([["" if value is None else value]], dtype=object)
