"""Trials on less than all: what methods that choose how much of the data a trial has have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from search.draws import fresh
from search.history import Candidate, History, Trial
from search.message import Message
from search.method import GUIDED, Problem, Proposal
from search.rungs import FRACTION
from search.surrogates.encoding import Array
from search.surrogates.information import Information
from search.training.fidelity import FOLD, FOLDS


def share_of(trial: Trial) -> float:
    """The share of the training data that a trial has; all if none is named."""
    return float(trial.fidelity.get(FRACTION, 1.0))


def shares_of(trials: Sequence[Trial]) -> Array:
    return np.array([share_of(trial) for trial in trials])


def is_modelled(history: History, start_up: int) -> bool:
    """Whether enough trials have ended, one of them at least with a loss that counts."""
    return len(history.finished()) >= start_up and bool(history.ranked())


SENTENCES = {
    "share": {
        "chance": "At random on %(amount)s %% of the data, before the model: %(number)s of %(of)s",
        "telling": "On %(amount)s %% of the data: tells most for its time. Expected to be the best on "
        "all data so far: trial %(best)s",
    },
    "fold": {
        "chance": "At random on fold %(amount)s, before the model: %(number)s of %(of)s",
        "telling": "On fold %(amount)s: tells most for its time. Expected to be the best on all folds so "
        "far: trial %(best)s",
    },
    "folds": {
        "chance": "At random on all %(amount)s folds, before the model: %(number)s of %(of)s",
        "telling": "On all %(amount)s folds: tells most for its time. Expected to be the best so far: "
        "trial %(best)s",
    },
}


def told(fidelity: Mapping[str, float], what: str, **values: int) -> Message:
    """Why a trial is made with a fidelity; the sentence is one of `SENTENCES`."""
    if FRACTION in fidelity:
        amount = f"{100 * fidelity[FRACTION]:.3g}"
        return Message(SENTENCES["share"][what], {"amount": amount, **values})
    kind = FOLD if FOLD in fidelity else FOLDS
    return Message(SENTENCES[kind][what], {"amount": int(fidelity[kind]), **values})


def by_chance(
    problem: Problem,
    history: History,
    rng: np.random.Generator,
    fidelity: Mapping[str, float],
    start_up: int,
) -> Proposal:
    """A random candidate with a fidelity, before the model."""
    why = told(fidelity, "chance", number=len(history) + 1, of=start_up)
    return Proposal(fresh(problem, history, rng), fidelity=fidelity, why=why)


def most_telling(
    problem: Problem,
    history: History,
    rng: np.random.Generator,
    belief: Information,
    fidelity: Callable[[float], Mapping[str, float]],
) -> Proposal:
    """What tells most for its time and was not asked for yet; `fidelity` is the one of a setting."""
    best = belief.incumbent(among=len(history.finished()))
    for asked in belief.ranked(rng):
        given = fidelity(asked.setting)
        if not is_asked(history, asked.candidate, given):
            why = told(given, "telling", best=best.number)
            return Proposal(asked.candidate, fidelity=given, why=why, memo={GUIDED: True})
    why = Message("At random: all that the model would try was tried")
    given = fidelity(belief.environment.target)
    return Proposal(fresh(problem, history, rng), fidelity=given, why=why)


def is_asked(history: History, asked: Candidate, fidelity: Mapping[str, float]) -> bool:
    """Whether there is a trial of the candidate with this fidelity."""
    return any(t.candidate == asked and t.fidelity == fidelity for t in history)
