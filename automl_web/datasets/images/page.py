"""What a dataset's page says of a version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import ngettext

from automl_web.datasets import findings
from automl_web.datasets.images.thumbnails import strip_size
from automl_web.datasets.models import Version
from automl_web.datasets.parts import SHARES, SPLITS


@dataclass(frozen=True)
class ClassRow:
    """A class: its images in each split, and the size of its strip of thumbnails in pixels."""

    index: int
    name: str
    counts: tuple[int, ...]
    width: int
    height: int

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class SplitRow:
    """A split: how many images, whether it came along with the upload, else its share in per cent."""

    name: str
    images: int
    was_given: bool
    share: int


def facts_of(version: Version) -> dict[str, Any]:
    """Everything that the template of a ready version shows."""
    facts = version.facts
    rows = _class_rows(version)
    return {
        "rows": rows,
        "largest": max(rows, key=lambda row: row.total),
        "smallest": min(rows, key=lambda row: row.total),
        "splits": [_split_row(facts, split) for split in SPLITS],
        "listed": facts.get("listed"),
        "groups": facts.get("groups"),
        "skipped": [(name, findings.reason_of(reason)) for name, reason in _skipped(facts)],
        "unlisted": facts["skipped"]["count"] - len(_skipped(facts)),
    }


def _split_row(facts: dict[str, Any], split: str) -> SplitRow:
    share = {**SHARES, **facts.get("shares", {})}.get(split, 0)
    images = sum(facts["counts"][split])
    return SplitRow(split, images, split in facts["given"], round(100 * share))


def summary(version: Version) -> str:
    """A line about a version that is ready."""
    images, classes = version.facts["images"], len(version.classes)
    told = [
        ngettext("%(n)s image", "%(n)s images", images) % {"n": number_format(images)},
        ngettext("%(n)s class", "%(n)s classes", classes) % {"n": classes},
    ]
    return " · ".join(told)


def _skipped(facts: dict[str, Any]) -> list[list[str]]:
    return list(facts["skipped"]["first"])


def _class_rows(version: Version) -> list[ClassRow]:
    counts = zip(*(version.facts["counts"][split] for split in SPLITS), strict=True)
    return [
        ClassRow(index, name, per_split, *strip_size(version, per_split[0]))
        for index, (name, per_split) in enumerate(zip(version.classes, counts, strict=True))
    ]
