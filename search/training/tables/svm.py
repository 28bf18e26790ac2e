"""Support vector machines with probabilities, and no more rows than they can be fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.svm import SVC, SVR

from search.training.tables.data import Array
from search.training.tables.recipe import Recipe

MOST_ROWS = 5_000
"""That a machine is fitted on; the time for it grows with their square, and more."""

MOST_ITERATIONS = 50_000
"""After which a machine that does not settle is taken as it is, with a warning."""

CALIBRATION_FOLDS = 3
CACHE = 100  # MB


class SupportVectorMachine(BaseEstimator):
    """scikit-learn's SVC, whose decisions are made probabilities by temperature scaling, or its SVR.

    Temperature scaling (Guo et al., "On calibration of modern neural networks", ICML 2017) is fitted on
    held-out decisions and never changes which class is the likeliest.
    """

    def __init__(self, recipe: Recipe, classes: int, seed: int) -> None:
        self.recipe, self.classes, self.seed = recipe, classes, seed

    def fit(self, features: Array, target: Array) -> SupportVectorMachine:
        machine = self._machine(features.shape[1])
        if self.classes:
            smallest = int(np.bincount(target).min())
            if smallest < 2:  # no fold could be held out
                fitted = FrozenEstimator(machine.fit(features, target))
                calibrated = CalibratedClassifierCV(fitted, method="temperature")
            else:
                folds = min(CALIBRATION_FOLDS, smallest)
                calibrated = CalibratedClassifierCV(
                    machine, method="temperature", cv=folds, ensemble=False
                )
            calibrated.fit(features, target)
            (pair,) = calibrated.calibrated_classifiers_
            machine = getattr(pair.estimator, "estimator", pair.estimator)
            self.beta_ = float(pair.calibrators[0].beta_)
        else:
            machine.fit(features, target)
        self.machine_ = machine
        return self

    def _machine(self, features: int) -> SVC | SVR:
        recipe = self.recipe
        common: dict[str, Any] = {
            "kernel": recipe.svm_kernel,
            "C": recipe.svm_c,
            "gamma": recipe.svm_gamma / features,
            "degree": recipe.svm_degree,
            "coef0": 1.0,  # so that a polynomial has its lower powers, too
            "cache_size": CACHE,
            "max_iter": MOST_ITERATIONS,
        }
        if not self.classes:
            return SVR(**common)
        return SVC(**common, class_weight=recipe.weight, random_state=self.seed)

    def predict(self, features: Array) -> Array:
        """The value of each row, float64 (N,)."""
        return self.machine_.predict(features)

    def predict_proba(self, features: Array) -> Array:
        """The probability of each class, float64 (N, K)."""
        decisions = self.machine_.decision_function(features)
        if decisions.ndim == 1:
            decisions = np.stack([-decisions, decisions], axis=1)
        return softmax(self.beta_ * decisions, axis=1)
