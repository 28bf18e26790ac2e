"""Random forests and gradient boosting, as a step that ONNX can say exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from search.training.tables.data import Array
from search.training.tables.recipe import FOREST, Recipe

MOST_LEAVES = 500_000
"""Of all trees together, so that a model can be kept, taken home and loaded anywhere."""


class Trees(BaseEstimator):
    """scikit-learn's random forest or histogram gradient boosting, on features rounded to float32.

    Two ways to compute a feature agree in float32 nearly always, so that a row falls on the same side
    of every question here and in ONNX. `classes` is 0 where values are predicted.
    """

    def __init__(self, recipe: Recipe, classes: int, seed: int) -> None:
        self.recipe, self.classes, self.seed = recipe, classes, seed

    def fit(self, features: Array, target: Array) -> Trees:
        make = _forest if self.recipe.model == FOREST else _boosting
        model = make(self.recipe, len(features), self.classes, self.seed)
        self.model_ = model.fit(_rounded(features), target)
        return self

    def predict(self, features: Array) -> Array:
        """The value of each row, float64 (N,)."""
        return self.model_.predict(_rounded(features))

    def predict_proba(self, features: Array) -> Array:
        """The probability of each class, float64 (N, K)."""
        return self.model_.predict_proba(_rounded(features))


def most_leaves(recipe: Recipe, rows: int, classes: int) -> int | None:
    """The most leaves that each tree may have; None if it may have as many as it grows."""
    if recipe.model == FOREST:
        trees, wanted, outputs = recipe.forest_trees, rows, max(1, classes - 1)
    else:
        trees = recipe.boosting_rounds * (classes if classes > 2 else 1)
        wanted, outputs = recipe.boosting_leaves, 1
    if trees * wanted * outputs <= MOST_LEAVES:
        return None
    return max(2, MOST_LEAVES // (trees * outputs))


def _rounded(features: Array) -> Array:
    return features.astype(np.float32)


def _forest(recipe: Recipe, rows: int, classes: int, seed: int) -> Any:
    common: dict[str, Any] = {
        "n_estimators": recipe.forest_trees,
        "max_depth": recipe.forest_depth,
        "min_samples_leaf": recipe.forest_leaf,
        "max_features": recipe.forest_features,
        "max_leaf_nodes": most_leaves(recipe, rows, classes),
        "random_state": seed,
        "n_jobs": 1,
    }
    if classes:
        return RandomForestClassifier(**common, class_weight=recipe.weight)
    return RandomForestRegressor(**common)


def _boosting(recipe: Recipe, rows: int, classes: int, seed: int) -> Any:
    common: dict[str, Any] = {
        "max_iter": recipe.boosting_rounds,
        "learning_rate": recipe.boosting_rate,
        "max_leaf_nodes": most_leaves(recipe, rows, classes) or recipe.boosting_leaves,
        "min_samples_leaf": recipe.boosting_leaf,
        "l2_regularization": recipe.boosting_penalty,
        "early_stopping": False,
        "random_state": seed,
    }
    if classes:
        return HistGradientBoostingClassifier(**common, class_weight=recipe.weight)
    return HistGradientBoostingRegressor(**common)
