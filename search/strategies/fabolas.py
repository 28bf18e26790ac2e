"""FABOLAS. Klein, Falkner, Bartels, Hennig & Hutter, "Fast Bayesian optimization of machine learning
hyperparameters on large datasets", AISTATS 2017."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.history import History, Trial
from search.insight import Slices
from search.method import CONFIG, Method, Problem, Proposal
from search.options import option
from search.rungs import FRACTION
from search.surrogates.encoding import Array
from search.surrogates.information import Environment, Information
from search.surrogates.observations import Warp, losses_of
from search.surrogates.shares import by_chance, is_modelled, most_telling, shares_of
from search.surrogates.slicing import slices_through

SIZES = 6
"""Amounts of data that may be asked for, from the least to all, each the same times the one before."""

START = (0, 0, 1, 0, 2, 0, 1)
"""Amounts of the first trials, over and over: about half with the least, as in the authors' script."""


@dataclass(frozen=True)
class Options:
    """Options of FABOLAS."""

    start_up: int = option(
        10,
        title="Trials at random first",
        help="On small parts of the data; until so many have ended, nothing is modelled.",
        minimum=3,
        maximum=1000,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Ask where a second of training tells most about the best configuration on all data (section 4)."""
    if not is_modelled(history, options.start_up):
        share = float(sizes(problem)[START[len(history) % len(START)]])
        return by_chance(problem, history, rng, {FRACTION: share}, options.start_up)
    return most_telling(
        problem, history, rng, believed(problem, history), lambda share: {FRACTION: share}
    )


def sizes(problem: Problem) -> Array:
    """Shares of the training data from the least to all, evenly spread by their logarithms."""
    amounts: Array = np.geomspace(_least(problem), 1.0, SIZES)
    return amounts


def _least(problem: Problem) -> float:
    fidelity = problem.fidelity(FRACTION)
    assert fidelity is not None
    return fidelity.minimum


def environment(problem: Problem) -> Environment:
    """How losses and costs depend on the share of the data (section 4.1).

    The share counts by its logarithm, u, from 0 for the least to 1 for all, as in the authors' code.
    Losses: a part for all data, and one that fades as (1 - u)²; the two correlate as they will. The
    logarithm of the time: a part for all shares, and one that grows as u.
    """
    least = _least(problem)

    def progress(shares: Array) -> Array:
        done: Array = 1 - np.log(shares) / np.log(least)
        return done

    def loss(shares: Array) -> Array:
        return np.stack([np.ones(len(shares)), (1 - progress(shares)) ** 2], axis=1)

    def cost(shares: Array) -> Array:
        return np.stack([np.ones(len(shares)), progress(shares)], axis=1)

    return Environment(sizes(problem), target=1.0, loss=loss, cost=cost, share=np.asarray)


def believed(problem: Problem, history: History) -> Information:
    """The model of losses on all data, from trials with any share of it."""
    ended, running = history.finished(), history.running()
    losses = losses_of(problem, ended)
    warp, shares = Warp.of(losses), shares_of(ended)
    belief = Information(problem, environment(problem), ended, shares, warp.values(losses), warp)
    belief.expecting(running, shares_of(running))
    return belief


def incumbent(problem: Problem, history: History, options: Options) -> Trial | None:
    """The trial whose configuration is expected to be the best on all data, whatever it had itself."""
    return (
        believed(problem, history).incumbent() if is_modelled(history, options.start_up) else None
    )


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the model believes of all data along each hyper-parameter, through the expected best."""
    if not is_modelled(history, options.start_up):
        return Slices(through=0, slices=(), seen=())
    belief = believed(problem, history)
    return slices_through(problem, history, belief.incumbent(), belief)


METHOD = Method(
    name="fabolas",
    title="FABOLAS",
    family="Hyper-parameter optimisation",
    paper=(
        "Klein, Falkner, Bartels, Hennig & Hutter, Fast Bayesian optimization of machine learning "
        "hyperparameters on large datasets, AISTATS 2017"
    ),
    summary=(
        "Learns on small parts of the training data what will be best on all of it: each trial is "
        "where, and on as much data as, a second of training tells most."
    ),
    use_when=(
        "The training data is large, training time grows with it, and there are few hyper-parameters, "
        "most of them numbers."
    ),
    avoid_when=(
        "Training on a part of the data is hardly quicker, or so small a part misleads; or trainings "
        "take seconds: choosing takes about a second."
    ),
    corrected=(
        "It saves on training data, not on hyper-parameters, as a survey has it. Ten to a hundred times "
        "faster is the range of the paper's own comparisons; others have found Hyperband to be as good."
    ),
    propose=propose,
    options=Options,
    needs=(FRACTION,),
    searches=(CONFIG,),
    insight=insight,
    incumbent=incumbent,
)
