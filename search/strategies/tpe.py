"""TPE. Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from search.draws import first_fresh, fresh
from search.history import Candidate, History, Trial
from search.insight import Densities
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.encoding import Array, Axis, axes_of, deactivate, vectors
from search.surrogates.marginals import densities
from search.surrogates.parzen import (
    Parzen,
    close_widths,
    gap_widths,
    improvements,
    joint_widths,
)

Widths = Callable[[Sequence[Axis], Array], Array]

MOST_GOOD = 25
"""Trials that count as good, at most: a longer list would hold merely decent ones."""

FULL_WEIGHT = 25
"""The latest trials count in full, and earlier ones less and less (Bergstra et al. 2013, hyperopt)."""


@dataclass(frozen=True)
class Options:
    """Options of TPE; docs/benchmarks.md tells where the defaults come from."""

    start_up: int = option(
        10,
        title="Trials at random first",
        help="Until so many have ended, nothing is modelled.",
        minimum=1,
        maximum=10_000,
    )
    good_share: float = option(
        0.1,
        title="Share of good trials",
        help="The best of this share are told from the rest, at most 25 of them.",
        minimum=0.01,
        maximum=0.5,
    )
    candidates: int = option(
        100,
        title="Candidates a trial",
        help="Drawn near good trials; the one that is most typical of good and least of bad ones is "
        "tried.",
        minimum=1,
        maximum=10_000,
    )
    alone: bool = option(
        False,
        title="Model each hyper-parameter on its own",
        help="As in the paper, which cannot see that two belong together.",
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Draw near good trials, and of these try the likeliest to be good (section 4)."""
    if len(history.finished()) < options.start_up:
        why = Message(
            "At random, before the model: %(number)s of %(of)s",
            {"number": len(history) + 1, "of": options.start_up},
        )
        return Proposal(fresh(problem, history, rng), why=why)
    good, bad = split(history, options)
    drawn, score = candidates(problem, good, bad, rng, options)
    order = np.argsort(-score, kind="stable")
    ordered = (Candidate(problem.space.config(drawn[index])) for index in order)
    best = first_fresh(problem, history, ordered)
    if best is None:
        why = Message("At random: the limits forbid what the model would try, or it was tried")
        return Proposal(fresh(problem, history, rng), why=why)
    why = Message(
        "Likelier among the %(good)s good trials than among the %(bad)s others",
        {"good": len(good), "bad": len(bad)},
    )
    return Proposal(best, why=why, memo={GUIDED: True})


def split(history: History, options: Options) -> tuple[list[Trial], list[Trial]]:
    """Good trials, best first, and all others, which are the best of the rest and those without a loss.

    What failed or has not ended is not good (constant liar).
    """
    ranked = history.ranked()
    good = ranked[: min(math.ceil(options.good_share * len(ranked)), MOST_GOOD)]
    known = {trial.number for trial in good}
    return list(good), [trial for trial in history if trial.number not in known]


def candidates(
    problem: Problem,
    good: list[Trial],
    bad: list[Trial],
    rng: np.random.Generator,
    options: Options,
) -> tuple[Array, Array]:
    """Points (m, d) drawn where good trials are dense, and how much denser these are there than others."""
    near, far = models(problem, good, bad, options)
    drawn = deactivate(problem.space, near.sample(options.candidates, rng))
    if not options.alone:
        return drawn, near.log_density(drawn) - far.log_density(drawn)
    return _apart(problem, near, far, rng, options), np.zeros(1)


def models(
    problem: Problem, good: list[Trial], bad: list[Trial], options: Options
) -> tuple[Parzen, Parzen]:
    """The density of good trials, the better the more, and that of the others, the later the more."""
    losses = np.array([trial.loss for trial in good])
    threshold = min((trial.loss for trial in bad), default=math.inf)
    near = _density(
        problem,
        good,
        improvements(losses, threshold),
        gap_widths if options.alone else close_widths,
    )
    far = _density(problem, bad, _weights(len(bad)), gap_widths if options.alone else joint_widths)
    return near, far


def _apart(
    problem: Problem, near: Parzen, far: Parzen, rng: np.random.Generator, options: Options
) -> Array:
    """The best value of every axis, put together (1, d); its parents decide which children count."""
    merged = np.empty((1, len(near.axes)))
    for place, axis in enumerate(near.axes):
        drawn = np.full((options.candidates, len(near.axes)), np.nan)
        drawn[:, place] = near.sample(options.candidates, rng)[:, place]
        gain = near.log_density(drawn) - far.log_density(drawn)
        merged[0, place] = axis.only if axis.is_fixed else drawn[int(gain.argmax()), place]
    return deactivate(problem.space, merged)


def _density(problem: Problem, trials: list[Trial], weights: Array, widths: Widths) -> Parzen:
    axes = axes_of(problem.space)
    points = vectors(problem.space, [trial.candidate.config for trial in trials])
    return Parzen(axes, points, widths(axes, points), weights)


def _weights(count: int) -> Array:
    """Of trials in their order: the latest in full, the first next to nothing."""
    if count <= FULL_WEIGHT:
        return np.ones(count)
    ramp = np.linspace(1 / count, 1, count - FULL_WEIGHT)
    return np.concatenate([ramp, np.ones(FULL_WEIGHT)])


def insight(problem: Problem, history: History, options: Options) -> Densities:
    """How dense good trials are along each hyper-parameter, and how dense the others."""
    if len(history.finished()) < options.start_up:
        return Densities((), (), (), {})
    good, bad = split(history, options)
    return densities(problem, (good, bad), models(problem, good, bad, options), {})


METHOD = Method(
    name="tpe",
    title="TPE",
    family="Hyper-parameter optimisation",
    paper=(
        "Bergstra, Bardenet, Bengio & Kégl, Algorithms for hyper-parameter optimization, NIPS 2011"
    ),
    summary=(
        "Learns where good trials are dense and others are not, and tries there. Cheap to compute, at "
        "home in spaces with conditions and choices; needs some dozen trials to be better than random."
    ),
    propose=propose,
    insight=insight,
    use_when=(
        "You can afford fifty trials or more, and the search space has choices and conditions. It takes no "
        "time to choose, however many trials there are, and bears many workers."
    ),
    avoid_when=(
        "You can afford only a few dozen trials of numbers: Bayesian optimisation needs fewer. Or a "
        "training is long and could be stopped early: BOHB models alike and saves on the rest."
    ),
    corrected=(
        "As published, and as the name says, each hyper-parameter is modelled on its own. What is called "
        "TPE today, and here, models them jointly, which needs about half as many trials."
    ),
    options=Options,
    searches=(CONFIG,),
)
