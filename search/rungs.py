"""Rungs of successive halving: who is promoted, and how that is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search import insight
from search.history import Candidate, History, Trial
from search.message import Message
from search.method import Problem, Proposal


@dataclass(frozen=True)
class Rung:
    """A level of a bracket: how many trials reach it, and the epochs each has trained when it ends."""

    size: int
    epochs: int


def next_in_bracket(
    problem: Problem,
    number: int,
    bracket: Sequence[Rung],
    members: Sequence[Trial],
    rng: np.random.Generator,
) -> Proposal | None:
    """A new trial at the bottom, else a promotion once a rung has ended; None if neither can be.

    The best of a rung go on from their checkpoints; equal losses in order of number.
    """
    started = [t for t in members if t.memo["rung"] == 0]
    if len(started) < bracket[0].size:
        why = Message(
            "Bracket %(bracket)s: new configuration, %(epochs)s epochs first",
            {"bracket": number + 1, "epochs": bracket[0].epochs},
        )
        return _proposal(problem.sample(rng), number, 0, bracket[0], None, why)
    for level in range(1, len(bracket)):
        below = [t for t in members if t.memo["rung"] == level - 1]
        if not all(t.state.is_final for t in below):
            return None
        chosen = History(tuple(below)).ranked()[: bracket[level].size]
        promoted = {t.parent for t in members if t.memo["rung"] == level}
        for rank, parent in enumerate(chosen, start=1):
            if parent.number not in promoted:
                values = {"rank": rank, "of": len(below), "epochs": bracket[level].epochs}
                return _promotion(parent, number, level, bracket[level], values)
    return None


def _promotion(
    parent: Trial, bracket: int, level: int, rung: Rung, values: Mapping[str, int]
) -> Proposal:
    why = Message(
        "Bracket %(bracket)s: trial %(parent)s was number %(rank)s of %(of)s, "
        "so it goes on to %(epochs)s epochs",
        {"bracket": bracket + 1, "parent": parent.number, **values},
    )
    return _proposal(parent.candidate, bracket, level, rung, parent.number, why)


def _proposal(
    candidate: Candidate, bracket: int, level: int, rung: Rung, parent: int | None, why: Message
) -> Proposal:
    return Proposal(
        candidate,
        fidelity={"epochs": rung.epochs},
        parent=parent,
        why=why,
        memo={"bracket": bracket, "rung": level},
    )


def epochs_of(bracket: Sequence[Rung]) -> list[float]:
    """The epochs of each trial of a bracket; one that was promoted trains what its parent has not."""
    epochs: list[float] = []
    behind = 0
    for rung in bracket:
        epochs += [rung.epochs - behind] * rung.size
        behind = rung.epochs
    return epochs


def picture(brackets: Sequence[tuple[int, Sequence[Rung]]], history: History) -> insight.Rungs:
    """All rungs of the numbered brackets with the trials that have reached them."""
    promoted = {trial.parent for trial in history}
    rungs = []
    for number, bracket in brackets:
        members = [t for t in history if t.memo.get("bracket") == number]
        for level, rung in enumerate(bracket):
            trials = [
                insight.RungTrial(
                    number=trial.number,
                    state=trial.state.value,
                    loss=trial.loss if math.isfinite(trial.loss) else None,
                    promoted=trial.number in promoted,
                )
                for trial in members
                if trial.memo["rung"] == level
            ]
            rungs.append(insight.Rung(number, level, rung.epochs, rung.size, trials))
    return insight.Rungs(rungs)
