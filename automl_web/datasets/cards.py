"""The Data Doctor's cards of a version: findings as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from automl_web.datasets import findings
from automl_web.datasets.findings import Finding
from automl_web.datasets.models import Version

WEIGHTS = (findings.DANGER, findings.WARNING, findings.NOTE)
LONGEST_CELL = 60


@dataclass(frozen=True)
class Picture:
    """An image among the examples: its place in the arrays and the name it was uploaded under."""

    split: str
    index: int
    name: str

    @property
    def short(self) -> str:
        """The name with the folder that the file lies in."""
        return "/".join(self.name.split("/")[-2:])


@dataclass
class Card:
    """A finding in the reader's language.

    `index` names it to the fix, whose button says `fix`. `merges` are the classes that its own may
    be merged into, and `by_hand` says that the form of the version can mend it. The examples are
    pictures in groups, rows of a table, or lines with a remark.
    """

    index: int
    weight: str
    title: str
    sentence: str
    why: str
    fix: str
    merges: list[str]
    by_hand: bool
    pictures: list[list[Picture]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)


def doctor_of(version: Version) -> dict[str, Any]:
    """What `findings.html` shows of a version that is ready: the heaviest cards first."""
    found = findings.findings_of(version.facts)
    cards = [_card(index, finding, version) for index, finding in enumerate(found)]
    cards.sort(key=lambda card: WEIGHTS.index(card.weight))
    verdict = findings.verdict(found)
    return {"cards": cards, "verdict": verdict, "was_checked": "findings" in version.facts}


def _card(index: int, finding: Finding, version: Version) -> Card:
    small = finding["values"].get("classes", ())
    card = Card(
        index,
        finding["weight"],
        findings.title_of(finding),
        findings.sentence_of(finding),
        findings.why_of(finding),
        findings.fix_of(finding) if finding["fix"] else "",
        [name for name in version.classes if name not in small] if small else [],
        findings.is_by_hand(finding),
    )
    for example in finding["examples"]:
        _add(card, example)
    return card


def _add(card: Card, example: Any) -> None:
    """Put an example on the card, whatever it is of."""
    if isinstance(example, str):
        card.lines.append((example, ""))
    elif "items" in example:
        places = zip(example["items"], example["names"], strict=True)
        card.pictures.append([Picture(split, index, name) for (split, index), name in places])
    elif "row" in example:
        card.columns = card.columns or list(example["row"])
        card.rows.append([_cell(example["row"].get(column)) for column in card.columns])
    else:
        card.lines.append((example["file"], findings.reason_of(example["reason"])))


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"{text[:LONGEST_CELL]}…" if len(text) > LONGEST_CELL else text
