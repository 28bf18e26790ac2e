"""Image classification: what is optimised when a person uploads class folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search.method import Constraint, Fidelity, Objective, Problem
from search.metrics import METRICS
from search.problems.image_space import HYPERPARAMETERS
from search.space import Space


def image_problem(
    document: Mapping[str, Any],
    data: Path,
    objectives: Sequence[str] = ("val_accuracy",),
    limits: Mapping[str, float] | None = None,
) -> Problem:
    """Find the best network and training on a prepared folder, by the metrics `objectives`.

    `document` is a search space: ConfigSpace's JSON of the hyper-parameters. `limits` bounds metrics.
    Raises SpaceError if the document describes no space.
    """
    epochs = HYPERPARAMETERS["epochs"]
    assert epochs.minimum is not None
    assert epochs.maximum is not None
    return Problem(
        kind="images",
        space=Space.from_json(document),
        evaluate="search.training.images:evaluate",
        objectives=tuple(Objective(name, METRICS[name].maximise) for name in objectives),
        limits=tuple(Constraint(name, bound) for name, bound in (limits or {}).items()),
        fidelities=(Fidelity("epochs", epochs.minimum, epochs.maximum, resumes=True),),
        data=data,
    )
