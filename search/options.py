"""One declaration per option: it feeds the form, the validation, the docs and the tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, get_type_hints

from search.message import Message


class OptionError(ValueError):
    """These options cannot be used."""

    def __init__(self, errors: Mapping[str, Message]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class OptionInfo:
    """What is known of one option: enough to draw a field and to judge a value."""

    name: str
    kind: type
    default: Any
    title: str
    help: str
    minimum: float | None
    maximum: float | None
    choices: tuple[tuple[str, str], ...]


def option(
    default: Any,
    *,
    title: str,
    help: str,  # noqa: A002 - the word that forms, argparse and the docs use
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[tuple[str, str], ...] = (),
) -> Any:
    """Declare a field of a method's `Options`; `choices` are pairs of value and label."""
    info = {
        "title": title,
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
    }
    return field(default=default, metadata=info)


@dataclass(frozen=True)
class NoOptions:
    """A method without options."""


def describe(options: type) -> tuple[OptionInfo, ...]:
    """The declarations of an `Options` dataclass in their written order."""
    kinds = get_type_hints(options)
    return tuple(
        OptionInfo(name=f.name, kind=kinds[f.name], default=f.default, **f.metadata)
        for f in fields(options)
        if f.default is not MISSING
    )


def parse(options: type, raw: Mapping[str, Any]) -> Any:
    """Build `options` from strings or JSON values, or raise `OptionError` naming every bad field."""
    values: dict[str, Any] = {}
    errors: dict[str, Message] = {}
    known = {info.name: info for info in describe(options)}
    for name in raw.keys() - known.keys():
        errors[name] = Message("There is no such option.")
    for name, info in known.items():
        try:
            values[name] = _value(info, raw[name]) if name in raw else info.default
        except _RefusalError as refusal:
            errors[name] = refusal.message
    if not errors:
        try:
            return options(**values)
        except OptionError as error:  # a rule between options, raised by __post_init__
            errors = error.errors
    raise OptionError(errors)


class _RefusalError(Exception):
    """One value cannot be used."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text)
        self.message = Message(text, values)


def _value(info: OptionInfo, raw: Any) -> Any:
    if info.kind is bool:
        return _boolean(raw)
    if info.choices:
        return _choice(info, raw)
    if info.kind is str:
        return str(raw)
    return _number(info, raw)


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text in {"true", "on", "1", "yes"}:
        return True
    if text in {"false", "off", "0", "no", ""}:
        return False
    raise _RefusalError("Answer yes or no.")


def _choice(info: OptionInfo, raw: Any) -> Any:
    for value, _label in info.choices:
        if str(raw) == str(value):
            return info.kind(value)
    known = ", ".join(str(value) for value, _label in info.choices)
    raise _RefusalError("Choose one of: %(known)s.", known=known)


def _number(info: OptionInfo, raw: Any) -> float | int:
    try:
        value = info.kind(raw if not isinstance(raw, str) else raw.strip())
    except (TypeError, ValueError, OverflowError):  # the last of an infinity that is to be whole
        whole = info.kind is int
        raise _RefusalError("Enter a whole number." if whole else "Enter a number.") from None
    if isinstance(raw, float) and raw != value:
        raise _RefusalError("Enter a whole number.")
    if not math.isfinite(value):
        raise _RefusalError("Enter a finite number.")
    if info.minimum is not None and value < info.minimum:
        raise _RefusalError("Must be at least %(minimum)s.", minimum=f"{info.minimum:g}")
    if info.maximum is not None and value > info.maximum:
        raise _RefusalError("Must be at most %(maximum)s.", maximum=f"{info.maximum:g}")
    return value  # type: ignore[no-any-return]
