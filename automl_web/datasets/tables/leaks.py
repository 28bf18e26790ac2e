"""Columns that give the answer away: each alone foretells nearly every answer, and few others do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from automl_web.datasets.layout import TRAIN
from automl_web.datasets.tables.arrangement import Arranged
from automl_web.datasets.tables.features import Feature

TELLS = 0.99
"""Balanced accuracy, or R², of a small tree on one column that is too good to be true."""

FEW = 0.1
"""The share of columns that may do so; if more do, the task is simply easy."""

ROWS, FOLDS = 2_000, 3
LEAVES, LEAVES_A_CLASS = 64, 3
MAX_FEATURES = 300
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
    """How well the column alone foretells the answers, in cross-validation."""
    # Trees see the order of values alone, so ranks do as well, and none of them is too large.
    column = feature.values.iloc[rows].rank(method="dense").fillna(0).to_numpy()[:, None]
    if len(np.unique(column)) < 2:
        return 0.0
    tree: BaseEstimator
    if not classes:
        tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, min_samples_leaf=2, random_state=0)
        return float(cross_val_score(tree, column, answers, cv=_folds(), scoring="r2").mean())
    kept = np.bincount(answers, minlength=classes)[answers] >= FOLDS
    leaves = max(LEAVES, LEAVES_A_CLASS * classes)
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    folds = StratifiedKFold(FOLDS)
    scoring = "balanced_accuracy"
    return float(
        cross_val_score(tree, column[kept], answers[kept], cv=folds, scoring=scoring).mean()
    )


def _folds() -> KFold:
    return KFold(FOLDS)
