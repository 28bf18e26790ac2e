"""Successive halving. Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter
optimization", AISTATS 2016. Many short trainings; the better part of each rung goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.draws import fresh
from search.history import History
from search.method import USUAL, Method, Problem, Proposal
from search.options import option
from search.promoted import Rungs
from search.rung_insight import picture
from search.rungs import (
    Rung,
    RungOptions,
    Start,
    bracket_of,
    next_in_bracket,
    refuses,
    resumable_in,
    work_of,
)


@dataclass(frozen=True)
class Options(RungOptions):
    """Options of successive halving; where the paper halves, a third goes on."""

    initial: int = option(
        27,
        title="Trials at the start",
        help="Candidates on the lowest rung. With so few that one is left before the longest training, "
        "no rung trains that long.",
        minimum=1,
        maximum=100_000,
    )


def rungs(options: Options) -> list[Rung]:
    """n eta^-i trials with r eta^i epochs, as long as a trial is left and the epochs allow it."""
    found, size, resource = [], options.initial, options.min_epochs
    while size >= 1 and resource <= options.max_epochs:
        found.append(Rung(size, resource))
        size, resource = size // options.eta, resource * options.eta
    return found


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """Fill the lowest rung, then promote when a rung has ended; None when all must wait, or at the end."""
    bracket = bracket_of(problem, options, 0, rungs(options))
    return next_in_bracket(bracket, history, lambda: Start(fresh(problem, history, rng)))


def plan(problem: Problem, options: Options) -> list[float]:
    """What each trial has to train, in epochs on all training data."""
    return work_of(problem, bracket_of(problem, options, 0, rungs(options)))


def resumable(problem: Problem, history: History, options: Options) -> set[int]:
    """The trials that may yet be promoted."""
    return resumable_in(bracket_of(problem, options, 0, rungs(options)), history)


def insight(problem: Problem, history: History, options: Options) -> Rungs:
    """The rungs with the trials that have reached them."""
    return picture(problem, [bracket_of(problem, options, 0, rungs(options))], history)


METHOD = Method(
    name="successive_halving",
    title="Successive halving",
    family="Hyper-parameter optimisation",
    paper="Jamieson & Talwalkar, Non-stochastic best arm identification, AISTATS 2016",
    summary=(
        "Trains many candidates a little, keeps the better part, trains these longer, and so on. One "
        "bracket of Hyperband: simpler, but you choose how many to begin with."
    ),
    use_when=(
        "It is known about how early strong candidates can be told from weak ones, and one "
        "bracket that judges then is wanted."
    ),
    avoid_when=(
        "That is not known: Hyperband tries several beginnings. Or early scores say little of "
        "later ones."
    ),
    corrected=(
        "It is said to share the budget evenly. It does so among the candidates of one rung; "
        "those that survive get more and more."
    ),
    propose=propose,
    options=Options,
    needs=(USUAL,),
    plan=plan,
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
