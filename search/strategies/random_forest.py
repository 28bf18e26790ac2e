"""Model-based search with a random forest. Hutter, Hoos & Leyton-Brown, "Sequential model-based
optimization for general algorithm configuration", LION 2011; the constants are SMAC3's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.draws import first_fresh, fresh
from search.history import Candidate, History
from search.insight import Slices
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.acquisition import maximise
from search.surrogates.design import spread_evenly
from search.surrogates.encoding import Array, axes_of, vectors
from search.surrogates.forest import Forest, log_improvement, logarithms
from search.surrogates.observations import observed
from search.surrogates.scales import Logarithms, Standard
from search.surrogates.slicing import Surrogate, slices_through

NEAR = 10
"""The best trials, around which a local search begins (SMAC3's local search)."""


@dataclass(frozen=True)
class Options:
    """Options of the search with a random forest."""

    start_up: int = option(
        10,
        title="Trials spread evenly first",
        help="Until so many have ended, nothing is modelled.",
        minimum=2,
        maximum=1000,
    )
    trees: int = option(
        10,
        title="Trees",
        help="Each cuts the space by chance in its own way; where they disagree, little is known.",
        minimum=2,
        maximum=500,
    )
    random_share: float = option(
        0.2,
        title="Share drawn at random",
        help="Of the trials after the start, so that a wrong model cannot keep the search for itself.",
        minimum=0,
        maximum=1,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Try where the expected improvement over the best prediction is largest (algorithm 2)."""
    if len(history.finished()) < options.start_up:
        return spread_evenly(problem, history, rng, options.start_up)
    if rng.random() < options.random_share:
        why = Message("At random, as every now and then, in case that the model is wrong")
        return Proposal(fresh(problem, history, rng), why=why)
    model, points = _fitted(problem, history, rng, options)
    predicted, _ = model.predict(points)
    near = points[np.argsort(predicted, kind="stable")[:NEAR]]

    def score(places: Array) -> Array:
        return log_improvement(*model.predict(places), float(predicted.min()))

    ranked = maximise(problem.space, model.axes, score, near, rng)
    best = first_fresh(problem, history, (Candidate(problem.space.config(p)) for p in ranked))
    if best is None:
        why = Message("At random: the limits forbid what the model would try, or it was tried")
        return Proposal(fresh(problem, history, rng), why=why)
    why = Message(
        "The %(trees)s trees of the model, grown on %(known)s trials, promise the largest "
        "improvement here",
        {"trees": options.trees, "known": len(points)},
    )
    return Proposal(best, why=why, memo={GUIDED: True})


def _fitted(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> tuple[Forest, Array]:
    """The forest and the points that it has seen; what is under way counts as average so far."""
    points, values = observed(problem, history.finished())
    pending = vectors(problem.space, [t.candidate.config for t in history.running()])
    points = np.concatenate([points, pending])
    values = np.concatenate([values, np.zeros(len(pending))])
    return Forest(axes_of(problem.space), points, logarithms(values), options.trees, rng), points


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the trees predict along each hyper-parameter, through the best trial so far."""
    ended = history.finished()
    if len(ended) < options.start_up or not history.ranked():
        return Slices(through=0, slices=(), seen=())
    rng = np.random.default_rng(len(history))
    model, points = _fitted(problem, History(ended), rng, options)
    values = observed(problem, ended)[1]
    scale = Logarithms.of(
        Standard.of(np.array([t.loss for t in ended])), values, logarithms(values)
    )
    best = float(model.predict(points)[0].min())

    def merit(places: Array) -> Array:
        return log_improvement(*model.predict(places), best)

    told = Surrogate(model.axes, scale, model.predict, merit)
    return slices_through(problem, history, history.ranked()[0], told)


METHOD = Method(
    name="random_forest",
    title="Random forest (SMAC)",
    family="Hyper-parameter optimisation",
    paper=(
        "Hutter, Hoos & Leyton-Brown, Sequential model-based optimization for general algorithm "
        "configuration, LION 2011"
    ),
    summary=(
        "Grows a random forest on all trials and tries where its trees promise the largest improvement. "
        "At home in spaces with many choices and conditions, and with losses that jump."
    ),
    use_when=(
        "You have 30 trials or more, and a space of many choices of which some only count under others: "
        "trees cut such a space as it is."
    ),
    avoid_when=(
        "All hyper-parameters are numbers and the loss changes smoothly: a Gaussian process then needs "
        "fewer trials. With less than 20 trials it is hardly more than random search."
    ),
    corrected=(
        "It is said that the trees' disagreement measures doubt. It does so roughly: far from all trials "
        "they may agree by chance, which is why some trials are drawn at random."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    searches=(CONFIG,),
)
