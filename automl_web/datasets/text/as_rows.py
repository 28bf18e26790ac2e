"""Whether the lines of a text file are the rows of a table, and whether such a table is of texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from automl_web.datasets.encodings import decoded, encoding_of
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.tables.marks import is_number
from automl_web.datasets.tables.sniffing import Dialect, sniff
from automl_web.datasets.text.columns import (
    LOOKED_AT,
    WORDS,
    judged,
    label_of,
    names_of,
    reader_of,
    text_of,
)

FEWEST = 5
"""Rows below which lines may look alike by chance."""

SURE, LIKELY = 0.95, 0.8
"""Shares of lines with one number of cells: from the first on the lines of a text are taken for rows, from
the second on it is told that they may be."""

MOST = 0.8
"""The share of a column's values that are numbers in a column of numbers."""


@dataclass(frozen=True)
class Rows:
    """The first rows of a file, those that are as wide as most, and the share of lines that they are."""

    names: list[str]
    rows: list[list[str]]
    share: float

    @property
    def are_regular(self) -> bool:
        """Whether the lines look like rows, with something in at least two columns."""
        filled = sum(
            2 * sum(map(bool, values)) > len(self.rows) for values in zip(*self.rows, strict=True)
        )
        return len(self.rows) >= FEWEST and self.share >= LIKELY and filled > 1

    @property
    def are_sure(self) -> bool:
        """Whether they can be nothing else: regular, and of texts, or with columns to learn from."""
        if not self.are_regular or self.share < SURE:
            return False
        fit = sum(_can_be_learnt(values) for values in zip(*self.rows, strict=True))
        return fit > 1 or self.hold_texts

    @property
    def hold_texts(self) -> bool:
        """Whether they seem to be texts with their classes, not measurements."""
        columns = judged(self.rows, self.names)
        text = text_of(columns)
        others = sum(column.characters for column in columns) - text.characters
        is_prose = (
            text.words >= WORDS and text.characters > others and text.different > len(self.rows) / 2
        )
        return is_prose and label_of(columns, text, len(self.rows)) is not None


def rows_in(head: bytes) -> Rows | None:
    """The rows in the beginning of a file of separated values; None if there are none."""
    try:
        text = "".join(decoded([head], encoding_of([head])))
        dialect = sniff(text, {})
    except RefusalError:
        return None
    lines = _lines(text, dialect)
    rows = [cells for cells in lines if len(cells) == dialect.width]
    return Rows(names_of(dialect), rows, len(rows) / len(lines)) if rows else None


def _lines(text: str, dialect: Dialect) -> list[list[str]]:
    """The cells of the first lines that are not empty."""
    lines = reader_of(
        io.StringIO(text[dialect.start :], newline=""), dialect, quotes=dialect.quotes
    )
    found: list[list[str]] = []
    try:
        for cells in islice(lines, LOOKED_AT):
            if cells:
                found.append(cells)
    except csv.Error:  # a cell that does not end here: what comes before it is enough
        return found
    return found


def _can_be_learnt(values: Sequence[str]) -> bool:
    """Whether a column is of numbers, or of a few words that are not always the same."""
    known = [value for value in values if value.strip()]
    numbers = sum(is_number(value, ".") or is_number(value, ",") for value in known)
    return numbers > MOST * len(values) or 1 < len(set(known)) <= len(values) / FEWEST
