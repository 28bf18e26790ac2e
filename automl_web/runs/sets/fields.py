"""What a kind of set of architectures tells the form that edits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms


def _no_faults(filled: Mapping[str, Any]) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class SetFields:
    """The fields of a kind of set, each by the name that its declaration has for it.

    `make` gives new fields; those in `wide` take a whole row of the form. `faults` tells by field what
    does not fit together, of values that are right each by itself; what else is wrong, the set says.
    """

    make: Callable[[], dict[str, forms.Field]]
    wide: tuple[str, ...] = ()
    faults: Callable[[Mapping[str, Any]], dict[str, str]] = _no_faults
