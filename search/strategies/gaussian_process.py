"""Bayesian optimisation with a Gaussian process. Snoek, Larochelle & Adams, "Practical Bayesian
optimization of machine learning algorithms", NIPS 2012."""

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
from search.surrogates.encoding import axes_of, vectors
from search.surrogates.merit import Merit
from search.surrogates.slicing import slices_through

LIKELIEST, DRAWN = "likeliest", "drawn"
KERNELS = 10
"""Kernels that the merit is averaged over, as in the paper's code."""

NEAR = 5
"""The best trials, which the search for the highest merit also begins at."""


@dataclass(frozen=True)
class Options:
    """Options of Bayesian optimisation."""

    start_up: int = option(
        10,
        title="Trials spread evenly first",
        help="Until so many have ended, nothing is modelled.",
        minimum=1,
        maximum=1000,
    )
    kernels: str = option(
        LIKELIEST,
        title="Settings of the model",
        help="The likeliest ones are quick to find. Averaging over several is the paper's way: more "
        "careful while trials are few, and many times slower.",
        choices=((LIKELIEST, "The likeliest"), (DRAWN, "Averaged over several")),
    )
    per_second: bool = option(
        False,
        title="Prefer quick trials",
        help="Improvement per second of training: how long a trial takes is modelled, too.",
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Try where the expected improvement over the best is largest (section 2)."""
    ended = history.finished()
    if len(ended) < options.start_up or not history.ranked():
        return spread_evenly(problem, history, rng, options.start_up)
    axes = axes_of(problem.space)
    merit = _merit(problem, history, rng, options)
    near = [trial.candidate.config for trial in history.ranked()[:NEAR]]
    points = maximise(problem.space, axes, merit, vectors(problem.space, near), rng)
    chosen = first_fresh(problem, history, (Candidate(problem.space.config(p)) for p in points))
    if chosen is None:
        why = Message("At random: the limits forbid what the model would try, or it was tried")
        return Proposal(fresh(problem, history, rng), why=why)
    mean, deviation = merit.predict(vectors(problem.space, [chosen.config]))
    why = Message(
        "The model expects %(mean)s deviations from the average, give or take %(deviation)s",
        {"mean": f"{mean[0]:+.2f}", "deviation": f"{deviation[0]:.2f}"},
    )
    return Proposal(chosen, why=why, memo={GUIDED: True})


def _merit(problem: Problem, history: History, rng: np.random.Generator, options: Options) -> Merit:
    kernels = KERNELS if options.kernels == DRAWN else 0
    return Merit(problem, history, rng, kernels=kernels, per_second=options.per_second)


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the model believes along each hyper-parameter, through the best trial so far."""
    if len(history.finished()) < options.start_up or not history.ranked():
        return Slices(through=0, slices=(), seen=())
    rng = np.random.default_rng(len(history))
    merit = _merit(problem, history, rng, options)
    return slices_through(problem, history, history.ranked()[0], merit)


METHOD = Method(
    name="gaussian_process",
    title="Bayesian optimisation",
    family="Hyper-parameter optimisation",
    paper=(
        "Snoek, Larochelle & Adams, Practical Bayesian optimization of machine learning algorithms, "
        "NIPS 2012"
    ),
    summary=(
        "Fits a Gaussian process to all trials and tries where it expects the largest improvement. The "
        "fewest trials to a good result where numbers matter; slow to choose after a thousand."
    ),
    use_when=(
        "Each training takes minutes or more, there are at most some hundred of them, and up to about "
        "twenty hyper-parameters, most of them numbers."
    ),
    avoid_when=(
        "Trainings take seconds: choosing would take as long as training. With thousands of trials, "
        "TPE is as good and much quicker to choose."
    ),
    corrected=(
        "The paper's CIFAR-10 error of 15.0 % was not met again by the authors of Hyperband. The "
        "method's own authors average over settings of the model; the likeliest settings, which are "
        "the default here, are what most programs use today."
    ),
    propose=propose,
    options=Options,
    searches=(CONFIG,),
    insight=insight,
)
