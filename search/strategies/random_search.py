"""Random search. Bergstra & Bengio, "Random search for hyper-parameter optimization", JMLR 2012."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from search.draws import REDRAWS, fresh, is_tried
from search.history import Candidate, History
from search.insight import Points
from search.message import Message
from search.method import Method, Problem, Proposal
from search.options import option
from search.surrogates.acquisition import even
from search.surrogates.encoding import Axis, axes_of, deactivate
from search.surrogates.places import coverage, free

SEED, PLACE = "sequence", "place"
"""In the memo of a trial: the seed of the sequence of points, and its place in it."""


@dataclass(frozen=True)
class Options:
    """Options of random search."""

    evenly: bool = option(
        False,
        title="Spread evenly",
        help="Takes the points of a scrambled Sobol' sequence, which leave smaller gaps than draws that "
        "know nothing of each other. All choices then come equally often, whatever their weights.",
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Draw every active hyper-parameter, and the architecture, independently from its prior (section 2)."""
    if options.evenly:
        return _evenly(problem, history, rng)
    why = Message("Drawn at random from the search space")
    return Proposal(fresh(problem, history, rng), why=why)


def _evenly(problem: Problem, history: History, rng: np.random.Generator) -> Proposal:
    """The next point of the sequence that is allowed and new (section 2.3 compares such sequences)."""
    own = [trial.memo for trial in history if SEED in trial.memo]
    seed = int(own[0][SEED]) if own else int(rng.integers(2**31))
    first = int(own[-1][PLACE]) + 1 if own else 0
    length = 1 << (first + REDRAWS).bit_length()
    points = even(axes_of(problem.space), length, np.random.default_rng(seed))
    points = deactivate(problem.space, points[first : first + REDRAWS])
    why = Message("Point %(number)s of an even sequence", {"number": len(own) + 1})
    for place, point in enumerate(points, start=first):
        candidate = Candidate(problem.space.config(point), problem.sample(rng).genotype)
        if problem.allows(candidate) and not is_tried(candidate, history):
            return Proposal(candidate, why=why, memo={SEED: seed, PLACE: place})
    last = first + len(points) - 1
    return Proposal(fresh(problem, history, rng), why=why, memo={SEED: seed, PLACE: last})


def insight(problem: Problem, history: History, options: Options) -> Points:
    """The trials, and the values that they have tried where a grid of as many has few (figure 1)."""
    axes, trials = free(problem), max(len(history), 1)
    levels = math.floor(trials ** (1 / max(len(axes), 1)) + 1e-9)
    return coverage(problem, history, [min(levels, _most(axis)) for axis in axes])


def _most(axis: Axis) -> float:
    """How many values there are on an axis."""
    return axis.choices or (round(1 / axis.step) + 1 if axis.step else math.inf)


METHOD = Method(
    name="random_search",
    title="Random search",
    family="Hyper-parameter optimisation",
    paper="Bergstra & Bengio, Random search for hyper-parameter optimization, JMLR 2012",
    summary=(
        "Tries configurations drawn at random. Hard to beat when few hyper-parameters matter, "
        "and the bar that every other method has to clear."
    ),
    use_when=(
        "Little is known yet, or a bar is wanted that other methods have to clear; any number of "
        "devices can work at once."
    ),
    avoid_when=(
        "Each training is dear: methods that learn from the trials need far fewer of them."
    ),
    corrected=(
        "It is said to beat a grid always. It does where few hyper-parameters matter, as is "
        "usual; where all matter alike, a grid is no worse."
    ),
    propose=propose,
    insight=insight,
    options=Options,
)
