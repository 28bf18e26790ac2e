"""Particle swarm optimisation. Kennedy & Eberhart, "Particle swarm optimization", ICNN 1995."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from search.draws import fresh, is_tried
from search.history import Candidate, History, Trial
from search.insight import Point, Points
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.encoding import Array, axes_of, deactivate, gather, spread, vectors
from search.surrogates.places import axes, drawn, points

REDRAWS = 20
"""Steps drawn to find one that the space and the counted limits allow."""


@dataclass(frozen=True)
class Options:
    """Options of particle swarm optimisation; inertia and pulls are Clerc and Kennedy's (2002)."""

    particles: int = option(
        10,
        title="Particles",
        help="How many search at once; each is one configuration that moves on when it has ended.",
        minimum=2,
        maximum=1000,
    )
    inertia: float = option(
        0.7298,
        title="Inertia",
        help="How much of its last step a particle keeps.",
        minimum=0,
        maximum=1,
    )
    own_pull: float = option(
        1.49618,
        title="Pull of its own best",
        help="How strongly a particle turns to the best place that it has seen.",
        minimum=0,
        maximum=4,
    )
    swarm_pull: float = option(
        1.49618,
        title="Pull of the swarm's best",
        help="How strongly a particle turns to the best place that any has seen.",
        minimum=0,
        maximum=4,
    )
    longest_step: float = option(
        0.25,
        title="Longest step",
        help="Of each hyper-parameter, as a share of its range.",
        minimum=0.01,
        maximum=1,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """Move the particle that has waited longest; None while all are under way.

    A particle does not wait for the others: it turns to the best of the swarm that is known then.
    Where it stood and how it moved is kept in the memo of its trial.
    """
    swarm = [t for t in history if "particle" in t.memo]
    latest = {t.memo["particle"]: t for t in swarm}
    if len(latest) < options.particles:
        return _begin(problem, history, len(latest), rng)
    free = [trial for trial in latest.values() if trial.state.is_final]
    if not free:
        return None
    last = min(free, key=lambda t: (t.ended, t.number))
    own = [t for t in swarm if t.memo["particle"] == last.memo["particle"]]
    moved = _move(problem, history, last, _best(own), _best(swarm), rng, options)
    return moved or _begin(problem, history, last.memo["particle"], rng)


def _begin(problem: Problem, history: History, particle: int, rng: np.random.Generator) -> Proposal:
    candidate = fresh(problem, history, rng)
    axes = axes_of(problem.space)
    place = spread(axes, vectors(problem.space, [candidate.config]))[0]
    why = Message("Particle %(particle)s begins at random", {"particle": particle + 1})
    memo = {"particle": particle, "at": place.tolist(), "step": [0.0] * len(place)}
    return Proposal(candidate, why=why, memo=memo)


def _best(trials: Sequence[Trial]) -> Trial:
    """The best of them; one of which nothing is known if all have failed."""
    return min(trials, key=lambda t: (t.loss, t.number))


def _move(
    problem: Problem,
    history: History,
    last: Trial,
    own: Trial,
    swarm: Trial,
    rng: np.random.Generator,
    options: Options,
) -> Proposal | None:
    """One step: inertia, and a random pull to each of the two best places, axis by axis.

    None if every step leads to what is not allowed or was tried.
    """
    at, particle = np.array(last.memo["at"]), last.memo["particle"]
    for wanted in _steps(last, own, swarm, rng, options):
        to, moved = _reflected(at, wanted)
        candidate = _allowed(problem, to)
        if candidate is not None and not is_tried(candidate, history):
            break
    else:
        return None
    values = {"particle": particle + 1, "own": own.number, "swarm": swarm.number}
    why = Message(
        "Particle %(particle)s moves on, drawn to its own best (trial %(own)s) and to the swarm's "
        "(trial %(swarm)s)",
        values,
    )
    memo = {"particle": particle, "at": to.tolist(), "step": moved.tolist(), GUIDED: True}
    return Proposal(candidate, why=why, memo=memo)


def _steps(
    last: Trial, own: Trial, swarm: Trial, rng: np.random.Generator, options: Options
) -> Iterator[Array]:
    """Steps to take, no longer than allowed: pulled ones and, where these lead nowhere new, any.

    A particle on the best place that does not move would stay, and a swarm of choices comes to stand:
    the best then looks around, as van den Bergh & Engelbrecht have it (SMC 2002).
    """
    at, step, longest = np.array(last.memo["at"]), np.array(last.memo["step"]), options.longest_step
    for _ in range(REDRAWS):
        pulls = options.own_pull * rng.random(len(at)) * (np.array(own.memo["at"]) - at)
        pulls += options.swarm_pull * rng.random(len(at)) * (np.array(swarm.memo["at"]) - at)
        yield (options.inertia * step + pulls).clip(-longest, longest)
    for _ in range(REDRAWS):
        yield rng.uniform(-longest, longest, len(at))


def _reflected(at: Array, step: Array) -> tuple[Array, Array]:
    """Where a step leads to in the unit cube; a wall throws it back, and its direction with it."""
    to = at + step
    outside = (to < 0) | (to > 1)
    return np.abs(1 - np.abs(1 - to)).clip(0, 1), np.where(outside, -step, step)


def _allowed(problem: Problem, place: Array) -> Candidate | None:
    """The candidate at a place (e,) of the cube; None if the space or a counted limit forbids it."""
    points = gather(axes_of(problem.space), place[None])
    candidate = Candidate(problem.space.config(deactivate(problem.space, points)[0]))
    return candidate if problem.allows(candidate) else None


def insight(problem: Problem, history: History, options: Options) -> Points:
    """Where each particle stands, where it has come from, and the best that it has seen."""
    swarm = [trial for trial in history if "particle" in trial.memo]
    told: list[Point] = []
    own: dict[int, list[int]] = defaultdict(list)  # of each particle the places in `told`
    for trial, point in zip(swarm, points(problem, swarm), strict=True):
        moves = own[trial.memo["particle"]]
        origin = told[moves[-1]].places if moves else None
        moves.append(len(told))
        told.append(replace(point, group=len(moves) - 1, origin=origin))
    for moves in own.values():
        best = _best([swarm[place] for place in moves])
        for place in moves:
            is_best = swarm[place] is best and told[place].loss is not None
            told[place] = replace(told[place], alive=place == moves[-1], best=is_best)
    return Points("iteration", axes(problem, swarm), drawn(told))


METHOD = Method(
    name="particle_swarm",
    title="Particle swarm",
    family="Hyper-parameter optimisation",
    paper="Kennedy & Eberhart, Particle swarm optimization, ICNN 1995",
    summary=(
        "A swarm of configurations moves through the space, each drawn to the best place that it has "
        "seen and to the best that any has. Needs some hundred trials; good where many devices work."
    ),
    use_when=(
        "Many devices work at once, most hyper-parameters are numbers, and some hundred trials "
        "can be paid for."
    ),
    avoid_when=(
        "There are few trials, or many choices and conditions: a particle moves through numbers."
    ),
    corrected=(
        "It is said to work with any setting. Inertia and pulls decide whether a swarm settles at "
        "all; the defaults are ones with which it does."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    searches=(CONFIG,),
)
