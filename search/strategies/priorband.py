"""PriorBand. Mallik et al., "PriorBand: practical hyperparameter optimization in the age of deep learning",
NeurIPS 2023. Hyperband's brackets, filled by chance, near a person's guess, and near the best so far.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from search.brackets import (
    BracketOptions,
    all_brackets,
    filling,
    insight,
    largest_budget,
    next_in_brackets,
    plan,
    resumable,
)
from search.draws import first_fresh, fresh
from search.history import Candidate, History, Trial
from search.method import CONFIG, USUAL, Method, Problem, Proposal
from search.options import option
from search.rungs import Start, refuses
from search.space import Space
from search.surrogates.encoding import Array, Axis, axes_of, deactivate, vectors
from search.surrogates.kernel_density import KernelDensity

CHANCE, GUESS, BEST = range(3)
"""Where a candidate comes from."""

CHANGED = 0.5
"""Chance of each hyper-parameter of the best trial to change in a new one (the authors' code)."""


@dataclass(frozen=True)
class Options(BracketOptions):
    """Options of PriorBand: those of Hyperband, and how sure the guess is."""

    spread: float = option(
        0.25,
        title="How far off the guess may be",
        help="The guess are the default values of the search space. Numbers are tried around them with "
        "this deviation, as a part of their range; a choice is another one with this chance.",
        minimum=0.01,
        maximum=1,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """Fill the brackets by chance, near the guess or near the best, and promote the best (algorithm 1)."""
    return next_in_brackets(
        problem, history, options, lambda: _draw(problem, history, rng, options)
    )


def _draw(problem: Problem, history: History, rng: np.random.Generator, options: Options) -> Start:
    """A candidate from one of the three sources; the guess itself comes before what is near it."""
    source = rng.choice((CHANCE, GUESS, BEST), p=chances(problem, history, options))
    if source == CHANCE:
        return Start(fresh(problem, history, rng))
    if source == GUESS:
        own = Candidate(problem.space.default())
        near = around(problem, guess(problem.space), options)
        return Start(
            first_fresh(problem, history, [own])
            or fresh(problem, history, rng, lambda: _drawn(problem, near.sample(1, rng, wider=1)))
        )
    best = history.incumbent()
    assert best is not None
    point = _points(problem, [best])
    near = around(problem, point, options)
    candidate = fresh(problem, history, rng, lambda: _changed(problem, point, near, rng))
    return Start(candidate, learnt_from=len(history.ranked()))


def chances(problem: Problem, history: History, options: Options) -> tuple[float, float, float]:
    """Of a draw by chance, near the guess and near the best (section 5, equations 1 and 2).

    A bracket that begins with longer trainings leaves less to chance. The best counts as soon as one
    training was of the longest; then it and the guess share by how likely either would have
    made the best of the trials that were trained furthest.
    """
    found = filling(problem, history, options)
    assert found is not None
    most, bracket = next(all_brackets(problem, options)), found[0]
    by_chance = 1 / (1 + options.eta ** (len(most.rungs) - len(bracket.rungs)))
    top = most.amount(len(most.rungs) - 1)
    if not any(trial.resource >= top for trial in history.ranked()):
        return by_chance, 1 - by_chance, 0.0
    by_guess = (1 - by_chance) * trust(problem, history, options)
    return by_chance, by_guess, 1 - by_chance - by_guess


def trust(problem: Problem, history: History, options: Options) -> float:
    """The share of the guess against the best so far, from 0 to 1: half where nothing is known."""
    seen = largest_budget(history, options.eta)
    best = history.incumbent()
    if best is None or not seen:
        return 0.5
    scored = [trial for trial in seen if math.isfinite(trial.loss)]
    top = scored[: max(options.eta, len(scored) // options.eta)]
    weights = np.arange(len(top), 0, -1)
    points = _points(problem, top)
    centres = (guess(problem.space), _points(problem, [best]))
    scores = [
        logsumexp(around(problem, centre, options).log_density(points), b=weights)
        for centre in centres
    ]
    return float(expit(scores[0] - scores[1]))


def guess(space: Space) -> Array:
    """The default values as a point (1, d), also of what is inactive by default."""
    declared = space.configuration_space
    values = [declared[name].to_vector(declared[name].default_value) for name in space.names]
    return np.array([values], dtype=float)


def around(problem: Problem, point: Array, options: Options) -> KernelDensity:
    """The density of candidates near a point (1, d)."""
    axes = axes_of(problem.space)
    spreads = np.array([_most(axis, options.spread) for axis in axes])
    return KernelDensity(axes, point, spreads)


def _most(axis: Axis, spread: float) -> float:
    """Of a choice no more than makes all values alike."""
    return min(spread, (axis.choices - 1) / axis.choices) if axis.choices > 1 else spread


def _points(problem: Problem, trials: Sequence[Trial]) -> Array:
    return vectors(problem.space, [trial.candidate.config for trial in trials])


def _changed(
    problem: Problem, point: Array, near: KernelDensity, rng: np.random.Generator
) -> Candidate | None:
    """Some of the hyper-parameters of a point changed, whatever was inactive drawn."""
    drawn = near.sample(1, rng, wider=1)
    kept = (rng.random(point.shape) >= CHANGED) & ~np.isnan(point)
    return _drawn(problem, np.where(kept, point, drawn))


def _drawn(problem: Problem, points: Array) -> Candidate | None:
    """The candidate at a point; None if that is not allowed."""
    candidate = Candidate(problem.space.config(deactivate(problem.space, points)[0]))
    return candidate if problem.allows(candidate) else None


METHOD = Method(
    name="priorband",
    title="PriorBand",
    family="Hyper-parameter optimisation",
    paper=(
        "Mallik et al., PriorBand: practical hyperparameter optimization in the age of deep learning, "
        "NeurIPS 2023"
    ),
    summary=(
        "Hyperband that begins where you would: near the default values of your search space, and later "
        "near the best it found. A wrong guess costs little, because it is trusted less and less."
    ),
    propose=propose,
    use_when=(
        "You know values that work well and wrote them into the search space as its defaults, and can "
        "afford only some ten full trainings."
    ),
    avoid_when=(
        "You have no idea what works: the defaults are then a guess like any other, and BOHB learns "
        "more from what it sees."
    ),
    options=Options,
    searches=(CONFIG,),
    needs=(USUAL,),
    plan=plan,
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
