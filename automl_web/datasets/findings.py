"""What the Data Doctor found in a version: made while preparing, kept as JSON, told in sentences.

No Django models here: the decoder loads it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.datasets.unreadable import (
    DAMAGED,
    IN_NO_PART,
    NO_LABEL,
    NOT_AN_IMAGE,
    NOT_IN_A_CLASS,
    NOT_TEXT,
    OTHER_COLUMNS,
    TOO_LARGE,
)
from automl_web.datasets.words import CARDS

NOTE, WARNING, DANGER = "note", "warning", "danger"
"""Good to know; colours the result; makes the result worthless."""

SHOWN = 6
"""Examples that a card shows."""

SPOILT = 0.1
"""The share of the test items that may be known from training before the score is worth nothing."""

LONGEST_NAME = 40

Finding = dict[str, Any]
"""As JSON: code, values, examples, fix, weight."""


@dataclass(frozen=True)
class Verdict:
    """In one sentence whether the data is fit to search on, and the heaviest weight that was found."""

    weight: str
    sentence: str


def found(
    code: str,
    weight: str = WARNING,
    fix: Mapping[str, Any] | None = None,
    examples: Iterable[Any] = (),
    **values: Any,
) -> Finding:
    """A finding, one of `words.CARDS`, whose %(names)s are `values`.

    `fix` is what the options of the version need to be without it: lists are joined to those that
    are there, mappings updated. The first examples are shown. An example is a text, or one of

    - `{"items": [[split, index], …], "names": […]}`: images that belong together, by their places
      in the prepared arrays;
    - `{"row": {column: value, …}}`: a row of a table, texts and numbers.
    """
    shown = [example for example, _number in zip(examples, range(SHOWN), strict=False)]
    fix = None if fix is None else dict(fix)
    return {"code": code, "weight": weight, "values": values, "fix": fix, "examples": shown}


def weight_of_seen(count: int, tested: int) -> str:
    """How heavy it is that `count` of `tested` test items are known from training."""
    return DANGER if count > SPOILT * tested else WARNING


def findings_of(facts: Mapping[str, Any]) -> list[Finding]:
    """The findings of a version, also of one that was prepared when they were only warnings."""
    if "findings" in facts:
        return list(facts["findings"])
    return [found(code, **values) for code, values in facts.get("warnings", ())]


def title_of(finding: Finding) -> str:
    return str(CARDS[finding["code"]].title)


def sentence_of(finding: Finding) -> str:
    """What was found, in the reader's language."""
    return _said(CARDS[finding["code"]].found, finding)


def why_of(finding: Finding) -> str:
    """Why that matters, and what else can be done."""
    return _said(CARDS[finding["code"]].why, finding)


def fix_of(finding: Finding) -> str:
    """What the button of the fix says."""
    return _said(CARDS[finding["code"]].fix, finding)


def done_of(finding: Finding) -> str:
    """What the fix has done, as part of a sentence."""
    return _said(CARDS[finding["code"]].done, finding)


def is_by_hand(finding: Finding) -> bool:
    """Whether it can be mended in the form that prepares data differently."""
    return CARDS[finding["code"]].by_hand


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Whether data with these findings is fit to search on."""
    weights = [finding["weight"] for finding in findings]
    dangers, warnings = weights.count(DANGER), weights.count(WARNING)
    if dangers:
        sentence = ngettext(
            "Not fit to search on yet: %(count)s finding would make its scores worthless. "
            "Mend it first.",
            "Not fit to search on yet: %(count)s findings would make its scores worthless. "
            "Mend them first.",
            dangers,
        )
        return Verdict(DANGER, sentence % {"count": dangers})
    if warnings:
        sentence = ngettext(
            "Fit to search on, but look at %(count)s finding first.",
            "Fit to search on, but look at %(count)s findings first.",
            warnings,
        )
        return Verdict(WARNING, sentence % {"count": warnings})
    return Verdict(NOTE, _("Fit to search on: nothing was found that would mislead a search."))


class _Number(int):
    """A whole number that chooses between one and many, and is written as the reader does."""

    def __str__(self) -> str:
        return str(number_format(int(self)))


def _said(text: Any, finding: Finding) -> str:
    """The text with the values in it; those without a sentence are empty."""
    return str(text % {name: _told(v) for name, v in finding["values"].items()}) if text else ""


def _told(value: Any) -> Any:
    """A value as it stands in a sentence: names are cut so that it can still be read."""
    if isinstance(value, int):
        return _Number(value)
    if isinstance(value, float):
        return number_format(f"{value:.3g}")
    text = str(value)
    return f"{text[:LONGEST_NAME]}…" if len(text) > LONGEST_NAME else text


def reason_of(reason: str) -> str:
    """Why a file was skipped, in the reader's language."""
    reasons = {
        DAMAGED: _("cannot be read: damaged, or not what its name says"),
        TOO_LARGE: _(
            "is too large: at most 50 million pixels, 64 MB as a file and 200 MB in memory"
        ),
        NOT_AN_IMAGE: _("is no PNG, JPEG, BMP, GIF or WebP image"),
        NOT_IN_A_CLASS: _("does not lie in a class folder"),
        NO_LABEL: _("has no class in the list"),
        NOT_TEXT: _("is no plain text"),
        IN_NO_PART: _("is of no part: its name says neither train, validation nor test"),
        OTHER_COLUMNS: _("has other columns than the first table"),
    }
    return reasons[reason]
