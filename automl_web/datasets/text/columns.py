"""Which column of a table holds texts to be classified, and which one their classes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from automl_web.datasets.tables.names import unique_names
from automl_web.datasets.tables.sniffing import Dialect

LOOKED_AT = 500
"""Rows that columns are judged by."""

WORDS = 5
"""A text has so many words on average; names and addresses have fewer."""

LABEL_LENGTH = 40
"""Characters of a class, on average, at most."""

_LABELS = {"label", "labels", "class", "category", "sentiment", "target", "topic", "intent", "y"}
_FEW = 5  # rows for each class that a column of classes has among those looked at


@dataclass(frozen=True)
class Column:
    """What a column looks like in the first rows."""

    index: int
    name: str
    words: float
    characters: float
    different: int

    @property
    def is_hinted(self) -> bool:
        return bool(_LABELS.intersection(self.name.lower().replace("_", " ").split()))


def names_of(dialect: Dialect) -> list[str]:
    """What the columns are called: as the file says, else by their numbers."""
    return unique_names(dialect.names or ("",) * dialect.width)


def reader_of(
    lines: Iterable[str], dialect: Dialect, *, quotes: bool = True
) -> Iterator[list[str]]:
    """The rows as they are written; a quote that is never closed means inches, not `quotes`."""
    return csv.reader(
        lines,
        delimiter=dialect.separator,
        quotechar=dialect.quote,
        escapechar=dialect.escape,
        skipinitialspace=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )


def judged(rows: Sequence[Sequence[str]], names: Sequence[str]) -> list[Column]:
    """The columns as the rows, of which there must be some, show them."""
    found = []
    for index, (name, values) in enumerate(zip(names, zip(*rows, strict=True), strict=True)):
        words = fmean(len(value.split()) for value in values)
        characters = fmean(map(len, values))
        found.append(Column(index, name, words, characters, len(set(values) - {""})))
    return found


def text_of(columns: Sequence[Column]) -> Column:
    """The column that holds most of the text."""
    return max(columns, key=lambda column: (column.words, column.characters))


def label_of(columns: Sequence[Column], text: Column, rows: int) -> Column | None:
    """The column that most likely holds the classes of the texts."""
    few = max(2, rows // _FEW)
    fit = [
        column
        for column in columns
        if column is not text
        and 0 < column.different <= few
        and 0 < column.characters <= LABEL_LENGTH
    ]
    return max(fit, key=_likeliness, default=None)


def _likeliness(column: Column) -> tuple[bool, bool, int]:
    return column.is_hinted, column.different > 1, -column.different


def head_rows(head: str, dialect: Dialect, *, quotes: bool = True) -> list[list[str]]:
    """The first rows in the beginning of a file, those that are as wide as most."""
    lines = io.StringIO(head[dialect.start :], newline="")
    rows: list[list[str]] = []
    try:
        for cells in islice(reader_of(lines, dialect, quotes=quotes), LOOKED_AT):
            if len(cells) == dialect.width:
                rows.append(cells)
    except csv.Error:  # a cell that does not end here: what comes before it is enough
        return rows
    return rows
