"""What a page says of a prepared table, as JSON: its columns, their values in short, its first rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.parts import SPLITS
from automl_web.datasets.tables.arrangement import Arranged
from automl_web.datasets.tables.column_types import DATE, NUMBER, Column
from automl_web.datasets.tables.reading import Table
from automl_web.datasets.tables.splits import sizes
from automl_web.datasets.tables.target import CLASSIFICATION

BARS = 12
"""Bars of the small picture of a column's values."""

COMMON = 3
ROWS_SHOWN, COLUMNS_SHOWN = 8, 30
LONGEST = 60
"""Characters of a cell that is shown."""


def facts_of(table: Table, arranged: Arranged, shares: Mapping[str, float]) -> dict[str, Any]:
    """All that the page says but the findings."""
    target, counts = arranged.target, sizes(arranged.parts)
    return {
        "task": target.task,
        "target": target.column.name,
        "classes": target.classes,
        "rows": len(arranged.rows),
        "read": len(table.sheet.frame),
        "left": arranged.left,
        "counts": counts,
        "class_counts": _class_counts(arranged),
        "given": [] if table.parts is None or arranged.drawn_anew else sorted(set(table.parts)),
        "shares": dict(shares),
        "group": arranged.group.name if arranged.group else None,
        "features": len(arranged.features),
        "columns": [_column(column, arranged) for column in arranged.columns],
        "nested": list(table.sheet.left_out),
        "spelling": table.sheet.spelling,
        "first": _first_rows(table.sheet.frame),
    }


def _class_counts(arranged: Arranged) -> dict[str, list[int]]:
    target = arranged.target
    if target.task != CLASSIFICATION:
        return {}
    return {
        split: np.bincount(
            target.answers[arranged.parts == split], minlength=len(target.classes)
        ).tolist()
        for split in SPLITS
    }


def _column(column: Column, arranged: Arranged) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "reason": column.reason,
        "is_target": column is arranged.target.column,
        "missing": column.missing,
        "different": int(column.values.nunique()),
    }
    known = column.values.dropna()
    if not len(known):
        return told
    if column.type == NUMBER:
        return told | {"low": float(known.min()), "high": float(known.max()), "bars": _bars(known)}
    if column.type == DATE:
        ends = {"low": known.min().date().isoformat(), "high": known.max().date().isoformat()}
        return told | ends | {"bars": _bars(known.astype("int64"))}
    counted = known.value_counts()
    common = [str(word)[:LONGEST] for word in counted.index[:COMMON]]
    bars = counted.to_numpy()[:BARS].tolist() if column.is_used else []
    return told | {"common": common, "bars": bars}


def _bars(numbers: Any) -> list[int]:
    """How many values lie in each of some equal parts of their range."""
    counts, _edges = np.histogram(numbers.to_numpy(dtype=np.float64), bins=BARS)
    return [int(count) for count in counts]


def _first_rows(frame: pd.DataFrame) -> dict[str, Any]:
    shown = frame.iloc[:ROWS_SHOWN, :COLUMNS_SHOWN]
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
    return {"names": list(shown.columns), "rows": rows}


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
