"""BOHB. Falkner, Klein & Hutter, "BOHB: robust and efficient hyperparameter optimization at scale",
ICML 2018. Hyperband's brackets, filled with candidates from where good trials are dense.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.brackets import BracketOptions, largest_budget, next_in_brackets, plan, resumable
from search.brackets import insight as rungs
from search.draws import first_fresh, fresh
from search.history import Candidate, History, Trial
from search.insight import Densities, Several
from search.method import CONFIG, USUAL, Method, Problem, Proposal
from search.options import option
from search.rungs import Start, refuses
from search.surrogates.encoding import axes_of, deactivate, vectors
from search.surrogates.kernel_density import KernelDensity
from search.surrogates.marginals import densities as marginals
from search.surrogates.parzen import Parzen, improvements, joint_widths

SMOOTHED, PAPER = "smoothed", "paper"

WIDTH = 0.15
"""Of a smoothed density, the width of the kernel of a point alone, as a part of the range."""

MORE = 2
"""Trials that a budget needs beyond N_min = d + 1 before it is modelled (section 4.1)."""


@dataclass(frozen=True)
class Options(BracketOptions):
    """Options of BOHB: those of Hyperband, and how candidates are drawn."""

    random_share: float = option(
        1 / 3,
        title="Share drawn at random",
        help="This share of the new candidates ignores what was learnt, so that a model that errs cannot "
        "lead the whole search astray.",
        minimum=0,
        maximum=1,
    )
    good_share: float = option(
        0.15,
        title="Share of good trials",
        help="The best of this share, among those trained equally far, are told from the rest.",
        minimum=0.01,
        maximum=0.5,
    )
    candidates: int = option(
        64,
        title="Candidates a trial",
        help="Drawn near good trials; the one that is most typical of good and least of bad ones is "
        "tried.",
        minimum=1,
        maximum=10_000,
    )
    density: str = option(
        SMOOTHED,
        title="How good trials are modelled",
        help="The paper's estimate knows nothing but the trials, and so needs as many good ones as there "
        "are hyper-parameters. The smoothed one adds what the search space says, and makes do with few.",
        choices=((SMOOTHED, "Smoothed by the search space"), (PAPER, "As in the paper")),
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """Fill the brackets where good trials are dense, and promote the best (algorithm 2)."""
    return next_in_brackets(
        problem, history, options, lambda: _draw(problem, history, rng, options)
    )


def _draw(problem: Problem, history: History, rng: np.random.Generator, options: Options) -> Start:
    by_chance = rng.random() < options.random_share
    seen = [] if by_chance else _modelled(problem, history)
    if not seen:
        return Start(fresh(problem, history, rng))
    good, bad = split(problem, seen, options)
    near, far = densities(problem, good, bad, options)
    drawn = deactivate(problem.space, near.sample(options.candidates, rng))
    order = np.argsort(far.log_density(drawn) - near.log_density(drawn), kind="stable")
    ordered = (Candidate(problem.space.config(drawn[index])) for index in order)
    best = first_fresh(problem, history, ordered)
    return Start(best, len(seen)) if best else Start(fresh(problem, history, rng))


def _modelled(problem: Problem, history: History) -> Sequence[Trial]:
    """The trials of the largest budget that has enough of them to be modelled, best first."""
    return largest_budget(history, len(problem.space.names) + 1 + MORE)


def split(
    problem: Problem, seen: Sequence[Trial], options: Options
) -> tuple[Sequence[Trial], Sequence[Trial]]:
    """Good trials, and the others.

    The paper's density needs N_min = d + 1 of each, so they may overlap (section 4.1, equation 3).
    """
    good = math.ceil(options.good_share * sum(math.isfinite(trial.loss) for trial in seen))
    if options.density != PAPER:
        return seen[:good], seen[good:]
    least = len(problem.space.names) + 1
    good = max(least, good)
    return seen[:good], seen[-max(least, len(seen) - good) :]


def densities(
    problem: Problem, good: Sequence[Trial], bad: Sequence[Trial], options: Options
) -> tuple[Parzen | KernelDensity, Parzen | KernelDensity]:
    """Of good trials and of the others (equation 2); with the prior's help, the better count for more."""
    axes = axes_of(problem.space)
    near, far = (
        vectors(problem.space, [trial.candidate.config for trial in part]) for part in (good, bad)
    )
    if options.density == PAPER:
        return KernelDensity(axes, near), KernelDensity(axes, far)
    losses = np.array([trial.loss for trial in good])
    weights = improvements(losses, min(trial.loss for trial in bad))
    return (
        Parzen(axes, near, joint_widths(axes, near, WIDTH), weights),
        Parzen(axes, far, joint_widths(axes, far, WIDTH)),
    )


def insight(problem: Problem, history: History, options: Options) -> Several:
    """Who went on, rung by rung, and where good trials are dense among those of the budget modelled."""
    return Several([rungs(problem, history, options), _along(problem, history, options)])


def _along(problem: Problem, history: History, options: Options) -> Densities:
    seen = _modelled(problem, history)
    if not seen:
        return Densities((), (), (), {})
    parts = split(problem, seen, options)
    models = densities(problem, *parts, options)
    return marginals(problem, parts, models, seen[0].fidelity)


METHOD = Method(
    name="bohb",
    title="BOHB",
    family="Hyper-parameter optimisation",
    paper="Falkner, Klein & Hutter, BOHB: robust and efficient HPO at scale, ICML 2018",
    summary=(
        "Hyperband that learns: many short trainings of which the best go on, and new ones begin where "
        "good ones were. Soon good like Hyperband, and better the longer it runs."
    ),
    propose=propose,
    use_when=(
        "Training is long, how well a model does early says how well it will do, and you can afford "
        "some ten full trainings or more. Many workers are kept busy."
    ),
    avoid_when=(
        "Short trainings mislead: look at how well the rungs agree. Or there are far more than a dozen "
        "hyper-parameters, where it takes many trials until the model says anything."
    ),
    corrected=(
        "That 32 workers make it 15 times as fast is one measurement on one problem of the paper, no "
        "promise. The method as published starts each promoted training anew; here it goes on from "
        "where it stopped."
    ),
    options=Options,
    searches=(CONFIG,),
    needs=(USUAL,),
    plan=plan,
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
