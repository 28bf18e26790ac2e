"""What the Data Doctor finds in tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.classes import about_balance
from automl_web.datasets.findings import DANGER, NOTE, WARNING, Finding, found, weight_of_seen
from automl_web.datasets.parts import TEST, TRAIN
from automl_web.datasets.readings import OPTIONS, TEXTS
from automl_web.datasets.tables.arrangement import Arranged
from automl_web.datasets.tables.column_types import (
    EMPTY,
    IDENTIFIER,
    LEAVE_OUT,
    MANY,
    TEXT,
    Column,
)
from automl_web.datasets.tables.leaks import leaking
from automl_web.datasets.tables.reading import Table
from automl_web.datasets.tables.sheet import NESTED

FEW_ITEMS, FEW_ROWS = 20, 200
MOSTLY, SOME = 0.5, 0.05
"""Shares of missing values: beyond the first a column is hardly worth it, beyond the second it is told."""

FEW_GROUPS, ROWS_A_GROUP = 10, 1.5
WHOSE = re.compile(
    r"(^|[^a-z])(id|patient|subject|customer|client|user|person|participant|pupil|student|child"
    r"|family|household|session|device|machine)([^a-z]|s?$)|(?<=[a-z])(?-i:Id|ID)$",
    re.IGNORECASE,
)
"""What people call columns that say which rows belong together."""

SHOWN_ROWS = 3
SHOWN_COLUMNS = 6
"""Columns of a row that is shown as an example."""


def findings_of(table: Table, arranged: Arranged, beat: Callable[[], None]) -> list[Finding]:
    """All findings in a table whose rows and columns were chosen as in `arranged`."""
    return [
        *_about_leaks(arranged, beat),
        *_about_copies(arranged),
        *_about_classes(arranged),
        *_about_columns(arranged),
        *_about_groups(arranged),
        *_about_left_out(table, arranged),
        *_about_rows(table, arranged),
    ]


def _leave_out(columns: Sequence[str]) -> dict[str, Any]:
    return {"types": dict.fromkeys(columns, LEAVE_OUT)}


def _about_leaks(arranged: Arranged, beat: Callable[[], None]) -> Iterator[Finding]:
    names = leaking(arranged, beat)
    if names:
        is_all = len(names) == len(_features(arranged))
        fix = None if is_all else _leave_out(names)
        yield found("leaking", DANGER, fix, names, name=names[0], count=len(names))


def _about_copies(arranged: Arranged) -> Iterator[Finding]:
    if not arranged.copies:
        return
    if not arranged.has_stray_copies:
        rows = len(arranged.content)
        yield found("few_different", NOTE, count=rows - arranged.copies, rows=rows)
        return
    unique = {"unique": True}
    tested, others = np.flatnonzero(arranged.parts == TEST), np.flatnonzero(arranged.parts != TEST)
    again = _copies(arranged, others)
    if len(again):
        examples = _examples(arranged, again)
        yield found("duplicates", WARNING, unique, examples, count=len(again))
    seen = tested[np.isin(arranged.content[tested], arranged.content[others])]
    if len(seen):
        weight, examples = weight_of_seen(len(seen), len(tested)), _examples(arranged, seen)
        values = {"count": len(seen), "items": len(tested)}
        yield found("same_in_test", weight, unique, examples, **values)
    again = _copies(arranged, tested)
    if len(again):
        examples = _examples(arranged, again)
        yield found("copied_within_test", NOTE, None, examples, count=len(again))


def _copies(arranged: Arranged, places: np.ndarray) -> np.ndarray:
    """Of some rows the places of those that were there before among them."""
    return np.asarray(places[pd.Series(arranged.content[places]).duplicated()])


def _examples(arranged: Arranged, places: np.ndarray) -> Iterator[dict[str, Any]]:
    """Some of the rows, each different one once."""
    _values, first = np.unique(arranged.content[places], return_index=True)
    return (_example(arranged, place) for place in places[np.sort(first)][:SHOWN_ROWS])


def _example(arranged: Arranged, place: int) -> dict[str, Any]:
    shown = [arranged.target.column, *_features(arranged)][:SHOWN_COLUMNS]
    return {"row": {column.name: _cell(column, place) for column in shown}}


def _cell(column: Column, place: int) -> str | float:
    value = column.values.iloc[place]
    if pd.isna(value):
        return ""
    return float(value) if column.type == "number" else str(value)


def _about_classes(arranged: Arranged) -> Iterator[Finding]:
    classes = arranged.target.classes
    if not classes:
        return
    sizes = _sizes(arranged, np.ones(len(arranged.rows), dtype=bool))
    few = sorted((name for name in classes if sizes[name] < FEW_ITEMS), key=sizes.__getitem__)
    if few:
        fix = {"without": few} if len(classes) - len(few) > 1 else None
        named = {"name": few[0], "items": sizes[few[0]], "enough": FEW_ITEMS, "classes": few}
        examples = [f"{name}: {sizes[name]}" for name in few]
        yield found("few_items", WARNING, fix, examples, count=len(few), **named)
    yield from about_balance(_sizes(arranged, arranged.parts == TRAIN), arranged.left["thinned"])
    if rare := arranged.rare:
        named = {"name": rare[0], "rows": arranged.left["rare"], "classes": rare}
        yield found("rare_classes", WARNING, None, rare, count=len(rare), **named)


def _sizes(arranged: Arranged, rows: np.ndarray) -> dict[str, int]:
    """How many of some rows are of each class; `rows` is bool (n,)."""
    classes = arranged.target.classes
    counts = np.bincount(arranged.target.answers[rows], minlength=len(classes))
    return dict(zip(classes, counts.tolist(), strict=True))


def _about_columns(arranged: Arranged) -> Iterator[Finding]:
    columns = _features(arranged)
    constant = [column.name for column in columns if column.values.nunique() == 1]
    if constant and len(constant) < len(columns):
        fix = _leave_out(constant)
        yield found("constant", WARNING, fix, constant, name=constant[0], count=len(constant))
    rows = max(1, len(arranged.rows))
    gaps = {column.name: column.missing / rows for column in columns}
    mostly = [name for name, share in gaps.items() if share > MOSTLY]
    if mostly and len(mostly) < len(columns):
        values: dict[str, Any] = {"name": mostly[0], "percent": round(100 * gaps[mostly[0]])}
        yield found("missing", WARNING, _leave_out(mostly), mostly, count=len(mostly), **values)
    some = [name for name, share in gaps.items() if SOME < share <= MOSTLY]
    if some:
        name = max(some, key=gaps.__getitem__)
        examples = [f"{each}: {100 * gaps[each]:.0f} %" for each in some]
        values = {"name": name, "percent": round(100 * gaps[name])}
        yield found("gaps", NOTE, examples=examples, count=len(some), **values)
    for column in columns:
        if column.odd:
            values = {"name": column.name, "count": column.odd, "example": column.example[:80]}
            code = "odd_dates" if column.type == "date" else "odd_numbers"
            yield found(code, NOTE, {"types": {column.name: "category"}}, **values)


def _about_groups(arranged: Arranged) -> Iterator[Finding]:
    """Columns that seem to say whose a row is: several rows of one patient are alike."""
    if arranged.group is not None:
        return
    most = len(arranged.rows) / ROWS_A_GROUP
    named = [column for column in _features(arranged) if WHOSE.search(column.name)]
    counts = {column.name: int(column.values.nunique()) for column in named}
    counts = {name: count for name, count in counts.items() if FEW_GROUPS <= count <= most}
    if counts:
        name = max(counts, key=counts.__getitem__)
        yield found("groups", WARNING, {"group": name}, name=name, count=counts[name])


def _about_left_out(table: Table, arranged: Arranged) -> Iterator[Finding]:
    """Columns that are no features, by why; what a person left out needs no word."""
    reasons = {column.name: column.reason for column in arranged.columns} | table.sheet.left_out
    codes = {
        IDENTIFIER: "left_out_identifiers",
        TEXT: "left_out_text",
        MANY: "left_out_many",
        EMPTY: "left_out_empty",
        NESTED: "left_out_nested",
    }
    for reason, code in codes.items():
        names = [name for name, why in reasons.items() if why == reason]
        if names:
            is_told_apart = reason == TEXT and bool(arranged.target.classes)
            columns = {"text": names[0], "label": arranged.target.column.name}
            fix = OPTIONS[TEXTS] | columns if is_told_apart else None
            yield found(code, NOTE, fix, names, name=names[0], count=len(names))


def _about_rows(table: Table, arranged: Arranged) -> Iterator[Finding]:
    rows = len(arranged.rows)
    if rows < FEW_ROWS:
        yield found("few_rows", WARNING, count=rows, enough=FEW_ROWS)
    if arranged.left["no_answer"]:
        name = arranged.target.column.name
        yield found("no_answer", NOTE, count=arranged.left["no_answer"], name=name)
    if table.sheet.skipped:
        yield found("ragged", WARNING, count=table.sheet.skipped)
    if table.unused:
        yield found("unused_file", WARNING, examples=table.unused, name=table.unused[0])
    if arranged.drawn_anew:
        yield found("drawn_anew", NOTE)


def _features(arranged: Arranged) -> list[Column]:
    return [c for c in arranged.columns if c.is_used and c is not arranged.target.column]
