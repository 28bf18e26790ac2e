"""Tables that come with scikit-learn, in three parts that never change, scaled by what is trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.model_selection import train_test_split

from search.history import Stage

Array = np.ndarray[Any, np.dtype[Any]]

CLASSIFICATION: dict[str, Callable[..., Any]] = {
    "digits": load_digits,
    "breast_cancer": load_breast_cancer,
    "wine": load_wine,
}
REGRESSION: dict[str, Callable[..., Any]] = {"diabetes": load_diabetes}


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of a table: `x` float32 (N, D), `y` int64 classes or float32 targets (N,)."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Table:
    """Three fifths to train on, and a fifth each to validate and to test."""

    train: Part
    validation: Part
    test: Part

    def at(self, stage: Stage) -> tuple[Part, Part, str]:
        """What a stage trains on, what it is judged by, and how the names of those metrics begin."""
        if stage is not Stage.CONFIRM:
            return self.train, self.validation, "val"
        both = zip(*((part.x, part.y) for part in (self.train, self.validation)), strict=True)
        return Part(*map(np.concatenate, both)), self.test, "test"


@cache
def table(name: str) -> Table:
    """The table, classes in the same proportions in each part. KeyError if there is none of this name."""
    is_regression = name in REGRESSION
    x, y = {**CLASSIFICATION, **REGRESSION}[name](return_X_y=True)
    classes = None if is_regression else y
    train, rest = _cut(np.arange(len(y)), 0.6, classes)
    validation, test = _cut(rest, 0.5, classes)
    x = _scaled(x, train).astype(np.float32)
    y = _scaled(y, train).astype(np.float32) if is_regression else y.astype(np.int64)
    return Table(*(Part(x[rows], y[rows]) for rows in (train, validation, test)))


def _cut(rows: Array, share: float, classes: Array | None) -> tuple[Array, Array]:
    alike = None if classes is None else classes[rows]
    first, second = train_test_split(rows, train_size=share, stratify=alike, random_state=0)
    return first, second


def _scaled(values: Array, rows: Array) -> Array:
    """Mean 0 and deviation 1 on the rows that are trained on; what never varies there is left at 0."""
    mean, deviation = values[rows].mean(axis=0), values[rows].std(axis=0)
    scaled: Array = (values - mean) / np.where(deviation == 0, 1, deviation)
    return scaled
