"""The Data Doctor's cards of a version: findings as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_web.datasets import findings
from automl_web.datasets.findings import Finding
from automl_web.datasets.models import Version

WEIGHTS = (findings.DANGER, findings.WARNING, findings.NOTE)


@dataclass(frozen=True)
class Card:
    """A finding in the reader's language; `index` names it to the fix, whose button says `fix`."""

    index: int
    weight: str
    title: str
    sentence: str
    why: str
    fix: str


def doctor_of(version: Version) -> dict[str, Any]:
    """What `findings.html` shows of a version that is ready: the heaviest cards first."""
    found = findings.findings_of(version.facts)
    cards = [_card(index, finding) for index, finding in enumerate(found)]
    cards.sort(key=lambda card: WEIGHTS.index(card.weight))
    return {"cards": cards, "verdict": findings.verdict(found)}


def _card(index: int, finding: Finding) -> Card:
    return Card(
        index,
        finding["weight"],
        findings.title_of(finding),
        findings.sentence_of(finding),
        findings.why_of(finding),
        findings.fix_of(finding) if finding["fix"] else "",
    )
