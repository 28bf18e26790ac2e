"""How a text spells its table: what parts and quotes cells, where rows begin, what columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automl_web.datasets.refusals.of_tables import (
    EndlessLineError,
    NoTableError,
    TooManyColumnsError,
)
from automl_web.datasets.tables.marks import MISSING, decimal_mark, is_number

SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "pipe", ",": "comma"}
"""What can part cells, and how that is called; where two fit as well, the first is meant.

A comma is often part of a cell; the others hardly ever are.
"""

SAMPLE = 2**20
"""Characters that are looked at, and the longest line that any table of ours can have."""

ROWS = 200
"""Rows of the sample that are judged."""

MAX_COLUMNS = 2_000
REGULAR = 0.6
"""The share of rows that must have the same number of cells, for a separator to be one."""

_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a line that spreadsheets understand
_SINGLE = re.compile(r"(?:^|[\t;|,])'[^'\n]*'(?=[\t;|,]|$)", re.MULTILINE)
_ESCAPED = re.compile(r'\\"(?![\t;|,\r\n]|$)')  # elsewhere it is the end of a path of Windows
_COMMENTS = ("#", "%", "//")

Record = tuple[list[str], int]
"""The cells of a row, and where it ends in the text."""


@dataclass(frozen=True)
class Dialect:
    """How the rows are written; `names` are those of the columns, or None if the file has none.

    `start` is the place in the text of the first row of values, which has `width` cells. Without
    `quotes`, a quote is a letter like any other.
    """

    separator: str
    quote: str
    escape: str | None
    decimal: str
    names: tuple[str, ...] | None
    width: int
    start: int
    quotes: bool = True


def sniff(text: str, asked: Mapping[str, Any]) -> Dialect:
    """The dialect of a table that begins as `text` does; `asked` says what of it is known.

    Its keys may be "separator", "decimal" and "header". Raises NoTableError, EndlessLineError, and
    TooManyColumnsError.
    """
    if len(text) >= SAMPLE and "\n" not in text:
        raise EndlessLineError(limit=SAMPLE)
    whole = text if len(text) < SAMPLE else text[: text.rindex("\n") + 1]
    try:
        return _sniffed(whole, asked, *_quoting(whole))
    except NoTableError:  # perhaps because of a quote that is never closed, and means inches
        return _sniffed(whole, asked, None, None)


def _sniffed(text: str, asked: Mapping[str, Any], quote: str | None, escape: str | None) -> Dialect:
    told = _SEP.match(text)
    begin = told.end() if told else 0
    separator = asked.get("separator") or (told[1] if told and told[1] in SEPARATORS else None)
    separator = separator or _separator(text[begin:], quote, escape)
    records = list(_records(text, begin, separator, quote, escape))
    width = _width(records)
    if width > MAX_COLUMNS:
        raise TooManyColumnsError(count=width, limit=MAX_COLUMNS)
    first = _first(records, width)
    top, *rows = [cells for cells, _end in records[first:] if any(cells)]
    words = [cell.strip() for cells in rows for cell in cells]
    decimal = asked.get("decimal") or decimal_mark(words, separator)
    names = tuple(_aligned(top, rows, width))
    has_header = asked.get("header")
    if has_header is None:
        has_header = _is_header(names, rows, decimal)
    before = records[first - 1][1] if first else begin
    return Dialect(
        separator,
        quote or '"',
        escape,
        decimal,
        names if has_header else None,
        width,
        start=records[first][1] if has_header else before,
        quotes=quote is not None,
    )


def _quoting(text: str) -> tuple[str, str | None]:
    """The character that quotes, and the one in front of a quote that is part of a cell."""
    if '"' not in text and len(_SINGLE.findall(text)) > text.count("\n") / 2:
        return "'", None
    return '"', "\\" if '""' not in text and _ESCAPED.search(text) else None


def _records(
    text: str, begin: int, separator: str, quote: str | None, escape: str | None
) -> Iterator[Record]:
    """The first rows of the text from `begin`; they end where they make no sense any more."""
    lines = io.StringIO(text[begin:], newline="")
    ends: list[int] = [begin]

    def counted() -> Iterator[str]:
        for line in lines:
            ends.append(ends[-1] + len(line))
            yield line

    reader = csv.reader(
        counted(),
        delimiter=separator,
        quotechar=quote,
        escapechar=escape,
        skipinitialspace=True,
        quoting=csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL,
    )
    try:
        for number, cells in enumerate(reader):
            if number >= ROWS:
                return
            yield cells, ends[-1]
    except csv.Error:  # a cell of more than 128 kB: what comes before it is enough
        return


def _separator(text: str, quote: str | None, escape: str | None) -> str:
    """The separator that makes most rows alike; raises NoTableError if none does."""
    best, most = "", REGULAR
    for separator in SEPARATORS:
        widths = [
            len(cells) for cells, _end in _records(text, 0, separator, quote, escape) if cells
        ]
        counted = Counter(width for width in widths if width > 1)
        if not counted:
            continue
        share = round(counted.most_common(1)[0][1] / len(widths), 2)
        if share > most:
            best, most = separator, share
    if not best:
        raise NoTableError
    return best


def _width(records: list[Record]) -> int:
    """How many cells most rows have; raises NoTableError if there are none."""
    counted = Counter(len(cells) for cells, _end in records if any(cells))
    if not counted:
        raise NoTableError
    return counted.most_common(1)[0][0]


def _first(records: list[Record], width: int) -> int:
    """The first row of the table itself: titles, comments and empty lines may stand before it."""
    for index, (cells, _end) in enumerate(records):
        filled = sum(bool(cell.strip()) for cell in cells)
        if not width - 1 <= _length(cells) <= width and len(cells) != width:
            continue
        if filled < 2 <= width:
            continue
        following = [row for row, _end in records[index + 1 :] if row][:1]
        comment = cells[0].lstrip().startswith(_COMMENTS)
        if comment and following and _is_like_a_header(following[0]):
            continue
        return index
    raise NoTableError


def _length(cells: list[str]) -> int:
    """How many cells there are, without empty ones at the end."""
    return max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)


def _is_like_a_header(cells: list[str]) -> bool:
    return not any(is_number(cell, ".") or cell.strip().lower() in MISSING for cell in cells)


def _aligned(first: list[str], rows: list[list[str]], width: int) -> list[str]:
    """The first row with as many cells as the others have.

    One that is short lacks either the name of the row names, as R writes tables, or an empty end.
    """
    if len(first) == width - 1:
        has_end = any(row[-1].strip() for row in rows if len(row) == width)
        first = ["", *first] if has_end else [*first, ""]
    return [*first, *[""] * width][:width]


def _is_header(first: tuple[str, ...], rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row names the columns.

    Columns of numbers tell: a name is none. If there are no such columns, a name does not come again
    as a value, and no two are the same.
    """
    votes = 0
    comes_again = False
    years = _are_years(first)
    for index, name in enumerate(map(str.strip, first)):
        below = {row[index].strip() for row in rows if len(row) > index}
        known = [word for word in below if word.lower() not in MISSING]
        if known and sum(is_number(word, decimal) for word in known) > 0.8 * len(known):
            votes += -1 if is_number(name, decimal) and not years else 1
        comes_again |= bool(name) and name in below
    if votes:
        return votes > 0
    named = [name.strip() for name in first if name.strip()]
    return len(set(named)) == len(named) and not comes_again


def _are_years(first: tuple[str, ...]) -> bool:
    """Whether the numbers in a row can only be names: years, one after the other."""
    numbers = [name.strip() for name in first if is_number(name, ".")]
    return (
        len(numbers) > 2
        and all(len(number) == 4 and number.isdecimal() for number in numbers)
        and numbers == sorted(set(numbers))
    )
