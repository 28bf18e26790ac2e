"""Texts and their classes from a table of separated values, read row by row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from automl_web.datasets.encodings import encoding_of, opened, pieces_of
from automl_web.datasets.order import Progress
from automl_web.datasets.refusals.of_tables import NoTableError, RaggedTableError
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.tables.sniffing import SAMPLE, Dialect, sniff
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.columns import (
    head_rows,
    judged,
    label_of,
    names_of,
    reader_of,
    text_of,
)
from automl_web.datasets.text.items import Item

RAGGED = 0.1
"""The share of rows with a wrong number of cells beyond which the file is read wrongly, or broken."""

TELL_EVERY = 1000  # rows
LARGEST_CELL = 2**24  # characters
END = "\x1e"
"""A last row, which is only seen as one if no quote is open before it."""


@dataclass
class Sheet:
    """A table of texts: how it is written, and which columns are taken, by their places.

    `skipped` counts rows that are too long or too short, as far as they have been read.
    """

    codec: str
    dialect: Dialect
    names: list[str]
    text: int
    label: int
    group: int | None = None
    quotes: bool = True
    rows: int = 0
    widths: Counter[bool] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        return self.widths[False]


def sheet_of(file: BinaryIO, choices: Choices) -> Sheet:
    """Look at the table; raises a ContentError if there are no texts and classes in it."""
    codec = choices.encoding or encoding_of(pieces_of(file))
    head = opened(pieces_of(file), codec).read(SAMPLE)
    dialect = sniff(head, {})
    names = names_of(dialect)
    rows = head_rows(head, dialect, quotes=dialect.quotes) or head_rows(head, dialect, quotes=False)
    if not rows or len(names) < 2:
        raise NoTableError
    columns = judged(rows, names)
    text = columns[_place(choices.text, names)] if choices.text else text_of(columns)
    label = label_of(columns, text, len(rows)) or next(c for c in columns if c is not text)
    sheet = Sheet(codec, dialect, names, text.index, label.index, quotes=dialect.quotes)
    if choices.label:
        sheet.label = _place(choices.label, names)
    if choices.group:
        sheet.group = _place(choices.group, names)
    _count(file, sheet)
    return sheet


def _place(name: str, names: list[str]) -> int:
    if name not in names:
        raise NoSuchColumnError(name=name[:200])
    return names.index(name)


def _count(file: BinaryIO, sheet: Sheet) -> None:
    """Count the rows; a quote that is never closed is found out, and quotes are none then."""
    try:
        sheet.rows = sum(1 for _cells in _cells_of(file, sheet))
    except csv.Error as error:
        if not sheet.quotes:
            raise NoTableError from error
        sheet.quotes = False
        _count(file, sheet)


def _cells_of(file: BinaryIO, sheet: Sheet) -> Iterator[list[str]]:
    """The cells of each row; raises csv.Error at a cell that is too large, or is never closed."""
    csv.field_size_limit(LARGEST_CELL)
    lines = opened(pieces_of(file), sheet.codec)
    lines.read(sheet.dialect.start)
    for cells in reader_of(chain(lines, [END]), sheet.dialect, quotes=sheet.quotes):
        if cells == [END]:
            return
        yield cells
    raise csv.Error("the end lies within quotes")


def items_of(file: BinaryIO, sheet: Sheet, progress: Progress) -> Iterator[Item]:
    """The texts row by row, named by the numbers of their rows.

    Raises RaggedTableError at the end if too many rows had a wrong number of cells.
    """
    for number, cells in enumerate(_cells_of(file, sheet), start=1):
        if number % TELL_EVERY == 0:
            progress(number, sheet.rows, str(number))
        if cells:
            sheet.widths[len(cells) == sheet.dialect.width] += 1
        if len(cells) == sheet.dialect.width:
            yield _item(number, cells, sheet)
    if sheet.skipped > RAGGED * sheet.widths.total():
        raise RaggedTableError(count=sheet.skipped, width=sheet.dialect.width)


def _item(number: int, cells: list[str], sheet: Sheet) -> Item:
    group = cells[sheet.group] if sheet.group is not None else ""
    return Item(
        name=str(number),
        text=cells[sheet.text],
        label=cells[sheet.label],
        group=group.strip(),
        origin="\x1f".join(cells),
    )
