"""Reading a table from Parquet, where columns say what they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from automl_web.datasets.refusals.of_tables import (
    DamagedTableError,
    NoTableError,
    TooManyCellsError,
    TooManyColumnsError,
)
from automl_web.datasets.tables.names import unique_names
from automl_web.datasets.tables.parquet_limits import DAMAGE, opened
from automl_web.datasets.tables.sheet import MAX_CELLS, NESTED, Sheet
from automl_web.datasets.tables.sniffing import MAX_COLUMNS

ROWS_AT_ONCE = 2**14

TIMES = pa.timestamp("us")
WORDS = pa.large_string()


def read_parquet(content: bytes, beat: Callable[[], None]) -> Sheet:
    """The table in a Parquet file: truths as words, all numbers as float64, all times in UTC.

    Columns of lists, of structures and of bytes are left out. Raises a ContentError if there is no
    table that we can take, and MemoryError where it unfolds to more than there may be.
    """
    try:
        return _read(opened(pa.BufferReader(content)), beat)
    except MemoryError:
        raise
    except DAMAGE as error:
        raise DamagedTableError from error


def _read(file: pq.ParquetFile, beat: Callable[[], None]) -> Sheet:
    schema = file.schema_arrow
    if len(schema) > MAX_COLUMNS:
        raise TooManyColumnsError(count=len(schema), limit=MAX_COLUMNS)
    names = unique_names(schema.names)
    kinds = {name: _kind(field.type) for name, field in zip(names, schema, strict=True)}
    kept = {name: kind for name, kind in kinds.items() if kind is not None}
    if file.metadata.num_rows * len(kept) > MAX_CELLS:
        raise TooManyCellsError(limit=MAX_CELLS)
    parts: dict[str, list[pa.Array]] = {name: [] for name in kept}
    rows = 0
    for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
        beat()
        rows += len(batch)
        if rows * len(kept) > MAX_CELLS:
            raise TooManyCellsError(limit=MAX_CELLS)
        for name, column in zip(names, batch.columns, strict=True):
            if name in kept:
                parts[name].append(_plain(column, kept[name]))
    if not rows or not kept:
        raise NoTableError
    frame = pd.DataFrame({name: _series(parts[name], kind) for name, kind in kept.items()})
    return Sheet(frame, {name: NESTED for name, kind in kinds.items() if kind is None})


def _kind(kind: pa.DataType) -> pa.DataType | None:
    """What a column of this type is read as: words, float64, or times; None if we can read none."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    is_word = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if is_word or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return WORDS
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return TIMES
    return None


def _plain(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    plain = column.cast(kind, safe=False)
    plain.validate(full=True)  # words that are no UTF-8 would be met much later
    return plain


def _series(parts: list[pa.Array], kind: pa.DataType) -> pd.Series[Any]:
    column = pa.chunked_array(parts, type=kind)
    if kind == WORDS:
        column = pc.utf8_trim_whitespace(pc.replace_substring(column, "\0", ""))
        return pd.Series(column.to_pandas(), dtype="str")
    return column.to_pandas()
