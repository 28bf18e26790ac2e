"""TPE. Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from search.draws import first_fresh, fresh
from search.history import Candidate, History, Trial
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.encoding import Array, axes_of, deactivate, vectors
from search.surrogates.parzen import Parzen, gap_widths, joint_widths

MOST_GOOD = 25
"""Trials that count as good, at most: a longer list would hold merely decent ones."""

FULL_WEIGHT = 25
"""The latest trials count in full, and earlier ones less and less (Bergstra et al. 2013, hyperopt)."""


@dataclass(frozen=True)
class Options:
    """Options of TPE; the defaults are those that its users have settled on."""

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
        24,
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
    """Good trials and all others; those that failed or have not ended are not good (constant liar)."""
    ranked = history.ranked()
    count = min(math.ceil(options.good_share * len(ranked)), MOST_GOOD)
    good = sorted(ranked[:count], key=lambda t: t.number)
    known = {trial.number for trial in good}
    return good, [trial for trial in history if trial.number not in known]


def candidates(
    problem: Problem,
    good: list[Trial],
    bad: list[Trial],
    rng: np.random.Generator,
    options: Options,
) -> tuple[Array, Array]:
    """Points (m, d) drawn where good trials are dense, and how much denser these are there than others."""
    axes = axes_of(problem.space)
    near, far = (_density(problem, trials, options) for trials in (good, bad))
    drawn = deactivate(problem.space, near.sample(options.candidates, rng))
    if not options.alone:
        return drawn, near.log_density(drawn) - far.log_density(drawn)
    # Each on its own: the best value of every axis is put together, and its parents decide its children.
    merged = np.empty((1, len(axes)))
    for place, axis in enumerate(axes):
        alone = np.full_like(drawn, np.nan)
        values = near.sample(options.candidates, rng)[:, place]
        alone[:, place] = values
        gain = near.log_density(alone) - far.log_density(alone)
        merged[0, place] = axis.only if axis.is_fixed else values[int(gain.argmax())]
    return deactivate(problem.space, merged), np.zeros(1)


def _density(problem: Problem, trials: list[Trial], options: Options) -> Parzen:
    axes = axes_of(problem.space)
    points = vectors(problem.space, [trial.candidate.config for trial in trials])
    widths = gap_widths if options.alone else joint_widths
    return Parzen(axes, points, widths(axes, points), _weights(len(trials)))


def _weights(count: int) -> Array:
    """Of trials in their order: the latest in full, the first next to nothing."""
    if count <= FULL_WEIGHT:
        return np.ones(count)
    ramp = np.linspace(1 / count, 1, count - FULL_WEIGHT)
    return np.concatenate([ramp, np.ones(FULL_WEIGHT)])


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
    options=Options,
    searches=(CONFIG,),
)
