"""The form that takes one row to try a model of a table on: a widget a column, a date for its parts."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from automl_web.datasets.models import Version

EPOCH = datetime.date(1970, 1, 1)
MOST_OPTIONS = 500
"""Categories beyond which one is typed rather than chosen."""

LONGEST_CATEGORY = 1000

Columns = Sequence[Mapping[str, Any]]
Row = dict[str, float | str | None]


def columns_of(version: Version) -> Columns:
    """The columns of a prepared table: name, type, and what their widgets need."""
    return _read(version.folder / "meta.json")


@lru_cache(maxsize=16)
def _read(path: Path) -> Columns:
    columns: Columns = json.loads(path.read_text(encoding="utf-8"))["columns"]
    return columns


class RowForm(forms.Form):
    """One row; an empty field is a value that is missing."""

    use_required_attribute = False

    def __init__(self, columns: Columns, data: Any = None) -> None:
        super().__init__(data)
        self.columns = columns
        for place, column in enumerate(columns):
            if column.get("from"):
                self.fields.setdefault(self._of_date(column), _date(column["from"]))
            else:
                self.fields[f"column-{place}"] = _field(column)

    def _of_date(self, column: Mapping[str, Any]) -> str:
        """The field of the date that a column is a part of, named after the first of these parts."""
        origins = [each.get("from") for each in self.columns]
        return f"date-{origins.index(column['from'])}"

    @property
    def row(self) -> Row:
        """What was given, column by column."""
        row: Row = {}
        for place, column in enumerate(self.columns):
            if column.get("from"):
                date = self.cleaned_data[self._of_date(column)]
                row[column["name"]] = None if date is None else part_of(date, column["part"])
            else:
                value = self.cleaned_data[f"column-{place}"]
                row[column["name"]] = None if value == "" else value
        return row


def part_of(date: datetime.date, part: str) -> float:
    """What preparing a table makes of a date: days since 1970, the month, or the weekday from Monday."""
    parts = {"day": (date - EPOCH).days, "month": date.month, "weekday": date.weekday()}
    return float(parts[part])


def _field(column: Mapping[str, Any]) -> forms.Field:
    if column["type"] == "number":
        return _number(column)
    known = column.get("categories", [])
    if len(known) > MOST_OPTIONS:
        return forms.CharField(
            label=named(column["name"]),
            required=False,
            strip=False,
            max_length=LONGEST_CATEGORY,
            help_text=_("One of %(count)s categories, such as “%(example)s”.")
            % {"count": len(known), "example": known[0]},
        )
    return forms.ChoiceField(
        label=named(column["name"]),
        required=False,
        widget=forms.Select({"translate": "no"}),
        choices=[("", _("not known")), *((name, name) for name in known if name)],
    )


def _number(column: Mapping[str, Any]) -> forms.FloatField:
    low, high = column.get("low"), column.get("high")
    known = low is not None and high is not None
    return forms.FloatField(
        label=named(column["name"]),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_("%(low)s to %(high)s in the data")
        % {"low": f"{low:.6g}", "high": f"{high:.6g}"}
        if known
        else "",
    )


def _date(name: str) -> forms.DateField:
    widget = forms.DateInput({"type": "date"})
    return forms.DateField(label=named(name), required=False, widget=widget)


def named(name: str) -> str:
    """What a person called a column, as a label."""
    return format_html('<bdi translate="no">{}</bdi>', name)
