"""What a person has chosen for a text, or a fix for them; what is left open is guessed from the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from automl_web.datasets.encodings import CHOICES
from automl_web.datasets.parts import SHARES


@dataclass(frozen=True)
class Choices:
    """The options of a version of a text, by the names that they have in the database.

    `once` leaves out all copies of a text but one, and of running text the training lines that the test
    part has, too; `drop` leaves out items by their names or numbers, `without` classes. `merge` tells
    which class others become, and `shares` how large the parts are. No class has more than `balance`
    times as many texts to train on as the smallest; 0 sets no limit.
    """

    task: str = ""
    unit: str = ""
    encoding: str = ""
    text: str = ""
    label: str = ""
    group: str = ""
    lowercase: bool = False
    once: bool = False
    drop: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    merge: Mapping[str, str] = field(default_factory=dict)
    balance: float = 0
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read the options, those of other kinds of data left aside."""
        encoding = _word(options, "encoding")
        return cls(
            task=_word(options, "task"),
            unit=_word(options, "unit"),
            encoding=encoding if encoding in CHOICES else "",
            text=_word(options, "text"),
            label=_word(options, "label"),
            group=_word(options, "group"),
            lowercase=bool(options.get("lowercase")),
            once=bool(options.get("once")),
            drop=frozenset(map(str, options.get("drop", ()))),
            without=frozenset(map(str, options.get("without", ()))),
            merge=options.get("merge", {}),
            balance=float(options.get("balance") or 0),
            shares={**SHARES, **options.get("shares", {})},
        )


def _word(options: Mapping[str, Any], name: str) -> str:
    return str(options.get(name) or "")
