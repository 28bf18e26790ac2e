"""The fidelities of a training: on what share of the data, and for how many epochs."""

from __future__ import annotations

from search.method import Fidelity
from search.problems.hyperparameters import Hyperparameters

TRAIN_FRACTION = Fidelity("train_fraction", 0.01, 1, resumes=False)
"""A share of the training part; who is given more of it is trained anew."""


def epochs(known: Hyperparameters) -> Fidelity:
    """As many as a config may plan."""
    planned = known["epochs"]
    assert planned.minimum is not None
    assert planned.maximum is not None
    return Fidelity("epochs", planned.minimum, planned.maximum, resumes=True)
