"""The fidelities of a training: on what share of the data, for how many epochs, judged on how many folds."""

from __future__ import annotations

from search.method import Fidelity
from search.problems.hyperparameters import Hyperparameters
from search.training.fidelity import FOLDS

TRAIN_FRACTION = Fidelity("train_fraction", 0.01, 1, resumes=False)
"""A share of the training part; who is given more of it is trained anew."""


def folds(count: int) -> Fidelity:
    """Of a cross-validation; each is a training of its own."""
    return Fidelity(FOLDS, 1, count, resumes=False)


def epochs(known: Hyperparameters) -> Fidelity:
    """As many as a config may plan."""
    planned = known["epochs"]
    assert planned.minimum is not None
    assert planned.maximum is not None
    return Fidelity("epochs", planned.minimum, planned.maximum, resumes=True)
