"""From columns to features: encoding, imputation, scaling, selection and principal components."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from search.training.tables.data import CATEGORY, NUMBER, Array, Meta
from search.training.tables.recipe import Recipe

MOST_CATEGORIES = 100
"""Columns that one-hot encoding makes of one; the rarest categories share the last."""

KNOTS = 64
"""Quantiles between which ranks are interpolated."""

NOISE = 1e-7
"""Principal components whose deviation is a smaller share of the largest one's are rounding errors."""

FOLDS = 5  # in which target encoding looks away from a row's own target

Steps = list[tuple[str, Any]]


class Filled(SimpleImputer):
    """Missing numbers filled in, with a column more for each that was missing in training, if wanted.

    A class of its own because its ONNX counterpart computes in float64; see `convert`.
    """


class Encoded(TransformerMixin, BaseEstimator):
    """Categories as numbers, column by column, each by a copy of `encoder`.

    Columns apart, because what an encoder does to one column is a table from categories to numbers,
    and as such it goes into the ONNX model; see `tables`.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder

    def fit(self, rows: Any, target: Array) -> Encoded:
        self.fit_transform(rows, target)
        return self

    def fit_transform(self, rows: Any, target: Array) -> Array:
        """Fit, and encode the training rows; target encoding leaves a row's own target out."""
        texts = _texts(rows)
        self.encoders_ = [clone(self.encoder) for _ in range(texts.shape[1])]
        encoded = [e.fit_transform(texts[:, [i]], target) for i, e in enumerate(self.encoders_)]
        return np.hstack(encoded).astype(np.float64)

    def transform(self, rows: Any) -> Array:
        texts = _texts(rows)
        encoded = [e.transform(texts[:, [i]]) for i, e in enumerate(self.encoders_)]
        return np.hstack(encoded).astype(np.float64)

    def tables(self) -> list[tuple[list[str], Array]]:
        """Of each column its known categories, and what they become, float64 (K + 1, F).

        The last row is what any other category becomes.
        """
        found = []
        for encoder in self.encoders_:
            (known,) = encoder.categories_
            unknown = "?"
            while unknown in known:
                unknown += "?"
            texts = np.array([*known, unknown], dtype=object)[:, None]
            found.append((list(known), encoder.transform(texts).astype(np.float64)))
        return found


class Ranked(TransformerMixin, BaseEstimator):
    """Each number's rank among the training rows, 0 to 1, between quantiles interpolated.

    scikit-learn's QuantileTransformer, but written as a sum of clipped lines, which ONNX can say.
    """

    def fit(self, numbers: Array, target: Array | None = None) -> Ranked:
        shape = (numbers.shape[1], KNOTS - 1)
        self.starts_, self.widths_, self.steps_ = np.zeros(shape), np.ones(shape), np.zeros(shape)
        for column, values in enumerate(numbers.T):
            quantiles = np.quantile(values, np.linspace(0, 1, KNOTS))
            knots, which = np.unique(quantiles, return_inverse=True)
            ranks = np.bincount(which, np.linspace(0, 1, KNOTS)) / np.bincount(which)
            lines = len(knots) - 1
            self.starts_[column, :lines], self.widths_[column, :lines] = knots[:-1], np.diff(knots)
            self.steps_[column, :lines] = np.diff(ranks)
        return self

    def transform(self, numbers: Array) -> Array:
        ranks = np.zeros_like(numbers)
        for starts, widths, steps in zip(
            self.starts_.T, self.widths_.T, self.steps_.T, strict=True
        ):
            ranks += steps * np.clip((numbers - starts) / widths, 0, 1)
        return ranks


class Rounded(TransformerMixin, BaseEstimator):
    """Features rounded to about a millionth of their deviation, each to a power of two.

    Principal components come out a little different wherever they are computed. Trees would ask of
    such differences, too, were they not rounded away.
    """

    def fit(self, features: Array, target: Array | None = None) -> Rounded:
        deviations = np.maximum(features.std(axis=0), np.finfo(np.float64).tiny)
        self.steps_ = np.exp2(np.floor(np.log2(deviations)) - 20)
        return self

    def transform(self, features: Array) -> Array:
        return np.round(features / self.steps_) * self.steps_


