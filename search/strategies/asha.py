"""ASHA. Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht & Talwalkar, "A system for massively
parallel hyperparameter tuning", MLSys 2020. Successive halving in which nobody waits for a rung to end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.draws import fresh
from search.history import History
from search.method import USUAL, Method, Problem, Proposal
from search.promoted import Rungs
from search.rung_insight import picture
from search.rungs import (
    Bracket,
    Rung,
    RungOptions,
    Start,
    begun,
    bracket_of,
    promoted_from,
    promotion,
    refuses,
)

UNBOUNDED = 0
"""The size of a rung that takes whoever comes."""


@dataclass(frozen=True)
class Options(RungOptions):
    """Options of ASHA."""


def rungs(options: Options) -> list[Rung]:
    """From the longest training down, each an eta-th of the one above, in whole numbers."""
    found, divisor = [], 1
    while options.max_epochs // divisor >= options.min_epochs:
        found.append(Rung(UNBOUNDED, options.max_epochs // divisor))
        divisor *= options.eta
    return found[::-1]


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Promote from as high as possible, else begin with a new candidate (algorithm 2)."""
    bracket = bracket_of(problem, options, 0, rungs(options))
    promoted = _promoted(bracket, history, options.eta)
    return promoted or begun(bracket, Start(fresh(problem, history, rng)))


def _promoted(bracket: Bracket, history: History, eta: int) -> Proposal | None:
    """Of the highest rung that has one, the best of its top part that did not go on yet.

    A rung is all that has ended on it, failures among them; equal losses in order of number.
    """
    gone_on = {promoted_from(trial) for trial in history}
    for level in range(len(bracket.rungs) - 1, 0, -1):
        rung = History(
            tuple(t for t in history if t.memo.get("rung") == level - 1 and t.state.is_final)
        )
        for rank, trial in enumerate(rung.ranked()[: len(rung) // eta], start=1):
            if trial.number not in gone_on:
                return promotion(bracket, level, trial, rank, len(rung))
    return None


def resumable(problem: Problem, history: History, options: Options) -> set[int]:
    """All that have not gone on from a rung but the top one: whoever is overtaken may still go on later."""
    bracket = bracket_of(problem, options, 0, rungs(options))
    if not bracket.fidelity.resumes:
        return set()
    below = [t for t in history if t.memo.get("rung", len(bracket.rungs)) < len(bracket.rungs) - 1]
    return {t.number for t in below} - {promoted_from(trial) for trial in history}


def insight(problem: Problem, history: History, options: Options) -> Rungs:
    """The rungs with the trials that have reached them."""
    return picture(problem, [bracket_of(problem, options, 0, rungs(options))], history)


METHOD = Method(
    name="asha",
    title="ASHA",
    family="Hyper-parameter optimisation",
    paper=(
        "Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht & Talwalkar, A system for massively "
        "parallel hyperparameter tuning, MLSys 2020"
    ),
    summary=(
        "Successive halving without waiting: a free device continues the best training that has earned "
        "it, or else begins a new one. Keeps any number of devices busy."
    ),
    propose=propose,
    use_when=(
        "Training is long, many devices work at once, and a few epochs or a part of the data already "
        "tell strong candidates from weak ones. It goes on until your limit of trials or of time."
    ),
    avoid_when=(
        "Early scores do not foretell late ones: the picture of the run shows how they correlate. With "
        "one device it has nothing to gain over successive halving, and the first trials of a rung are "
        "promoted with little to compare them with."
    ),
    corrected=(
        "Several programs call ASHA what only stops trials early. The method of the paper pauses them: "
        "one that is overtaken at first can still go on later, from its checkpoint, as it does here."
    ),
    options=Options,
    needs=(USUAL,),
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
