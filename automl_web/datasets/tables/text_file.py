"""Reading a table from text: comma-separated values and their kin, as every program writes them."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from automl_web.datasets.encodings import decoded, encoding_of
from automl_web.datasets.refusals.of_tables import NoTableError, RaggedTableError, TooManyCellsError
from automl_web.datasets.refusals.of_text import NotTextError
from automl_web.datasets.tables.names import unique_names
from automl_web.datasets.tables.sheet import MAX_CELLS, Sheet
from automl_web.datasets.tables.sniffing import SAMPLE, Dialect, sniff

PIECE_BYTES = 2**20
CHUNK_CELLS = 1_000_000

RAGGED = 0.1
"""The share of lines with too many cells beyond which the file is read in a wrong way, or broken."""


def read_text(content: bytes, asked: Mapping[str, Any], beat: Callable[[], None]) -> Sheet:
    """The table that the bytes of a text spell; nothing is said yet of what its words mean.

    `asked` says what is known of how it is written: "encoding", and what `sniff` takes. `beat` is
    called while it is read. Raises a ContentError if there is no table that we can take.
    """
    codec = asked.get("encoding") or encoding_of(_pieces(content))
    text = io.BytesIO()
    for piece in decoded(_pieces(content), codec):
        text.write(piece.encode())
        beat()
    if b"\0" in text.getvalue():
        raise NotTextError
    head = text.getvalue()[: 4 * SAMPLE].decode(errors="ignore")[:SAMPLE]
    dialect = sniff(head, asked)
    text.seek(len(head[: dialect.start].encode()))
    frame, skipped = _parsed(text, dialect, beat)
    return Sheet(
        _named(frame, dialect),
        skipped=skipped,
        spelling={
            "encoding": codec,
            "separator": dialect.separator,
            "decimal": dialect.decimal,
            "header": dialect.names is not None,
        },
    )


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]


def _parsed(
    text: io.BytesIO, dialect: Dialect, beat: Callable[[], None]
) -> tuple[pd.DataFrame, int]:
    """The cells as words, and how many lines had too many of them."""
    start = text.tell()
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE) if dialect.quotes else (csv.QUOTE_NONE,):
        try:
            return _chunks(text, dialect, quoting, beat)
        except (
            pd.errors.ParserError
        ):  # a quote that is never closed: it was no quote, but means inches
            text.seek(start)
    raise NoTableError


def _chunks(
    text: io.BytesIO, dialect: Dialect, quoting: int, beat: Callable[[], None]
) -> tuple[pd.DataFrame, int]:
    chunks: list[pd.DataFrame] = []
    rows = 0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", pd.errors.ParserWarning)
        for chunk in _reader(text, dialect, quoting):
            rows += len(chunk)
            if rows * dialect.width > MAX_CELLS:
                raise TooManyCellsError(limit=MAX_CELLS)
            chunks.append(chunk.apply(lambda column: column.str.strip()))
            beat()
    skipped = sum(str(warning.message).count("Skipping line") for warning in caught)
    if skipped > RAGGED * (rows + skipped):
        raise RaggedTableError(count=skipped, width=dialect.width)
    if not rows:
        raise NoTableError
    return pd.concat(chunks, ignore_index=True), skipped


def _reader(text: io.BytesIO, dialect: Dialect, quoting: int) -> Iterator[pd.DataFrame]:
    try:
        yield from pd.read_csv(
            text,
            sep=dialect.separator,
            quotechar=dialect.quote,
            escapechar=dialect.escape,
            quoting=quoting,
            header=None,
            names=list(range(dialect.width)),
            index_col=False,
            dtype="str",
            na_filter=False,
            skipinitialspace=True,
            encoding="utf-8",
            on_bad_lines="warn",
            chunksize=max(1, CHUNK_CELLS // dialect.width),
        )
    except pd.errors.EmptyDataError:
        return


def _named(frame: pd.DataFrame, dialect: Dialect) -> pd.DataFrame:
    """The frame with names, and without columns that have neither a name nor a value."""
    written = dialect.names or ("",) * dialect.width
    blank = [not name.strip() and not frame[i].any() for i, name in enumerate(written)]
    frame.columns = pd.Index(unique_names(written))
    return frame.loc[:, [not is_blank for is_blank in blank]]
