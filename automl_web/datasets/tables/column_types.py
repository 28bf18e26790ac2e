"""What each column holds: numbers, categories, dates, or what no model of tables can learn from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.tables.spelling import (
    BOOLEANS,
    LARGEST,
    dates,
    has_codes,
    is_missing,
    is_soft,
    numbers,
)

NUMBER, CATEGORY, DATE, TEXT, LEAVE_OUT = TYPES = (
    "number",
    "category",
    "date",
    "text",
    "leave out",
)
"""What a person may say that a column is; models learn from the first three."""

IDENTIFIER, MANY, EMPTY, GROUP, ASKED = "identifier", "many", "empty", "group", "asked"
"""Why a column is left out, beside TEXT and that it is nested."""

SAMPLE = 1_000
"""Different words by which is guessed what is then checked on all."""

LIKELY = 0.9
"""The share of the sample that must be numbers or dates, for all words to be tried."""

TOLERATED = 0.01
"""The share of all cells that may be something else; they are taken as missing, and told."""

FEW, MAX_CATEGORIES = 20, 1_000
REPEATED = 2
"""How often each word must occur, on average, for many words to be categories."""

LONG_WORDS, LONG_CHARACTERS = 4.0, 40.0
"""Averages beyond which cells are sentences and not names."""

LEAST = 10
"""Rows below which nothing is concluded from all values being different."""

_ID_NAME = re.compile(
    r"(.*[^a-z])?(id|idx|index|uuid|guid|row ?names?|row|nr|no|key)", re.IGNORECASE
)
_HIDDEN_INDEX = "__index_level_"

Values = Any
"""A pandas Series: float64, words with gaps, or datetime64."""


@dataclass
class Column:
    """A column and its type; where it is left out, `reason` says why, and `values` are words.

    `odd` cells are no numbers or no dates although the others are, such as `example`: they count as
    missing.
    """

    name: str
    type: str
    values: Values
    reason: str = ""
    odd: int = 0
    example: str = ""

    @property
    def is_used(self) -> bool:
        return not self.reason

    @property
    def missing(self) -> int:
        return int(self.values.isna().sum())

    def of_rows(self, keep: np.ndarray) -> Column:
        """The column with only some of its rows; without a value among them it is left out."""
        values = self.values[keep].reset_index(drop=True)
        reason = self.reason if values.notna().any() else EMPTY
        return replace(self, values=values, reason=reason)


@dataclass(frozen=True)
class Words:
    """The cells of a column of words: `distinct` ones, and of each cell the place there, or -1."""

    codes: np.ndarray
    distinct: Values

    @classmethod
    def of(cls, cells: Values) -> Words:
        """Words that stand for missing values are gaps."""
        codes, found = pd.factorize(cells)
        distinct = pd.Series(found, dtype="str")
        gone = is_missing(distinct)
        place = np.append(np.where(gone, -1, np.cumsum(~gone) - 1), -1)
        return cls(place[codes], distinct[~gone].reset_index(drop=True))

    @property
    def known(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def counts(self) -> np.ndarray:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.distinct))

    def spread(self, values: Values) -> Values:
        """One value for each distinct word, brought to the cells; what is missing is a gap."""
        return pd.Series(values).reindex(self.codes).reset_index(drop=True)


def typed(name: str, cells: Values, asked: str | None, decimal: str) -> Column:
    """The column with the type that was asked for, else with the likeliest one."""
    if asked in (TEXT, LEAVE_OUT):
        reason = TEXT if asked == TEXT else ASKED
        return Column(name, asked, _as_words(cells), reason)
    if asked == CATEGORY:
        return _categories(name, Words.of(_as_words(cells)))
    if pd.api.types.is_datetime64_dtype(cells) and asked != NUMBER:
        return Column(name, DATE, cells) if cells.notna().any() else _empty(name, cells)
    if pd.api.types.is_float_dtype(cells) and asked != DATE:
        return _guess_of_numbers(name, cells.where(cells.abs() <= LARGEST), asked)
    words = Words.of(_as_words(cells))
    if asked is not None:
        column = _read_as(asked, name, words, decimal)
        return column if column.values.notna().any() else _empty(name, column.values)
    return _guess(name, words, decimal)


def _guess(name: str, words: Words, decimal: str) -> Column:
    if not words.known:
        return _empty(name, words.spread(words.distinct))
    for kind in (NUMBER, DATE):
        if len(words.distinct) > SAMPLE and not _is_likely(kind, words.distinct[:SAMPLE], decimal):
            continue
        column = _read_as(kind, name, words, decimal)
        if column.odd > TOLERATED * words.known or not column.values.notna().any():
            continue
        if kind == DATE:
            return column
        if not has_codes(words.distinct):
            return _guess_of_numbers(name, column.values, None, column)
    return _guess_of_words(name, words)


def _is_likely(kind: str, sample: Values, decimal: str) -> bool:
    """Whether a sample of the words is mostly of that kind."""
    return bool(_parsed(kind, sample, decimal).notna().mean() >= LIKELY)


def _parsed(kind: str, words: Values, decimal: str) -> Values:
    if kind == NUMBER:
        return pd.Series(numbers(words, decimal), index=words.index)
    return dates(words, day_first=decimal == ",")


def _read_as(kind: str, name: str, words: Words, decimal: str) -> Column:
    """The words as numbers or dates; those that are none become gaps."""
    values = _parsed(kind, words.distinct, decimal)
    column = Column(name, kind, words.spread(values))
    gaps = values.isna().to_numpy()
    if gaps.any():
        odd = gaps & ~is_soft(words.distinct)
        column.odd = int(words.counts[odd].sum())
        column.example = str(words.distinct[odd].iloc[0]) if odd.any() else ""
    return column


def _guess_of_numbers(
    name: str, values: Values, asked: str | None, column: Column | None = None
) -> Column:
    """Numbers, unless they only name the rows."""
    column = column or Column(name, NUMBER, values)
    if not values.notna().any():
        return _empty(name, values)
    if asked is None and _only_names_rows(name, values):
        column.reason = IDENTIFIER
    return column


def _only_names_rows(name: str, values: Values) -> bool:
    """Whether these are row numbers, or all different and called so."""
    if name.startswith(_HIDDEN_INDEX):
        return True
    known = values.to_numpy()
    if len(known) < LEAST or np.isnan(known).any() or (known != np.round(known)).any():
        return False
    counts_up = known[0] in (0, 1) and bool((np.diff(known) == 1).all())
    return counts_up or (bool(_ID_NAME.fullmatch(name)) and bool(values.is_unique))


def _guess_of_words(name: str, words: Words) -> Column:
    column = _categories(name, words)
    different, known = len(words.distinct), words.known
    sample = words.distinct[:SAMPLE]
    is_long = (
        sample.str.count(" ").mean() >= LONG_WORDS or sample.str.len().mean() > LONG_CHARACTERS
    )
    if different == known and known >= LEAST:
        column.reason = TEXT if is_long else IDENTIFIER
    elif different > FEW and different * REPEATED > known:
        column.reason = TEXT if is_long else MANY
    if column.reason:
        column.type = TEXT
    return column


def _categories(name: str, words: Words) -> Column:
    distinct = words.distinct
    small = distinct.str.lower()
    if small.isin(BOOLEANS).all():
        distinct = small
    column = Column(name, CATEGORY, words.spread(distinct).astype("str"))
    if not words.known:
        return _empty(name, column.values)
    if len(distinct) > MAX_CATEGORIES:
        column.reason = MANY
    return column


def _empty(name: str, values: Values) -> Column:
    return Column(name, LEAVE_OUT, values, EMPTY)


def _as_words(cells: Values) -> Values:
    """Cells of any type as words: 3 and not 3.0, and days without a time where all are so."""
    if pd.api.types.is_float_dtype(cells):
        codes, found = pd.factorize(cells)
        written = pd.Series([spelt(number) for number in found], dtype="str")
        return written.reindex(codes).reset_index(drop=True)
    if pd.api.types.is_datetime64_dtype(cells):
        is_day = bool((cells.dropna() == cells.dropna().dt.normalize()).all())
        return cells.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S").astype("str")
    return cells


def spelt(number: float) -> str:
    """A number as people write it: 3 and not 3.0."""
    return (
        str(int(number)) if number == round(number) and abs(number) < 2**53 else repr(float(number))
    )
