"""Texts and their classes from a table, read row by row, however it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from automl_web.datasets.order import Progress
from automl_web.datasets.refusals.of_tables import NoTableError, RaggedTableError
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.tables.parquet_limits import MAGIC
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.columnar import Columnar
from automl_web.datasets.text.columns import judged, label_of, text_of
from automl_web.datasets.text.items import Item
from automl_web.datasets.text.separated import Separated

RAGGED = 0.1
"""The share of rows with a wrong number of cells beyond which the file is read wrongly, or broken."""

TELL_EVERY = 1000  # rows


@dataclass
class Sheet:
    """A table of texts: its rows, and which columns are taken, by their places.

    `skipped` counts rows that are too long or too short, as far as they have been read.
    """

    rows: Separated | Columnar
    text: int
    label: int
    group: int | None = None
    widths: Counter[bool] = field(default_factory=Counter)

    @property
    def names(self) -> list[str]:
        return self.rows.names

    @property
    def skipped(self) -> int:
        return self.widths[False]


def is_parquet(file: BinaryIO) -> bool:
    """Whether the file says that it is Parquet."""
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC


def sheet_of(file: BinaryIO, choices: Choices) -> Sheet:
    """Look at the table; raises a ContentError if there are no texts and classes in it."""
    rows = Columnar(file) if is_parquet(file) else Separated(file, choices.encoding)
    if not rows.head or len(rows.names) < 2:
        raise NoTableError
    columns = judged(rows.head, rows.names)
    text = columns[_place(choices.text, rows.names)] if choices.text else text_of(columns)
    label = label_of(columns, text, len(rows.head)) or next(c for c in columns if c is not text)
    sheet = Sheet(rows, text.index, label.index)
    if choices.label:
        sheet.label = _place(choices.label, rows.names)
    if choices.group:
        sheet.group = _place(choices.group, rows.names)
    return sheet


def _place(name: str, names: list[str]) -> int:
    if name not in names:
        raise NoSuchColumnError(name=name[:200])
    return names.index(name)


def items_of(sheet: Sheet, progress: Progress) -> Iterator[Item]:
    """The texts row by row, named by the numbers of their rows.

    Raises RaggedTableError at the end if too many rows had a wrong number of cells.
    """
    width = len(sheet.names)
    for number, cells in enumerate(sheet.rows, start=1):
        if number % TELL_EVERY == 0:
            progress(number, sheet.rows.count, str(number))
        if cells:
            sheet.widths[len(cells) == width] += 1
        if len(cells) == width:
            yield _item(number, cells, sheet)
    if sheet.skipped > RAGGED * sheet.widths.total():
        raise RaggedTableError(count=sheet.skipped, width=width)


def _item(number: int, cells: list[str], sheet: Sheet) -> Item:
    group = cells[sheet.group] if sheet.group is not None else ""
    return Item(
        name=str(number),
        text=cells[sheet.text],
        label=cells[sheet.label],
        group=group.strip(),
        origin="\x1f".join(cells),
    )
