"""Trials on shares of the training data: what methods that choose the share have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from search.draws import fresh
from search.history import Candidate, History, Trial
from search.message import Message
from search.method import GUIDED, Problem, Proposal
from search.rungs import FRACTION
from search.surrogates.encoding import Array
from search.surrogates.information import Information


def share_of(trial: Trial) -> float:
    """The share of the training data that a trial has; all if none is named."""
    return float(trial.fidelity.get(FRACTION, 1.0))


def shares_of(trials: Sequence[Trial]) -> Array:
    return np.array([share_of(trial) for trial in trials])


def is_modelled(history: History, start_up: int) -> bool:
    """Whether enough trials have ended, one of them at least with a loss that counts."""
    return len(history.finished()) >= start_up and bool(history.ranked())


def by_chance(
    problem: Problem, history: History, rng: np.random.Generator, share: float, start_up: int
) -> Proposal:
    """A random candidate on a share of the data, before the model."""
    values = {"number": len(history) + 1, "of": start_up, "amount": f"{100 * share:.3g}"}
    why = Message(
        "At random on %(amount)s %% of the data, before the model: %(number)s of %(of)s", values
    )
    return Proposal(fresh(problem, history, rng), fidelity={FRACTION: share}, why=why)


def most_telling(
    problem: Problem,
    history: History,
    rng: np.random.Generator,
    belief: Information,
    share: Callable[[float], float],
) -> Proposal:
    """What tells most for its time and was not asked for yet; `share` tells the one of a setting."""
    best = belief.incumbent(among=len(history.finished()))
    for asked in belief.ranked(rng):
        amount = share(asked.setting)
        if not _is_asked(history, asked.candidate, amount):
            why = Message(
                "On %(amount)s %% of the data: tells most for its time. Expected to be the best on all "
                "data so far: trial %(number)s",
                {"amount": f"{100 * amount:.3g}", "number": best.number},
            )
            memo = {GUIDED: True}
            return Proposal(asked.candidate, fidelity={FRACTION: amount}, why=why, memo=memo)
    why = Message("At random: all that the model would try was tried")
    return Proposal(fresh(problem, history, rng), fidelity={FRACTION: 1.0}, why=why)


def _is_asked(history: History, asked: Candidate, share: float) -> bool:
    return any(t.candidate == asked and share_of(t) == share for t in history)
