"""Fitting: features and a model on some rows, at once or, where it has epochs, one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from search.training.log import log
from search.training.tables import features as features_of
from search.training.tables import mlp, svm, trees
from search.training.tables.data import Array, Meta, Part, order
from search.training.tables.recipe import BOOSTING, FOREST, MLP, SVM, Recipe

LINEAR_ITERATIONS = 500


@dataclass(frozen=True, eq=False)
class Fitted:
    """A pipeline from columns to what is predicted.

    The classes that the training rows have are `present` (k,) among all `classes`; a value v of the
    pipeline stands for `mean` + `deviation` · v in the target's units.
    """

    pipeline: Pipeline
    classes: int = 0
    present: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    mean: float = 0.0
    deviation: float = 1.0

    def predict(self, rows: pd.DataFrame) -> Array:
        """Probabilities float64 (N, K), or values in the target's units, float64 (N,)."""
        with _threads().limit(limits=1):
            if not self.classes:
                values = self.pipeline.predict(rows).astype(np.float64)
                return self.mean + self.deviation * values
            known = self.pipeline.predict_proba(rows)
        shares = np.zeros((len(rows), self.classes))
        shares[:, self.present] = known
        return shares


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a training has come: at `step` of `last`; `state` is what it can go on from, if it can."""

    step: int
    last: int
    fitted: Fitted
    seed: int
    values: Mapping[str, float] = field(default_factory=dict)
    state: Mapping[str, Any] | None = None


def train(
    recipe: Recipe,
    known: Meta,
    part: Part,
    seed: int,
    epochs: int | None = None,
    state: Mapping[str, Any] | None = None,
) -> Iterator[Progress]:
    """Fit on all rows of `part`; a network for so many `epochs` of its plan, from `state` on.

    What scikit-learn warns of is told in the log. Raises DivergedError if a loss is no longer a
    number.
    """
    part = _few_enough(recipe, known, part)
    blank = _blank(known, part.target)
    target = _as_learnt(blank, part.target)
    with _threads().limit(limits=1), told():
        steps, features = features_of.fit(recipe, known, part.rows, target, seed)
        if recipe.model not in (FOREST, BOOSTING):
            steps.append(("levelled", _levelled(features)))
            features = steps[-1][1].transform(features)
    if recipe.model == MLP:
        yield from _in_epochs(recipe, blank, steps, (features, target), seed, epochs, state)
        return
    with _threads().limit(limits=1), told():
        model = _model(recipe, len(features), len(blank.present), seed)
        steps.append((recipe.model, model.fit(features, target)))
    yield Progress(1, 1, _with(blank, steps), seed)


def _few_enough(recipe: Recipe, known: Meta, part: Part) -> Part:
    """The rows that the model can be fitted on: of a large table, a machine gets some only."""
    if recipe.model != SVM or len(part) <= svm.MOST_ROWS:
        return part
    log(
        f"A support vector machine takes too long on {len(part):,} rows: it is fitted on "
        f"{svm.MOST_ROWS:,} of them, the classes in proportion."
    )
    return part.take(order(known, part.target)[: svm.MOST_ROWS])


def _levelled(features: Array) -> StandardScaler:
    """All features about zero and divided by one number: whatever their units, sums stay in range.

    How large one is beside another stays as it is, so this is no scaling.
    """
    scaler = StandardScaler().fit(features)
    deviation = float(np.sqrt(scaler.var_.mean())) or 1.0
    scaler.scale_ = np.full(features.shape[1], deviation)
    return scaler


def _blank(known: Meta, target: Array) -> Fitted:
    """What is known of the target before there is a pipeline."""
    nothing = Pipeline([("nothing", "passthrough")])
    if known.is_classification:
        return Fitted(nothing, len(known.classes), np.unique(target))
    deviation = float(target.std())
    return Fitted(nothing, mean=float(target.mean()), deviation=deviation or 1.0)


def _as_learnt(blank: Fitted, target: Array) -> Array:
    """Classes numbered without gaps, or values of mean 0 and deviation 1."""
    if blank.classes:
        return np.searchsorted(blank.present, target)
    return (target - blank.mean) / blank.deviation


def _with(blank: Fitted, steps: features_of.Steps) -> Fitted:
    return Fitted(Pipeline(steps), blank.classes, blank.present, blank.mean, blank.deviation)


def _in_epochs(
    recipe: Recipe,
    blank: Fitted,
    steps: features_of.Steps,
    learnt: tuple[Array, Array],
    seed: int,
    epochs: int | None,
    state: Mapping[str, Any] | None,
) -> Iterator[Progress]:
    training = mlp.Training(recipe, *learnt, len(blank.present), seed)
    last = recipe.epochs if epochs is None else epochs
    network = mlp.Network(training.module, len(blank.present))
    fitted = _with(blank, [*steps, (MLP, network)])
    if state is not None:
        training.restore(state)
        if training.epoch >= last:
            yield Progress(last, last, fitted, seed, state["values"], training.state())
    while training.epoch < last:
        values = {"train_loss": training.train()}
        yield Progress(training.epoch, last, fitted, seed, values, training.state())


def _model(recipe: Recipe, rows: int, classes: int, seed: int) -> Any:
    """The model of a recipe, not yet fitted."""
    match recipe.model:
        case "linear" if classes:
            return LogisticRegression(
                C=1 / recipe.linear_penalty,
                class_weight=recipe.weight,
                max_iter=LINEAR_ITERATIONS,
            )
        case "linear":
            return Ridge(alpha=recipe.linear_penalty)
        case "svm":
            return svm.SupportVectorMachine(recipe, classes, seed)
        case "random_forest" | "boosting":
            if most := trees.most_leaves(recipe, rows, classes):
                log(f"No tree has more than {most:,} leaves, so that the model stays portable.")
            return trees.Trees(recipe, classes, seed)
    raise ValueError(f"There is no model {recipe.model!r}.")


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    """What holds libraries to one thread; looking for them takes longer than to ask a model."""
    return ThreadpoolController()


@contextmanager
def told() -> Iterator[None]:
    """Put into the log, once each, what would have been warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        log(f"Warning: {' '.join(text.split())}")
