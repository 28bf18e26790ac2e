"""Tables: what is optimised when a person uploads rows and columns, and says what to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search.method import Constraint, Objective, Problem
from search.metrics import METRICS
from search.problems.fidelities import TRAIN_FRACTION, epochs
from search.problems.kind import Kind
from search.problems.table_space import HYPERPARAMETERS
from search.space import Space
from search.training.tables.recipe import MLP


def table_problem(
    document: Mapping[str, Any],
    data: Path,
    objectives: Sequence[str] = ("val_accuracy",),
    limits: Mapping[str, float] | None = None,
) -> Problem:
    """Find the best model, features and settings on a prepared table, by the metrics `objectives`.

    `document` is ConfigSpace's JSON of the hyper-parameters. A share of the training rows is a
    fidelity of every model; epochs are one, too, where nothing but neural networks is searched.
    `limits` bounds metrics. Raises SpaceError if the document describes no space.
    """
    space = Space.from_json(document)
    of_networks = (epochs(HYPERPARAMETERS),) if _has_epochs(space) else ()
    return Problem(
        kind="tables",
        space=space,
        evaluate="search.training.tables.evaluate:evaluate",
        objectives=tuple(Objective(name, METRICS[name].maximise) for name in objectives),
        limits=tuple(Constraint(name, bound) for name, bound in (limits or {}).items()),
        fidelities=(TRAIN_FRACTION, *of_networks),
        data=data,
    )


def _has_epochs(space: Space) -> bool:
    """Whether every model of the space is trained in epochs, and only once: folds do not go on."""
    declared = space.configuration_space
    model, folds = declared.get("model", None), declared.get("folds", None)
    values = getattr(model, "choices", None) or (getattr(model, "value", None),)
    is_once = folds is None or getattr(folds, "value", None) == 1
    return tuple(values) == (MLP,) and is_once


TABLES = Kind(
    name="tables",
    title="Tables",
    tasks={
        "classification": (
            "val_accuracy",
            "latency_ms",
            "val_balanced_accuracy",
            "val_loss",
            "size_bytes",
        ),
        "regression": ("val_rmse", "latency_ms", "val_mae", "val_r2", "size_bytes"),
    },
    hyperparameters=HYPERPARAMETERS,
    problem=table_problem,
    export="search.training.tables.export",
    predict="search.training.tables.predict",
)
