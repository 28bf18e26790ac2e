"""What a dataset's page says of a prepared table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.datasets.models import Version
from automl_web.datasets.parts import SPLITS

HEIGHT, STEP, WIDTH = 24, 8, 6
"""Of the bars in the small picture of a column's values, in pixels."""

SHOWN = 200
"""Columns that are shown."""


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class ColumnRow:
    """A column: its name, what it holds in words, its missing values, and a picture of the others.

    `common` are its most frequent words.
    """

    name: str
    kind: str
    is_target: bool
    is_used: bool
    range: str
    common: tuple[str, ...]
    missing: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        """Of the picture, in pixels."""
        return len(self.bars) * STEP


@dataclass(frozen=True)
class SplitRow:
    """A split: how many rows, whether it came along with the upload, else its share in per cent."""

    name: str
    rows: int
    was_given: bool
    share: int


@dataclass(frozen=True)
class ClassRow:
    """A class and its rows in each split."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def facts_of(version: Version) -> dict[str, Any]:
    """Everything that the template of a ready version shows."""
    facts = version.facts
    classes = list(_class_rows(facts))
    return {
        "task": facts["task"],
        "columns": [_column_row(column, facts["rows"]) for column in facts["columns"][:SHOWN]],
        "unlisted": len(facts["columns"][SHOWN:]),
        "height": HEIGHT,
        "class_rows": classes,
        "largest": max((row.total for row in classes), default=0),
        "splits": [_split_row(facts, split) for split in SPLITS],
        "first": facts["first"],
        "left_rows": facts["read"] - facts["rows"],
    }


def summary(version: Version) -> str:
    """A line about a version that is ready."""
    facts = version.facts
    rows, features = facts["rows"], facts["features"]
    told = [
        ngettext("%(n)s row", "%(n)s rows", rows) % {"n": number_format(rows)},
        ngettext("%(n)s column", "%(n)s columns", features) % {"n": number_format(features)},
    ]
    if facts["task"] == "classification":
        classes = len(facts["classes"])
        told.append(ngettext("%(n)s class", "%(n)s classes", classes) % {"n": classes})
    else:
        told.append(_("a number to estimate"))
    return " · ".join(told)


def _split_row(facts: dict[str, Any], split: str) -> SplitRow:
    share = round(100 * facts["shares"].get(split, 0))
    return SplitRow(split, facts["counts"][split], split in facts["given"], share)


def _class_rows(facts: dict[str, Any]) -> Iterator[ClassRow]:
    if facts["class_counts"]:
        counts = zip(*(facts["class_counts"][split] for split in SPLITS), strict=True)
        for name, of_class in zip(facts["classes"], counts, strict=True):
            yield ClassRow(name, of_class)


def _column_row(column: dict[str, Any], rows: int) -> ColumnRow:
    missing = column["missing"]
    return ColumnRow(
        name=column["name"],
        kind=_kind(column),
        is_target=column["is_target"],
        is_used=not column["reason"],
        range=_range(column),
        common=tuple(column.get("common", ())),
        missing=f"{number_format(math.ceil(100 * missing / rows))} %" if missing else "",
        bars=tuple(_bars(column.get("bars", []))),
    )


def _kind(column: dict[str, Any]) -> str:
    """What the column holds, or why it is left out."""
    reasons = {
        "identifier": _("left out: it names the rows"),
        "text": _("left out: free text"),
        "many": _("left out: too many different words"),
        "empty": _("left out: empty"),
        "group": _("not learnt from: it names the groups"),
        "asked": _("left out, as you chose"),
    }
    types = {"number": _("number"), "category": _("category"), "date": _("date")}
    return reasons[column["reason"]] if column["reason"] else types[column["type"]]


def _range(column: dict[str, Any]) -> str:
    """From where to where numbers and dates go, or how many different words there are."""
    if "low" not in column:
        different = column["different"]
        text = ngettext("%(n)s different value", "%(n)s different values", different)
        return text % {"n": number_format(different)}
    if column["low"] == column["high"]:
        return _("always %(value)s") % {"value": _end(column["low"])}
    ends = {"low": _end(column["low"]), "high": _end(column["high"])}
    return _("%(low)s to %(high)s") % ends


def _end(value: float | str) -> str:
    if isinstance(value, str):
        return str(date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT"))
    return figure(value)


def figure(value: float) -> str:
    """A number with three significant digits, whole ones in full."""
    if value == 0 or (value == round(value) and abs(value) < 1e9):
        return number_format(int(value), force_grouping=abs(value) >= 1e4)
    size = math.floor(math.log10(abs(value)))
    if not -4 <= size < 9:
        return f"{value:.2e}"
    digits = max(0, 2 - size)
    return number_format(round(value, digits), digits, force_grouping=abs(value) >= 1e4)


def _bars(counts: list[int]) -> Iterator[Bar]:
    most = max([1, *counts])
    for index, count in enumerate(counts):
        height = math.ceil(HEIGHT * count / most)
        yield Bar(index * STEP, HEIGHT - height, WIDTH, height)
