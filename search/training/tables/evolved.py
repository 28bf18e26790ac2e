"""An evolved network as the model of a table: a genome of kind `neat`, which brings its weights along.

What it reads are the features of the training part, in every stage: it was evolved on these.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from search.architecture.neat import Units
from search.history import Candidate
from search.training.tables import data
from search.training.tables import features as features_of
from search.training.tables.data import Array
from search.training.tables.recipe import Recipe

LEAST = 1e-9
"""Of an output, so that the shares of a row are defined."""

SEED = 0
"""Of what features leave to chance: the same ones in the search and in every stage after it."""


def shares(outputs: Array) -> Array:
    """Outputs (N, K) between 0 and 1 as probabilities: each row divided by its sum."""
    kept = np.maximum(outputs, LEAST)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


class Evolved(BaseEstimator):
    """A network as the last step of a pipeline, which only predicts."""

    def __init__(self, network: Units) -> None:
        self.network = network

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, features: Array, target: Array) -> Evolved:
        """Nothing: it has been evolved."""
        return self

    def predict_proba(self, features: Array) -> Array:
        """The probability of each class, float64 (N, K)."""
        return shares(self.network(features))


def features_for(
    candidate: Candidate, folder: Path
) -> tuple[Callable[[pd.DataFrame], Array], Array]:
    """From rows to features, float64 (N, F), as the config says; and the classes that are trained on."""
    steps, present = fitted_steps(Recipe.of(candidate.config), folder)
    pipeline = Pipeline(list(steps))
    return pipeline.transform, present


@lru_cache(maxsize=4)
def fitted_steps(recipe: Recipe, folder: Path) -> tuple[features_of.Steps, Array]:
    """The steps from columns to features, fitted on the training part, and its classes (k,)."""
    part, known = data.part(folder, "train"), data.meta(folder)
    present = np.unique(part.target)
    target = np.searchsorted(present, part.target)
    return features_of.fit(recipe, known, part.rows, target, SEED)[0], present
