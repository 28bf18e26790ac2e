"""What a dataset's page says of a version that is text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.datasets import encodings
from automl_web.datasets.models import Version
from automl_web.datasets.parts import SPLITS
from search.training.text.meta import CHARACTERS, CLASSIFICATION

NAMES = {"\n": "↵", " ": "␣", "\t": "⇥", "\u00a0": "⍽"}
"""How tokens are shown that are no letters."""


@dataclass(frozen=True)
class Part:
    """A part: its name, tokens or texts in it, whether it came along, and some of its text."""

    name: str
    count: str
    was_given: bool
    samples: list[dict[str, str]]


@dataclass(frozen=True)
class ClassRow:
    """A class: how many texts of it each part has."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def facts_of(version: Version) -> dict[str, Any]:
    """Everything that the template of a ready version shows."""
    facts = version.facts
    rows = _rows(facts)
    return {
        "parts": [
            Part(
                name,
                number_format(facts["counts"][name], force_grouping=True),
                name in facts["given"],
                facts["samples"][name],
            )
            for name in SPLITS
        ],
        "is_classified": facts["task"] == CLASSIFICATION,
        "is_characters": facts["unit"] == CHARACTERS,
        "rows": rows,
        "largest": max((row.total for row in rows), default=0),
        "vocabulary": [
            (_shown(token), number_format(n, force_grouping=True))
            for token, n in facts["vocabulary"]["first"]
        ],
        "size": facts["vocabulary"]["size"],
        "unknown": _percent(facts["unknown"]["test"]),
        "encodings": [encodings.title(codec) for codec in facts["encodings"]],
    }


def summary(version: Version) -> str:
    """A line about a version that is ready."""
    facts = version.facts
    count = sum(facts["counts"].values())
    shown = {"n": number_format(count, force_grouping=True)}
    if facts["task"] == CLASSIFICATION:
        classes = len(version.classes)
        told = ngettext("%(n)s class", "%(n)s classes", classes) % {"n": classes}
        return " · ".join([ngettext("%(n)s text", "%(n)s texts", count) % shown, told])
    if facts["unit"] == CHARACTERS:
        return ngettext("%(n)s character", "%(n)s characters", count) % shown
    return ngettext("%(n)s word", "%(n)s words", count) % shown


def _rows(facts: dict[str, Any]) -> list[ClassRow]:
    if facts["task"] != CLASSIFICATION:
        return []
    counts = zip(*(facts["per_class"][name] for name in SPLITS), strict=True)
    return [ClassRow(name, each) for name, each in zip(facts["classes"], counts, strict=True)]


def _shown(token: str) -> str:
    """A token to look at: what has no shape of its own is named."""
    if token in NAMES or token.isprintable():
        return NAMES.get(token, token)
    return " ".join(f"U+{ord(character):04X}" for character in token)


def _percent(share: float) -> str:
    """A share to read; none at all is told apart from hardly any."""
    if 0 < share < 0.001:
        return _("under 0.1 %")
    return _("%(n)s %%") % {"n": number_format(f"{100 * share:.3g}")}
