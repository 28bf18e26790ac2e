"""How people write numbers, dates and missing values; all of it asked of many words at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from automl_web.datasets.tables.marks import (
    AFTER,
    BEFORE,
    GROUPED,
    GROUPING,
    MINUS,
    MISSING,
    PLAIN,
)

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

SOFT = frozenset({"none", "nil", "unknown", "missing", "not available", "n.a.", "inf", "-inf"})
"""Words that do so among numbers and dates, and elsewhere may mean themselves."""

LARGEST = 1e30
"""Magnitudes beyond this are taken for mistakes: models reckon with 32 bits."""

BOOLEANS = frozenset({"true", "false"})

_CODE = r"[+-]?0[0-9]+"  # a number would lose the zeros in front

_DAY = r"[0-9]{1,2}"
_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_TIME}"
_WRITTEN = (  # what a word looks like, and the formats that may be meant, without a time
    (rf"[0-9]{{4}}-{_DAY}-{_DAY}", ("%Y-%m-%d",)),
    (rf"[0-9]{{4}}/{_DAY}/{_DAY}", ("%Y/%m/%d",)),
    (rf"[0-9]{{4}}\.{_DAY}\.{_DAY}", ("%Y.%m.%d",)),
    (rf"{_DAY}\.{_DAY}\.[0-9]{{4}}", ("%d.%m.%Y",)),
    (rf"{_DAY}\.{_DAY}\.[0-9]{{2}}", ("%d.%m.%y",)),
    (rf"{_DAY}/{_DAY}/[0-9]{{4}}", ("%m/%d/%Y", "%d/%m/%Y")),
    (rf"{_DAY}/{_DAY}/[0-9]{{2}}", ("%m/%d/%y", "%d/%m/%y")),
    (rf"{_DAY}-{_DAY}-[0-9]{{4}}", ("%d-%m-%Y", "%m-%d-%Y")),
    (rf"{_DAY}[- ][A-Za-z]{{3}}[- ][0-9]{{4}}", ("%d-%b-%Y", "%d %b %Y")),
    (rf"{_DAY}-[A-Za-z]{{3}}-[0-9]{{2}}", ("%d-%b-%y",)),
    (rf"[A-Za-z]{{3}} {_DAY}, ?[0-9]{{4}}", ("%b %d, %Y", "%b %d,%Y")),
    (rf"[A-Za-z]{{4,9}} {_DAY}, ?[0-9]{{4}}", ("%B %d, %Y", "%B %d,%Y")),
)
_CLOCKS = (
    ("", ""),
    (r" [0-9]{1,2}:[0-9]{2}", " %H:%M"),
    (r" [0-9]{1,2}:[0-9]{2}:[0-9]{2}", " %H:%M:%S"),
)


def is_missing(words: pd.Series) -> np.ndarray:
    """Whether each word stands for a missing value, bool (n,)."""
    return np.asarray(words.str.lower().isin(MISSING), dtype=bool)


def is_soft(words: pd.Series) -> np.ndarray:
    """Whether each word stands for a missing value where numbers or dates are expected, bool (n,)."""
    return np.asarray(words.str.lower().isin(SOFT), dtype=bool)


def has_codes(words: pd.Series) -> bool:
    """Whether some are written with zeros in front, as post codes are: no numbers to reckon with."""
    return bool(_fits(words, _CODE).any())


def numbers(words: pd.Series, decimal: str) -> Floats:
    """The words as numbers, (n,); NaN where one is none. `decimal` is the mark before fractions.

    Digits may be grouped in threes, and a sign of money or percent may stand beside them.
    """
    plain = _fits(words, PLAIN[decimal])
    values = np.full(len(words), np.nan)
    values[plain] = _floats(words[plain], decimal)
    if not plain.all():
        values[~plain] = _dressed(words[~plain], decimal)
    values[np.abs(values) > LARGEST] = np.nan
    return values


def _dressed(words: pd.Series, decimal: str) -> Floats:
    """Numbers with what people put around and into them."""
    bare = words.str.replace(MINUS, "-", regex=False)
    bare = bare.str.replace(BEFORE, r"\1", regex=True).str.replace(AFTER, "", regex=True)
    grouped = _fits(bare, GROUPED[decimal])
    marks = rf"[{re.escape(',' if decimal == '.' else '.')}{GROUPING}]"
    bare = bare.where(~grouped, bare.str.replace(marks, "", regex=True))
    plain = _fits(bare, PLAIN[decimal])
    values = np.full(len(words), np.nan)
    values[plain] = _floats(bare[plain], decimal)
    return values


def _fits(words: pd.Series, pattern: str) -> np.ndarray:
    """Whether each word looks like that as a whole, bool (n,)."""
    return np.asarray(words.str.fullmatch(pattern), dtype=bool)


def _floats(words: pd.Series, decimal: str) -> Floats:
    if decimal == ",":
        words = words.str.replace(",", ".", regex=False)
    return np.asarray(pd.to_numeric(words, errors="coerce"), dtype=np.float64)


def dates(words: pd.Series, day_first: bool) -> pd.Series:
    """The words as times, in UTC and without saying so, (n,); NaT where one is none.

    All are read in one way: the one in which most of them make sense.
    """
    best = pd.Series(pd.NaT, index=words.index, dtype="datetime64[us]")
    for shape, format_ in _ways(day_first):
        fits = _fits(words, shape)
        if fits.sum() <= best.notna().sum():
            continue
        read = pd.to_datetime(words[fits], format=format_, errors="coerce", utc=True)
        if read.notna().sum() > best.notna().sum():
            plain = read.dt.tz_localize(None).astype("datetime64[us]")
            best = plain.reindex(words.index)
    return best


def _ways(day_first: bool) -> Iterable[tuple[str, str]]:
    yield _ISO, "ISO8601"
    for shape, formats in _WRITTEN:
        for clock, written in _CLOCKS:
            for format_ in sorted(formats, key=lambda f: f.startswith("%d"), reverse=day_first):
                yield shape + clock, format_ + written
