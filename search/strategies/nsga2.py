"""NSGA-II. Deb, Pratap, Agarwal & Meyarivan, "A fast and elitist multiobjective genetic algorithm:
NSGA-II", IEEE Transactions on Evolutionary Computation 2002; a child at a time, so that nobody waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from search.draws import fresh
from search.history import Candidate, History, Trial
from search.insight import Family, Member, Points
from search.message import Message
from search.method import GUIDED, Method, Problem, Proposal
from search.options import option
from search.pareto import front
from search.surrogates.encoding import Array, Axis, axes_of, deactivate, vectors
from search.surrogates.places import axes as lines
from search.surrogates.places import drawn, objectives, points, reached

Places = np.ndarray[Any, np.dtype[np.int_]]

INDEX = 20
"""Of the polynomial mutation: children lie the nearer, the larger it is (section IV)."""

NEW_DESIGN = 0.5
"""How likely a child's architecture is mutated, where one is searched."""


@dataclass(frozen=True)
class Options:
    """Options of NSGA-II."""

    population_size: int = option(
        20,
        title="Population",
        help="Trials that may breed: the best of all so far. So many are drawn at random first. The paper "
        "has 100; where some hundred trials are all you have, fewer leave more generations.",
        minimum=3,
        maximum=10_000,
    )
    crossover: float = option(
        0.9,
        title="Crossover",
        help="How likely a child takes its values from two parents rather than from one.",
        minimum=0,
        maximum=1,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Random trials until there are enough, then children of the best, chosen by tournaments."""
    ended = history.finished()
    if len(ended) < options.population_size:
        why = Message(
            "At random, the first generation: %(number)s of %(of)s",
            {"number": len(history) + 1, "of": options.population_size},
        )
        return Proposal(fresh(problem, history, rng), why=why)
    alive = ordered(problem, ended)[: options.population_size]
    parents = [alive[min(rng.integers(len(alive), size=2))] for _ in range(2)]
    if rng.random() >= options.crossover:
        parents[1] = parents[0]
    child = fresh(problem, history, rng, lambda: _child(problem, parents, rng))
    one, other = sorted(trial.number for trial in parents)
    text = "Child of trials %(one)s and %(other)s" if one != other else "Child of trial %(one)s"
    why = Message(text, {"one": one, "other": other})
    return Proposal(child, why=why, memo={"parents": [one, other], GUIDED: True})


def ordered(problem: Problem, trials: Sequence[Trial]) -> list[Trial]:
    """Best first: within the limits, then by fronts, then the loneliest of a front (section III).

    Of trials beyond a limit those that break it least come first; failed ones last.
    """
    losses = _losses(problem, trials)
    broken = np.array([violation(problem, trial) for trial in trials])
    fronts, lonely = fronts_of(losses), np.zeros(len(trials))
    for level in range(len(trials)):
        here = fronts == level
        if not here.any():
            break
        lonely[here] = distances(losses[here])
    order = np.lexsort((np.array([t.number for t in trials]), -lonely, fronts, broken))
    return [trials[place] for place in order]


def fronts_of(losses: Array) -> Places:
    """The front (n,) of each of losses (n, m), from 0; n of those that are not finite."""
    fronts = np.full(len(losses), len(losses))
    left = np.flatnonzero(np.isfinite(losses).all(axis=1))
    for level in range(len(losses)):
        if not len(left):
            break
        chosen = front(losses[left])
        fronts[left[chosen]] = level
        left = left[~chosen]
    return fronts


def _losses(problem: Problem, trials: Sequence[Trial]) -> Array:
    """Of each trial its losses (n, m), infinite where it has none."""
    worst = (math.inf,) * len(problem.objectives)
    return np.array([trial.losses or worst for trial in trials]).reshape(len(trials), len(worst))


def violation(problem: Problem, trial: Trial) -> float:
    """How far a trial is beyond the limits, in shares of them; infinite if it has no values."""
    if not trial.values:
        return math.inf
    broken = (limit for limit in problem.limits if limit.is_broken(trial.values))
    return sum(abs(trial.values[b.name] - b.bound) / (abs(b.bound) or 1.0) for b in broken)


def distances(losses: Array) -> Array:
    """The crowding distances (n,) of a front (n, m); those of its ends are infinite."""
    total = np.zeros(len(losses))
    for column in losses.T:
        order = np.argsort(column, kind="stable")
        span = np.ptp(column)
        total[order[[0, -1]]] = np.inf
        if span > 0:
            total[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / span
    return total


def _child(
    problem: Problem, parents: Sequence[Trial], rng: np.random.Generator
) -> Candidate | None:
    """Each value, and each decision of an architecture, from either parent; one in d values changed."""
    axes = axes_of(problem.space)
    pair = vectors(problem.space, [parent.candidate.config for parent in parents])
    either = rng.integers(2, size=len(axes))
    point = np.where(
        np.isnan(pair[either, range(len(axes))]), pair[0], pair[either, range(len(axes))]
    )
    free = [place for place, axis in enumerate(axes) if not axis.is_fixed]
    for place, axis in enumerate(axes):
        if axis.is_fixed:
            point[place] = axis.only
        elif np.isnan(point[place]) or rng.random() < 1 / len(free):
            point[place] = _mutated(axis, point[place], rng)
    config = problem.space.config(deactivate(problem.space, point[None])[0])
    genotypes = [parent.candidate.genotype for parent in parents]
    child = Candidate(config, _design(problem, genotypes, bool(free), rng))
    return child if problem.allows(child) else None


def _design(
    problem: Problem, genotypes: Sequence[str | None], has_config: bool, rng: np.random.Generator
) -> str | None:
    """Each decision from either parent, and a mutation: always, or now and then beside a config's."""
    first, second = genotypes
    designs = problem.architectures
    if designs is None or first is None or second is None:
        return first
    if designs.decisions and first != second:
        pair = np.array([designs.encode(first), designs.encode(second)])
        places = pair[rng.integers(2, size=pair.shape[1]), range(pair.shape[1])]
        first = designs.decode(places.tolist())
    if has_config and rng.random() >= NEW_DESIGN:
        return first
    return designs.mutate(first, rng)[0]


def _mutated(axis: Axis, value: float, rng: np.random.Generator) -> float:
    """A polynomial step of a number, thrown back at the ends; another value of a choice."""
    if axis.choices:
        return float(rng.integers(axis.choices))
    if math.isnan(value):
        return float(rng.random())
    drawn = rng.random()
    power = 1 / (INDEX + 1)
    step = (2 * drawn) ** power - 1 if drawn < 0.5 else 1 - (2 * (1 - drawn)) ** power
    moved = value + (max(abs(step), axis.step) * math.copysign(1, step))
    return float(np.clip(abs(1 - abs(1 - moved)), 0, 1))


def insight(problem: Problem, history: History, options: Options) -> Points | Family:
    """The fronts of those that may breed, in the objectives; of one objective, who descends from whom."""
    ended = history.finished()
    alive = ordered(problem, ended)[: options.population_size]
    if len(problem.objectives) == 1:
        return _family(history, {trial.number for trial in alive})
    ranks = fronts_of(_losses(problem, alive)).tolist()
    fronts = dict(zip((trial.number for trial in alive), ranks, strict=True))
    told = []
    results = reached(problem, ended)
    for point, (places, values) in zip(points(problem, ended), results, strict=True):
        rank = fronts.get(point.number)
        told.append(
            replace(
                point,
                places=[*places, *point.places],
                values=[*values, *point.values],
                group=rank if rank is not None and rank < len(alive) else None,
                alive=rank is not None,
            )
        )
    return Points("front", [*objectives(problem, ended), *lines(problem, ended)], drawn(told))


def _family(history: History, alive: set[int]) -> Family:
    """Each trial below the first of its parents, a generation after the later of both."""
    generations: dict[int, int] = {}
    members = []
    for trial in history:
        parents = trial.memo.get("parents", ())
        generations[trial.number] = 1 + max((generations[p] for p in parents), default=-1)
        members.append(
            Member(
                number=trial.number,
                parent=parents[0] if parents else None,
                born=trial.number,
                generation=generations[trial.number],
                state=trial.state.value,
                loss=trial.loss if math.isfinite(trial.loss) else None,
                alive=trial.number in alive,
            )
        )
    return Family(members)


METHOD = Method(
    name="nsga2",
    title="NSGA-II",
    family="Evolution of several objectives",
    paper=(
        "Deb, Pratap, Agarwal & Meyarivan, A fast and elitist multiobjective genetic algorithm: "
        "NSGA-II, IEEE Transactions on Evolutionary Computation 2002"
    ),
    summary=(
        "Breeds trials that no other beats in every objective, and prefers those that stand alone, so "
        "that the front is covered from end to end. Keeps limits, hyper-parameters and architectures."
    ),
    use_when=(
        "You weigh two or more things against each other, such as accuracy and size, and can train "
        "some hundred candidates; many devices may work at once."
    ),
    avoid_when=(
        "There is one objective, or there are fewer trials than twice the population: until the first "
        "generation has ended it is random search."
    ),
    corrected=(
        "It is said to find the whole front. It finds trials that no other trial beats; with a small "
        "population much of the front stays between them."
    ),
    propose=propose,
    insight=insight,
    options=Options,
)
