"""Prints `frontend/src/events.gen.ts`: the events and the live state as TypeScript sees them."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator

from search import events, state
from search.history import EdgeWeights

HEADER = "/** Written by `make events` from search/events.py and search/state.py. Do not edit. */"
CONSTANTS = ("WINDOW", "POINTS", "LOG_LINES", "FULL")
SCALARS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def type_of(hint: object) -> str:
    """The TypeScript type of what JSON makes of a Python annotation; TypeError where there is none."""
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case types.UnionType:
            return " | ".join(type_of(argument) for argument in arguments)
        case origin if origin is list:
            item = type_of(arguments[0])
            return f"({item})[]" if " " in item else f"{item}[]"
        case origin if origin is dict:
            return f"Record<string, {type_of(arguments[1])}>"
    if hint is typing.Any:
        return "unknown"
    if isinstance(hint, type) and hint in SCALARS:
        return SCALARS[hint]
    if typing.is_typeddict(hint):
        return typing.cast(type, hint).__name__
    raise TypeError(f"TypeScript has no word for {hint!r}.")


def _interface(described: type, type_name: str | None) -> Iterator[str]:
    yield f"export interface {described.__name__} {{"
    if type_name is not None:
        yield f'  type: "{type_name}"'
    for name, hint in typing.get_type_hints(described).items():
        if name != "type":
            yield f"  {name}: {type_of(hint)}"
    yield "}"


def module() -> str:
    """The whole file, formatted as Biome would."""
    lines = [HEADER, ""]
    for name in CONSTANTS:
        lines.append(f"export const {name} = {getattr(state, name):g}")
    for type_name, event in events.EVENTS.items():
        lines += ["", *_interface(event, type_name)]
    names = " | ".join(event.__name__ for event in events.EVENTS.values())
    lines += ["", f"export type Event = {names}"]
    for row in (EdgeWeights, state.TrialRow, state.Derivation, state.LiveState):
        lines += ["", *_interface(typing.cast(type, row), None)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(module(), end="")  # noqa: T201 - what this program is for
