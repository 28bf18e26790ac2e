"""What a classifier takes for what, on the test part: of any kind of data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_web.registry.models import ModelVersion

LARGEST_MATRIX = 30
"""Classes beyond which a matrix is no longer readable, so that only the worst confusions are told."""

SHOWN_CONFUSIONS = 5

Counts = list[list[int]]
"""Test items by true class, a row each, and by predicted class, a column each."""


@dataclass(frozen=True)
class Cell:
    """How many of a true class were taken for a class, and how strong that looks, 0 to 4."""

    count: int
    is_right: bool
    heat: int


@dataclass(frozen=True)
class Confusion:
    """Items of one class that were taken for another."""

    count: int
    true: str
    predicted: str


def shown(model: ModelVersion) -> dict[str, Any]:
    """What the template of the matrix shows of a model."""
    counts, classes = counts_of(model), model.run.dataset.classes
    return {
        "counts": counts,
        "classes": classes,
        "matrix": matrix(counts, classes),
        "confusions": confusions(counts, classes),
    }


def counts_of(model: ModelVersion) -> Counts:
    """The counts (K, K) that the export made; empty if it failed."""
    counts: Counts = model.results.get("confusion", [])
    return counts


def tested(model: ModelVersion) -> int:
    """How many test items were counted."""
    return sum(map(sum, counts_of(model)))


def matrix(counts: Counts, classes: list[str]) -> list[tuple[str, list[Cell]]]:
    """The rows of the matrix, a true class each; empty if there are too many."""
    if len(classes) > LARGEST_MATRIX:
        return []
    return [
        (name, [_cell(count, i == j, sum(row)) for j, count in enumerate(row)])
        for i, (name, row) in enumerate(zip(classes, counts, strict=False))
    ]


def _cell(count: int, is_right: bool, total: int) -> Cell:
    """Heat is the share of the row in quarters, begun ones counting: one image can be seen already."""
    return Cell(count, is_right, -(-4 * count // total) if total else 0)


def confusions(counts: Counts, classes: list[str]) -> list[Confusion]:
    """What is most often taken for what."""
    wrong = [
        Confusion(count, classes[i], classes[j])
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(wrong, key=lambda confusion: -confusion.count)[:SHOWN_CONFUSIONS]
