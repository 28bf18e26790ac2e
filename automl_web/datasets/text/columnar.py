"""A Parquet file that holds texts, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from automl_web.datasets.refusals.of_tables import DamagedTableError, NoTableError
from automl_web.datasets.tables.names import unique_names
from automl_web.datasets.tables.parquet_limits import DAMAGE, opened
from automl_web.datasets.text.columns import LOOKED_AT

ROWS_AT_ONCE = 256


class Columnar:
    """The rows of such a file, as words; raises a ContentError if there are none in it.

    Columns of lists, of structures and of bytes are left out.
    """

    codec = "utf-8"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            table = self._opened()
        except DAMAGE as error:
            raise DamagedTableError from error
        names = unique_names(table.schema_arrow.names)
        kinds = zip(names, table.schema_arrow, strict=True)
        self._kept = [place for place, (_name, field) in enumerate(kinds) if _is_plain(field.type)]
        self.names = [names[place] for place in self._kept]
        self.count: int = table.metadata.num_rows
        if not self.names or not self.count:
            raise NoTableError
        self.head = list(islice(self, LOOKED_AT))

    def __iter__(self) -> Iterator[list[str]]:
        """The cells of each row; raises DamagedTableError."""
        try:
            for batch in self._opened().iter_batches(ROWS_AT_ONCE, use_threads=False):
                columns = [_words(batch.column(place)) for place in self._kept]
                yield from (list(cells) for cells in zip(*columns, strict=True))
        except MemoryError:
            raise
        except DAMAGE as error:
            raise DamagedTableError from error

    def _opened(self) -> pq.ParquetFile:
        self._file.seek(0)
        return opened(self._file)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether values of this type can be written as words."""
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    is_word = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    is_time = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    is_other = pa.types.is_boolean(kind) or pa.types.is_null(kind)
    return bool(is_word or is_number or is_time or is_other)


def _words(column: pa.Array) -> list[str]:
    """The values as words; nothing for those that are missing."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    words = column.cast(pa.large_string())
    words.validate(full=True)  # words that are no UTF-8 would be met much later
    return [word or "" for word in words.to_pylist()]