def _texts(rows: Any) -> Array:
    return rows.to_numpy(dtype=object) if isinstance(rows, pd.DataFrame) else rows


def fit(
    recipe: Recipe, known: Meta, rows: pd.DataFrame, target: Array, seed: int
) -> tuple[Steps, Array]:
    """The steps fitted on these rows, and the features that they make of them, float64 (N, F)."""
    encoded = Encoded(_encoder(recipe, known, target, seed))
    kinds = {NUMBER: _numbers(recipe), CATEGORY: encoded}
    taken = [(kind, step, known.places(kind)) for kind, step in kinds.items()]
    columns = ColumnTransformer([each for each in taken if each[2]], sparse_threshold=0)
    features = columns.fit_transform(rows, target)
    steps: Steps = [("columns", columns)]
    selection = _selection(recipe, known, features.shape[1])
    if selection is not None:
        features = selection.fit_transform(features, target)
        steps.append(("selected", selection))
    reduction = _reduction(recipe, len(features), features.shape[1], seed)
    if reduction is not None:
        rounded = Rounded()
        features = rounded.fit_transform(_meaningful(reduction, features).transform(features))
        steps += [("reduced", reduction), ("rounded", rounded)]
    return steps, features


def _numbers(recipe: Recipe) -> Pipeline:
    filled = Filled(
        strategy=recipe.imputation,
        add_indicator=recipe.missing_flag == "yes",
        keep_empty_features=True,
    )
    scaler = _scaler(recipe)
    return Pipeline([("filled", filled), *([("scaled", scaler)] if scaler else [])])


def _scaler(recipe: Recipe) -> Any:
    match recipe.scaling:
        case "standard":
            return StandardScaler()
        case "robust":
            return RobustScaler()
        case "quantile":
            return Ranked()
        case "none":
            return None
    raise ValueError(f"There is no scaling {recipe.scaling!r}.")


def _encoder(recipe: Recipe, known: Meta, target: Array, seed: int) -> Any:
    match recipe.encoding:
        case "one_hot":
            return OneHotEncoder(
                handle_unknown="infrequent_if_exist",
                min_frequency=recipe.rare_share or None,
                max_categories=MOST_CATEGORIES,
                sparse_output=False,
            )
        case "ordinal":
            return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        case "target":
            cut = StratifiedKFold if known.is_classification else KFold
            smallest = int(np.bincount(target).min()) if known.is_classification else len(target)
            return TargetEncoder(
                target_type=_target_type(known, target),
                cv=cut(max(2, min(FOLDS, smallest)), shuffle=True, random_state=seed),
            )
    raise ValueError(f"There is no encoding {recipe.encoding!r}.")


def _target_type(known: Meta, target: Array) -> str:
    """What the target is; told, because whole numbers would be taken for classes."""
    if not known.is_classification:
        return "continuous"
    return "binary" if len(np.unique(target)) <= 2 else "multiclass"


def _selection(recipe: Recipe, known: Meta, features: int) -> SelectKBest | None:
    """At least two features stay: of a single one the converter to ONNX would make nought."""
    count = max(2, math.ceil(recipe.selected_share * features))
    if recipe.selection == "all" or count >= features:
        return None
    test = f_classif if known.is_classification else f_regression
    return SelectKBest(partial(scores, test), k=count)


def scores(test: Callable[..., Any], features: Array, target: Array) -> Array:
    """How much each feature tells of the target, (F,); a constant one, which no test can judge, nothing."""
    found = np.zeros(features.shape[1])
    varies = np.ptp(features, axis=0) > 0
    if varies.any():
        found[varies] = test(features[:, varies], target)[0]
    return found


def _reduction(recipe: Recipe, rows: int, features: int, seed: int) -> PCA | None:
    if recipe.reduction == "none":
        return None
    count = min(rows, max(1, math.ceil(recipe.pca_share * features)))
    return PCA(n_components=count, random_state=seed)


def _meaningful(reduction: PCA, features: Array) -> PCA:
    """Fit, and leave out components that are rounding errors: columns may depend on each other."""
    deviations = np.sqrt(reduction.fit(features).explained_variance_)
    kept = max(1, int((deviations > NOISE * deviations[0]).sum()))
    if kept < reduction.n_components_:
        reduction.set_params(n_components=kept).fit(features)
    return reduction
