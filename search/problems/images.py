"""Image classification: what is optimised when a person uploads class folders."""

from __future__ import annotations

from pathlib import Path

from search.method import Fidelity, Objective, Problem
from search.problems.image_space import HYPERPARAMETERS
from search.space import Space


def image_problem(space: Space, data: Path) -> Problem:
    """Find the network and training with the best validation accuracy on a prepared folder."""
    limits = HYPERPARAMETERS["epochs"]
    assert limits.minimum is not None
    assert limits.maximum is not None
    return Problem(
        kind="images",
        space=space,
        evaluate="search.training.images:evaluate",
        objectives=(Objective("val_accuracy", maximise=True),),
        fidelities=(Fidelity("epochs", limits.minimum, limits.maximum, resumes=True),),
        data=data,
    )
