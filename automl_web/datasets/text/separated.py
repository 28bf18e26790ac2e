"""A table of separated values that holds texts, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from automl_web.datasets.encodings import encoding_of, opened, pieces_of
from automl_web.datasets.refusals.of_tables import NoTableError
from automl_web.datasets.tables.sniffing import SAMPLE, sniff
from automl_web.datasets.text.columns import head_rows, names_of, reader_of

LARGEST_CELL = 2**24  # characters
END = "\x1e"
"""A last row, which is only seen as one if no quote is open before it."""


class Separated:
    """The rows of such a file; raises a ContentError if there are none in it."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.codec = encoding or encoding_of(pieces_of(file))
        self._file = file
        head = opened(pieces_of(file), self.codec).read(SAMPLE)
        self._dialect = sniff(head, {})
        self._quotes = self._dialect.quotes
        self.names = names_of(self._dialect)
        self.head = head_rows(head, self._dialect, quotes=self._quotes)
        self.head = self.head or head_rows(head, self._dialect, quotes=False)
        self.count = self._counted()

    def __iter__(self) -> Iterator[list[str]]:
        """The cells of each row; raises csv.Error at a cell that is too large, or is never closed."""
        csv.field_size_limit(LARGEST_CELL)
        lines = opened(pieces_of(self._file), self.codec)
        lines.read(self._dialect.start)
        for cells in reader_of(chain(lines, [END]), self._dialect, quotes=self._quotes):
            if cells == [END]:
                return
            yield cells
        raise csv.Error("the end lies within quotes")

    def _counted(self) -> int:
        """How many rows there are; a quote that is never closed is found out, and quotes are none then."""
        try:
            return sum(1 for _cells in self)
        except csv.Error as error:
            if not self._quotes:
                raise NoTableError from error
        self._quotes = False
        return self._counted()
