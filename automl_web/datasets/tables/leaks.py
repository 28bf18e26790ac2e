"""Columns that give the answer away: each alone predicts nearly every answer, and few others do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from automl_web.datasets.parts import TRAIN
from automl_web.datasets.tables.arrangement import Arranged
from automl_web.datasets.tables.column_types import CATEGORY
from automl_web.datasets.tables.features import Feature

TELLS = 0.99
"""Accuracy, or R², of a small tree on one column that is too good to be true."""

BALANCED = 0.9
"""Of the classes, taken alike, as many must be told: all but the largest can be too few to count."""

FEW = 0.1
"""The share of columns that may do so; if more do, the task is simply easy."""

ROWS = 1_000
LEAVES, LEAVES_A_CLASS = 64, 3
MAX_FEATURES = 200
"""Features that are looked at; each takes a few milliseconds."""


def leaking(arranged: Arranged, beat: Callable[[], None]) -> list[str]:
    """The names of the columns of the file that do so on the training part, in their order."""
    rows = np.flatnonzero(arranged.parts == TRAIN)
    rows = rows[np.argsort(arranged.content[rows], kind="stable")][:ROWS]
    answers = arranged.target.answers[rows]
    names: list[str] = []
    for feature in arranged.features[:MAX_FEATURES]:
        beat()
        if _score(feature, rows, answers, len(arranged.target.classes)) >= TELLS:
            names.append(feature.from_ or feature.name)
    names = list(dict.fromkeys(names))
    return names if len(names) <= max(1, FEW * len(arranged.features)) else []


def _score(feature: Feature, rows: np.ndarray, answers: np.ndarray, classes: int) -> float:
    """How well the column alone predicts the answers of either half, learnt from the other half."""
    values = feature.values.iloc[rows]
    if feature.type == CATEGORY:
        values = values.rank(method="dense")
    if not values.notna().any():
        return 0.0
    column = values.fillna(values.min() - 1).to_numpy(dtype=np.float64)[:, None]
    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    tree = kind(max_leaf_nodes=max(LEAVES, LEAVES_A_CLASS * classes), random_state=0)
    told = np.zeros(len(rows))
    for half, other in (
        (slice(0, None, 2), slice(1, None, 2)),
        (slice(1, None, 2), slice(0, None, 2)),
    ):
        told[other] = tree.fit(column[half], answers[half]).predict(column[other])
    return _accuracy(told, answers) if classes else _explained(told, answers)


def _accuracy(told: np.ndarray, answers: np.ndarray) -> float:
    """The share that is right; nothing if that comes of saying the large classes alone."""
    right = told == answers
    balanced = np.mean([right[answers == index].mean() for index in np.unique(answers)])
    return float(right.mean()) if balanced >= BALANCED else 0.0


def _explained(told: np.ndarray, answers: np.ndarray) -> float:
    """R²."""
    spread = float(np.square(answers - answers.mean()).sum())
    return 1 - float(np.square(answers - told).sum()) / spread if spread else 0.0
