"""Tables: what is optimised when a person uploads rows and columns, and says what to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search.method import Constraint, Objective, Problem
from search.metrics import METRICS
from search.problems.fidelities import TRAIN_FRACTION, epochs, folds
from search.problems.kind import Kind
from search.problems.table_space import HYPERPARAMETERS
from search.space import Space
from search.training.fidelity import FOLDS
from search.training.tables.recipe import MLP


def table_problem(
    document: Mapping[str, Any],
    data: Path,
    objectives: Sequence[str] = ("val_accuracy",),
    limits: Mapping[str, float] | None = None,
) -> Problem:
    """Find the best model, features and settings on a prepared table, by the metrics `objectives`.

    `document` is ConfigSpace's JSON of the hyper-parameters. A share of the training rows is a
    fidelity of every model; epochs are one, too, where nothing but neural networks is searched, and
    the folds of a cross-validation, where all candidates are judged by the same.
    `limits` bounds metrics. Raises SpaceError if the document describes no space.
    """
    space = Space.from_json(document)
    count = _folds(space)
    of_networks = (epochs(HYPERPARAMETERS),) if count == 1 and _has_epochs(space) else ()
    of_folds = (folds(count),) if count > 1 else ()
    return Problem(
        kind="tables",
        space=space,
        evaluate="search.training.tables.evaluate:evaluate",
        objectives=tuple(Objective(name, METRICS[name].maximise) for name in objectives),
        limits=tuple(Constraint(name, bound) for name, bound in (limits or {}).items()),
        fidelities=(TRAIN_FRACTION, *of_networks, *of_folds),
        data=data,
    )


def _has_epochs(space: Space) -> bool:
    """Whether every model of the space is trained in epochs."""
    model = space.configuration_space.get("model", None)
    values = getattr(model, "choices", None) or (getattr(model, "value", None),)
    return tuple(values) == (MLP,)


def _folds(space: Space) -> int:
    """Of the cross-validation that every candidate is judged by: 1 is none, 0 if they differ in that."""
    declared = space.configuration_space.get(FOLDS, None)
    return 1 if declared is None else int(getattr(declared, "value", 0))


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
