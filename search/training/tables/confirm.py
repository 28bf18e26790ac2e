"""What a confirming trial leaves: the test part scored once, what each column matters, and the model.

The model is kept as ONNX, in the checkpoint, never as a pickle: to take it home nothing has to be
fitted again, and nothing that is read can run code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.inspection import permutation_importance

from search.training.tables import data
from search.training.tables.convert import to_onnx
from search.training.tables.data import Array, Meta
from search.training.tables.models import Fitted, told
from search.training.tables.scores import main_score, scores

PREDICTIONS, EXPECTED, IMPORTANCE = "predictions.npy", "expected.npy", "importance.json"
"""What is predicted of the test part; of the rows that are compared; and how much columns matter."""

MOST_ROWS, MANY_COLUMNS = 1_000, 50
"""Test rows that importance is measured on, and columns beyond which each is shuffled once only."""

REPEATS = 5


def score_once(fitted: Fitted, folder: Path, workdir: Path) -> dict[str, float]:
    """The metrics of the test part; predictions and importances are left in `workdir`."""
    known, test = data.meta(folder), data.part(folder, "test")
    predicted = fitted.predict(test.rows)
    np.save(workdir / PREDICTIONS, predicted)
    np.save(workdir / EXPECTED, fitted.predict(data.compared(folder)))
    importances = _importances(fitted, known, test)
    (workdir / IMPORTANCE).write_text(json.dumps(importances, ensure_ascii=False), encoding="utf-8")
    return scores(known, predicted, test.target, "test")


def model(fitted: Fitted, known: Meta) -> dict[str, Any]:
    """The model as ONNX, for the checkpoint, whose reader takes tensors."""
    with told():
        content = to_onnx(fitted, known)
    return {"onnx": torch.frombuffer(bytearray(content), dtype=torch.uint8)}


def _importances(fitted: Fitted, known: Meta, test: data.Part) -> list[dict[str, Any]]:
    """By how much the main score falls, or the error rises, when a column is shuffled; mean and deviation.

    Breiman, "Random forests", 2001, section 10, on rows that no training has seen.
    """
    name = main_score(known)

    def score(_pipeline: Any, rows: Any, target: Array) -> float:
        value = scores(known, fitted.predict(rows), target, "val")[name]
        return value if known.is_classification else -value

    some = test.take(data.order(known, test.target)[:MOST_ROWS])
    repeats = REPEATS if len(known.columns) <= MANY_COLUMNS else 1
    found = permutation_importance(
        fitted.pipeline,
        some.rows,
        some.target,
        scoring=score,
        n_repeats=repeats,
        random_state=0,
        n_jobs=1,
    )
    means, deviations = found.importances_mean, found.importances_std
    return [
        {"name": column, "mean": float(means[i]), "deviation": float(deviations[i])}
        for i, (column, _kind) in enumerate(known.columns)
    ]
