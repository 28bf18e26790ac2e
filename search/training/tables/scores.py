"""What a model of tables is judged by, in the units of the target."""

from __future__ import annotations

import math

import numpy as np

from search.training.tables.data import Array, Meta

SMALLEST_PROBABILITY = 1e-12


def scores(known: Meta, predicted: Array, target: Array, part: str) -> dict[str, float]:
    """The metrics, named after the part, of predictions as `Fitted.predict` gives them."""
    found = (
        _of_classes(predicted, target) if known.is_classification else _of_values(predicted, target)
    )
    return {f"{part}_{name}": value for name, value in found.items()}


def main_score(known: Meta) -> str:
    """Of the metrics the one that the spread over folds is told of."""
    return "val_accuracy" if known.is_classification else "val_rmse"


def _of_classes(predicted: Array, target: Array) -> dict[str, float]:
    """Accuracy, the mean accuracy of the classes, and the mean cross-entropy."""
    right = predicted.argmax(axis=1) == target
    of_each = [right[target == each].mean() for each in np.unique(target)]
    likelihood = predicted[np.arange(len(target)), target].clip(min=SMALLEST_PROBABILITY)
    return {
        "accuracy": float(right.mean()),
        "balanced_accuracy": float(np.mean(of_each)),
        "loss": float(-np.log(likelihood).mean()),
    }


def _of_values(predicted: Array, target: Array) -> dict[str, float]:
    """Root mean squared error, mean absolute error, and R²: not a number where the target never varies."""
    errors = predicted - target
    varies = float(np.square(target - target.mean()).sum())
    explained = 1 - float(np.square(errors).sum()) / varies if varies else math.nan
    return {
        "rmse": float(np.sqrt(np.square(errors).mean())),
        "mae": float(np.abs(errors).mean()),
        "r2": explained,
    }
