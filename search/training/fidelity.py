"""How far a trial follows its plan, and on what share of the data, whatever it is trained on."""

from __future__ import annotations

from search.history import Stage
from search.method import Context

FOLDS, FOLD = "folds", "fold"
"""How many folds of a cross-validation a trial is judged on, and which one, if it is a single one."""


def epochs(context: Context, planned: int) -> int:
    """Epochs to train, of those that the config plans: a rung may end the plan earlier."""
    return int(min(context.fidelity.get("epochs", planned), planned))


def folds(context: Context, count: int) -> range:
    """Which of the `count` folds a trial is judged on: the one that is named, else the first so many."""
    if FOLD in context.fidelity:
        last = min(int(context.fidelity[FOLD]), count)
        return range(last - 1, last)
    return range(min(int(context.fidelity.get(FOLDS, count)), count))


def train_fraction(context: Context) -> float:
    """The share of the training part; the model of a confirming trial goes home, so it has all."""
    is_whole = context.stage is Stage.CONFIRM
    return 1.0 if is_whole else float(context.fidelity.get("train_fraction", 1.0))
