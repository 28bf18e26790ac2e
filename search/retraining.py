"""The best designs once more, with other seeds, before one is named the winner.

Who is chosen by one score out of many was lucky, too. Real et al. 2019 retrain the best 20. Every method
whose options have `retrained` is served: so many of a run's trials, at its end, train its best again.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from search.history import History, Stage, Trial
from search.message import Message
from search.method import Proposal
from search.options import option

AGAIN = "again"
"""In the memo of a trial: the number of that whose candidate is trained once more."""

MOST = 4
"""A run's trials over this are retrained at most, so that most of them search."""


def retrained_option() -> Any:
    """The option by which a method's best designs are trained once more."""
    return option(
        3,
        title="Retrained at the end",
        help="The best designs, each trained once more with another seed before one is named: a single "
        "score flatters. They are among the trials of the run, a quarter of these at most.",
        minimum=0,
        maximum=100,
    )


def reserved(declared: type, options: Any, max_trials: int) -> int:
    """How many of the trials of a run train the best once more, if a method's options declare that."""
    if all(field.name != "retrained" for field in fields(declared)):
        return 0
    return min(int(options.retrained), max_trials // MOST)


def retraining(history: History, count: int) -> Proposal | None:
    """The best that was not trained again yet, of the best `count` of the search; None if all were."""
    again = {trial.memo.get(AGAIN) for trial in history.at_stage(Stage.EVALUATE)}
    for trial in history.at_stage(Stage.SEARCH).ranked()[:count]:
        if trial.number not in again:
            why = Message(
                "One of the best %(count)s (trial %(number)s), trained once more with another seed",
                {"count": count, "number": trial.number},
            )
            memo = {AGAIN: trial.number}
            return Proposal(
                trial.candidate, trial.fidelity, stage=Stage.EVALUATE, why=why, memo=memo
            )
    return None


def winner(history: History) -> Trial | None:
    """The trial with the best mean of its score and its second one; None if none was trained again."""
    first = {trial.number: trial for trial in history.at_stage(Stage.SEARCH)}
    second = [t for t in history.at_stage(Stage.EVALUATE).ranked() if t.memo.get(AGAIN) in first]
    if not second:
        return None
    best = min(second, key=lambda t: (first[t.memo[AGAIN]].loss + t.loss, t.number))
    return first[best.memo[AGAIN]]
