"""Entropy search. Hennig & Schuler, "Entropy search for information-efficient global optimization",
JMLR 2012."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.draws import fresh, is_tried
from search.history import History
from search.insight import Slices
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.design import spread_evenly
from search.surrogates.information import Environment, Information
from search.surrogates.observations import Warp, losses_of
from search.surrogates.slicing import slices_through


@dataclass(frozen=True)
class Options:
    """Options of entropy search."""

    start_up: int = option(
        8,
        title="Trials spread evenly first",
        help="Until so many have ended, nothing is modelled.",
        minimum=2,
        maximum=1000,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Try what tells most about where the minimum is (section 2.6), not what looks best itself."""
    ended = history.finished()
    if len(ended) < options.start_up or not history.ranked():
        return spread_evenly(problem, history, rng, options.start_up)
    belief = _belief(problem, history)
    best = belief.incumbent()
    for asked in belief.ranked(rng):
        if not is_tried(asked.candidate, history):
            why = Message(
                "Tells most about where the best is; so far it is believed near trial %(number)s",
                {"number": best.number},
            )
            return Proposal(asked.candidate, why=why, memo={GUIDED: True})
    why = Message("At random: all that the model would try was tried")
    return Proposal(fresh(problem, history, rng), why=why)


def _belief(problem: Problem, history: History) -> Information:
    ended, running = history.finished(), history.running()
    losses = losses_of(problem, ended)
    everywhere, warp = Environment(choices=np.ones(1), target=1.0), Warp.of(losses)
    ones = np.ones(len(ended))
    belief = Information(problem, everywhere, ended, ones, warp.values(losses), warp)
    belief.expecting(running, np.ones(len(running)))
    return belief


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the model believes along each hyper-parameter, through the trial that it expects to be best."""
    if len(history.finished()) < options.start_up or not history.ranked():
        return Slices(through=0, slices=(), seen=())
    belief = _belief(problem, history)
    return slices_through(problem, history, belief.incumbent(), belief)


METHOD = Method(
    name="entropy_search",
    title="Entropy search",
    family="Hyper-parameter optimisation",
    paper=(
        "Hennig & Schuler, Entropy search for information-efficient global optimization, JMLR 2012"
    ),
    summary=(
        "Tries what will tell most about where the best configuration is, even if it is not good "
        "itself. For few and very long trainings; choosing takes about half a second."
    ),
    use_when=(
        "Each training takes so long that only some dozen are possible, and what is wanted is to know "
        "where the best lies rather than to have good trials on the way."
    ),
    avoid_when=(
        "Trials should be good from early on, there are many categories, or trainings are short: "
        "Bayesian optimisation by expected improvement is simpler and as good there."
    ),
    corrected=(
        "It is often said to be better than expected improvement in general. It was shown so mainly on "
        "functions drawn from the model itself; on others neither wins always."
    ),
    propose=propose,
    options=Options,
    searches=(CONFIG,),
    insight=insight,
)
