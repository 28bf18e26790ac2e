"""Hyperband. Li et al., "Hyperband: a novel bandit-based approach to hyper-parameter optimization",
JMLR 2018. Brackets of successive halving, from the most aggressive to none at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.brackets import BracketOptions, insight, next_in_brackets, plan, resumable
from search.draws import fresh
from search.history import History
from search.method import USUAL, Method, Problem, Proposal
from search.rungs import Start, refuses


@dataclass(frozen=True)
class Options(BracketOptions):
    """Options of Hyperband."""


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """Fill the brackets with candidates drawn at random, and promote the best (algorithm 1)."""
    return next_in_brackets(problem, history, options, lambda: Start(fresh(problem, history, rng)))


METHOD = Method(
    name="hyperband",
    title="Hyperband",
    family="Hyper-parameter optimisation",
    paper="Li et al., Hyperband: a novel bandit-based approach to HPO, JMLR 2018",
    summary=(
        "Starts many trainings, stops the weak ones early and lets the strong ones go on from "
        "where they are. Usually the quickest way to a good result when training is long."
    ),
    use_when=(
        "Trainings are long, early scores foretell later ones, and it is not known how early one "
        "may judge."
    ),
    avoid_when=(
        "Early scores say little of later ones: the rank correlations beside its picture tell. Or "
        "trainings are so short that little can be saved."
    ),
    corrected=(
        "It is said to need trainings that go on from checkpoints. It does not: going on saves "
        "about a sixth of the work. That it fares badly with many hyper-parameters was asserted, "
        "not measured. And its paper's table and its algorithm differ, so both are here."
    ),
    propose=propose,
    options=Options,
    needs=(USUAL,),
    plan=plan,
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
