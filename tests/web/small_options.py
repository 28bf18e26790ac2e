"""Options with which every method comes to its own branch within a few trials, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from search.method import GUIDED, Method
from search.options import describe

UNGUIDED = {"random_search", "grid"}
"""Methods that learn nothing from what they see."""

SMALL = {
    "start_up": 2,
    "particles": 2,
    "population": 3,
    "population_size": 3,
    "sample_size": 2,
    "eta": 2,
    "max_epochs": 4,
    "initial": 4,
    "epochs": 2,
    "generations": 3,
    "random_controls": 1,
    "warm_up": 0,
    "levels": 3,
    "cycles": 1,
    "children": 2,
}
"""Options at their smallest, by name."""


def small_options(method: Method) -> dict[str, Any]:
    """The method's options of these names, within its bounds."""
    return {
        info.name: max(SMALL[info.name], info.minimum or SMALL[info.name])
        for info in describe(method.options)
        if info.name in SMALL
    }


def is_guided(method: Method, memos: Iterable[Mapping[str, Any]]) -> bool:
    """Whether what it had seen decided some proposal of the method, if it is one that learns."""
    return method.name in UNGUIDED or any(memo.get(GUIDED) for memo in memos)
