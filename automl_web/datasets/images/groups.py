"""Which images belong together, as a part of their file names says: those of one patient, say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from automl_web.datasets.images.layout import Item

COLUMN = "column:"
"""Begins a pattern that names a column of the file of labels."""

BEFORE, LAST = "before:", "last:"
PATTERNS = (
    *(f"{BEFORE}{mark}" for mark in "_-. "),
    *(f"{LAST}{mark}" for mark in "_-"),
    "number",
    "folder",
)
"""The part before the first of a mark, the part before its last, the name without the number that it
ends with, and the folder that the image lies in."""

FEWEST = 3
"""Groups that a class needs: each part gets one."""

_NUMBER = re.compile(r"[\W_]*\d+$")


def group_of(pattern: str, parts: tuple[str, ...]) -> str:
    """The group of the file at the path `parts`; empty if the pattern does not fit its name."""
    stem = parts[-1].rpartition(".")[0]
    if pattern == "folder":
        return parts[-2] if len(parts) > 1 else ""
    if pattern == "number":
        shorter = _NUMBER.sub("", stem)
        return shorter if shorter != stem else ""
    first, mark, _rest = stem.partition(pattern.removeprefix(BEFORE))
    if pattern.startswith(LAST):
        first, mark, _rest = stem.rpartition(pattern.removeprefix(LAST))
    return first if mark else ""


def choices(items: Iterable[Item]) -> list[dict[str, Any]]:
    """The patterns that would make groups enough of these items, each with an example, as JSON."""
    known = list(items)
    found = (_choice(pattern, known) for pattern in PATTERNS)
    return [choice for choice in found if choice]


def _choice(pattern: str, items: list[Item]) -> dict[str, Any] | None:
    """What there is to say of a pattern; None if it says nothing of these items, or too little."""
    of_class: dict[str, set[str]] = {}
    example = None
    for item in items:
        group = group_of(pattern, item.member.parts)
        if group and example is None:
            example = {"file": item.member.parts[-1][:200], "part": group[:200]}
        of_class.setdefault(item.label, set()).add(group or item.id)
    groups = len(set().union(*of_class.values()))
    too_few = min(map(len, of_class.values())) < FEWEST
    if example is None or too_few or groups == len(items):
        return None
    return {"pattern": pattern, "groups": groups, **example}
