"""What numbers and missing values look like, one word at a time; no pandas, so that a glance is quick."""

from __future__ import annotations

import re
from collections.abc import Iterable

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?", "-", "--", ".", "#n/a", "<na>"})
"""Words that stand for a missing value in any column, in small letters."""

_MONEY = r"[$€£¥]"
BEFORE = rf"^([+-]?)\s?{_MONEY}\s?"
AFTER = rf"\s?(?:%|{_MONEY})$"
MINUS = "\u2212"
GROUPING = " \u2009\u00a0\u202f'\u2019"  # spaces, some that never break, and Swiss apostrophes
_POWER = r"(?:[eE][+-]?[0-9]{1,3})?"

PLAIN = {
    ".": rf"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+){_POWER}",
    ",": rf"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+){_POWER}",
}
GROUPED = {
    ".": rf"[+-]?[0-9]{{1,3}}(?:[,{GROUPING}][0-9]{{3}})+(?:\.[0-9]+)?",
    ",": rf"[+-]?[0-9]{{1,3}}(?:[.{GROUPING}][0-9]{{3}})+(?:,[0-9]+)?",
}
_NUMBER = {
    mark: re.compile(
        rf"(?:[+-]?\s?{_MONEY}\s?)?(?:{PLAIN[mark]}|{GROUPED[mark]})(?:\s?(?:%|{_MONEY}))?"
    )
    for mark in (".", ",")
}
_COMMA_ONLY = re.compile(r"[+-]?(?:\d+,\d{1,2}|\d+,\d{4,}|0,\d+|\d{1,3}(?:\.\d{3})+,\d+)(?: ?%)?")
_POINT_ONLY = re.compile(
    r"[+-]?(?:\d+\.\d{1,2}|\d+\.\d{4,}|0?\.\d+|\d{1,3}(?:,\d{3})+\.\d+)(?: ?%)?"
)
_EITHER = re.compile(r"[+-]?\d{1,3},\d{3}")


def is_number(word: str, decimal: str) -> bool:
    """Whether a word is a number as `numbers` reads them."""
    return _NUMBER[decimal].fullmatch(word.strip()) is not None


def decimal_mark(words: Iterable[str], separator: str) -> str:
    """The mark before fractions that these words are written with, a comma or a point.

    Where all of them can be read either way, as 1,234 can, the separator of the file tells.
    """
    commas = points = either = 0
    for word in words:
        commas += _COMMA_ONLY.fullmatch(word) is not None
        points += _POINT_ONLY.fullmatch(word) is not None
        either += _EITHER.fullmatch(word) is not None
    if commas == points:
        return "," if either and separator == ";" else "."
    return "," if commas > points else "."
