"""Reading declarations of sets of architectures: each question raises SpaceError with a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from search.architecture.ops import OPS
from search.space import SpaceError


def check_names(document: Mapping[str, Any], known: Collection[str]) -> None:
    """That the declaration names nothing that is not read."""
    for name in document:
        if name not in known:
            raise SpaceError(f"The architecture has no {name}.")


def ops(given: Any) -> tuple[str, ...]:
    """The operations to choose from: at least one, each once, and `zero` is none."""
    if not isinstance(given, list) or not given:
        raise SpaceError("The architecture needs at least one operation in ops.")
    for op in given:
        if op == "zero" or not isinstance(op, str) or op not in OPS:
            known = ", ".join(name for name in OPS if name != "zero")
            raise SpaceError(f"There is no operation {op!r} to choose. Choose from {known}.")
    if len(set(given)) != len(given):
        raise SpaceError("Every operation is named once.")
    return tuple(given)


def whole(document: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """The whole number of this name, from `least` to `most`."""
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise SpaceError(f"The architecture's {name} is a whole number from {least} to {most}.")
    return value


def levels(
    document: Mapping[str, Any], name: str, least: float, most: float, *, whole: bool = True
) -> tuple[Any, ...]:
    """The numbers of this name to choose from, from little to much, each from `least` to `most`."""
    given = document.get(name)
    kinds = (int,) if whole else (int, float)
    named = "whole numbers" if whole else "numbers"
    problem = SpaceError(
        f"The architecture's {name} is a list of different {named} from {least:g} to {most:g}."
    )
    if not isinstance(given, list) or not given:
        raise problem
    for value in given:
        if not isinstance(value, kinds) or isinstance(value, bool) or not least <= value <= most:
            raise problem
    if len(set(given)) != len(given):
        raise problem
    return tuple(sorted(given))


def some_of(document: Mapping[str, Any], name: str, known: Collection[Any]) -> tuple[Any, ...]:
    """The things of this name to choose from: at least one of those that are known, each once."""
    given = document.get(name)
    types = {type(each) for each in known}
    fits = isinstance(given, list) and all(type(v) in types and v in known for v in given)
    if not fits or not given or len(set(given)) != len(given):
        listed = ", ".join(map(str, known))
        raise SpaceError(f"The architecture's {name} is a list of some of {listed}, each once.")
    return tuple(given)
