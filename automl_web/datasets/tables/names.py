"""The names of columns; no pandas, so that they are known quickly."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_NAME = 200


def unique_names(names: Iterable[str], unnamed: str = "column") -> list[str]:
    """Names that people can see and that differ: “column 3” for an empty one, “price (2)” for a second."""
    taken: set[str] = set()
    found = []
    for number, written in enumerate(names, start=1):
        plain = " ".join(written.replace("\0", "").split())[:LONGEST_NAME] or f"{unnamed} {number}"
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain} ({count})"
        taken.add(name)
        found.append(name)
    return found
