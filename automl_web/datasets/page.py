"""What a dataset's page says of a version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import ngettext

from automl_web.datasets import findings
from automl_web.datasets.layout import SPLITS
from automl_web.datasets.models import Version
from automl_web.datasets.thumbnails import strip_size


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
    """A split: how many images, and whether it came along with the upload."""

    name: str
    images: int
    was_given: bool


def facts_of(version: Version) -> dict[str, Any]:
    """Everything that the template of a ready version shows."""
    facts = version.facts
    rows = _class_rows(version)
    return {
        "rows": rows,
        "largest": max(rows, key=lambda row: row.total),
        "smallest": min(rows, key=lambda row: row.total),
        "splits": [
            SplitRow(split, sum(facts["counts"][split]), split in facts["given"])
            for split in SPLITS
        ],
        "skipped": [(name, findings.reason_of(reason)) for name, reason in _skipped(facts)],
        "unlisted": facts["skipped"]["count"] - len(_skipped(facts)),
    }


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
