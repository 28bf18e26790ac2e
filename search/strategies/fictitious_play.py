"""Smooth fictitious play: every hyper-parameter is a player of a game in which all want the same.

Fudenberg & Levine, "The theory of learning in games", MIT Press 1998, chapter 4; that games of common
interest settle: Monderer & Shapley, "Potential games", 1996. No paper proposes it for this use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.draws import fresh
from search.history import Candidate, History
from search.insight import Player, Strategies
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.encoding import Array, Axis, axes_of, deactivate, vectors
from search.surrogates.slicing import values_at

HOTTEST, COOLING, COLDEST = 0.15, 0.985, 0.03
"""How randomly players answer: at first, its factor a play, and at the end."""


@dataclass(frozen=True)
class Options:
    """Options of fictitious play."""

    start_up: int = option(
        15,
        title="Plays at random first",
        help="Until so many trials have ended, nobody has learnt anything.",
        minimum=2,
        maximum=1000,
    )
    levels: int = option(
        7,
        title="Levels",
        help="Values that a number may take, evenly over its range; choices have all their values.",
        minimum=2,
        maximum=100,
    )
    inertia: float = option(
        0.5,
        title="Inertia",
        help="How likely a player keeps its value of the best trial. If all move at once, each answers "
        "what the others have just left.",
        minimum=0,
        maximum=1,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Each player answers what was played so far, or keeps its part of the best trial."""
    axes = axes_of(problem.space)
    ended = history.finished()
    if len(ended) < options.start_up:
        random = (_points(axes, options.levels, rng) for _ in iter(int, 1))
        why = Message(
            "At random, before the players learn: %(number)s of %(of)s",
            {"number": len(history) + 1, "of": options.start_up},
        )
        return Proposal(
            fresh(problem, history, rng, lambda: _allowed(problem, next(random))), why=why
        )
    points = vectors(problem.space, [trial.candidate.config for trial in ended])
    losses = np.array([trial.loss for trial in ended])
    gains = payoffs(losses)
    heat = _heat(len(ended), options)
    worth = [_worth(axis, points[:, place], gains, options) for place, axis in enumerate(axes)]
    best = points[int(losses.argmin())]

    def play() -> Candidate | None:
        profile = np.array(
            [_answer(axis, q, heat, rng) for axis, q in zip(axes, worth, strict=True)]
        )
        keeps = (rng.random(len(axes)) < options.inertia) & ~np.isnan(best)
        return _allowed(problem, np.where(keeps, best, profile))

    why = Message(
        "Each hyper-parameter on its own answers what was played, or keeps to the best (trial "
        "%(number)s)",
        {"number": ended[int(losses.argmin())].number},
    )
    return Proposal(fresh(problem, history, rng, play), why=why, memo={GUIDED: True})


def payoffs(losses: Array) -> Array:
    """Of each trial the share of trials that it beats; the same for all players (n,)."""
    gains: Array = (losses[:, None] < losses[None, :]).mean(axis=1)
    return gains


def places(axis: Axis, levels: int) -> Array:
    """The values that a player chooses from, encoded."""
    if axis.is_fixed:
        return np.array([axis.only])
    if axis.choices:
        return np.arange(axis.choices, dtype=float)
    count = min(levels, round(1 / axis.step) + 1) if axis.step else levels
    return np.linspace(0, 1, count)


def _points(axes: Sequence[Axis], levels: int, rng: np.random.Generator) -> Array:
    return np.array([rng.choice(places(axis, levels)) for axis in axes])


def _worth(axis: Axis, played: Array, gains: Array, options: Options) -> tuple[Array, Array]:
    """The values of a player, and the mean payoff that each has had.

    One imagined play with the payoff of an average one is added, so that a value which was never
    played is neither good nor bad.
    """
    values = places(axis, options.levels)
    known = ~np.isnan(played)
    nearest = np.abs(played[known, None] - values).argmin(axis=1)
    totals = np.bincount(nearest, weights=gains[known], minlength=len(values))
    counts = np.bincount(nearest, minlength=len(values))
    return values, (totals + gains.mean()) / (counts + 1)


def _answer(axis: Axis, worth: tuple[Array, Array], heat: float, rng: np.random.Generator) -> float:
    """A value drawn by how well it has paid: the likelier, the better (logit response)."""
    values, means = worth
    return float(rng.choice(values, p=_shares(means, heat)))


def _shares(means: Array, heat: float) -> Array:
    """The mixed strategy over values that have paid `means`."""
    shares = np.exp((means - means.max()) / heat)
    mixed: Array = shares / shares.sum()
    return mixed


def _heat(plays: int, options: Options) -> float:
    """How randomly players answer after so many plays."""
    return max(COLDEST, HOTTEST * COOLING ** (plays - options.start_up))


def _allowed(problem: Problem, profile: Array) -> Candidate | None:
    point = deactivate(problem.space, profile[None])[0]
    candidate = Candidate(problem.space.config(point))
    return candidate if problem.allows(candidate) else None


def insight(problem: Problem, history: History, options: Options) -> Strategies:
    """How likely each player answers with each of its values; all alike until it learns."""
    axes, ended = axes_of(problem.space), history.finished()
    points = vectors(problem.space, [trial.candidate.config for trial in ended])
    losses = np.array([trial.loss for trial in ended])
    gains = payoffs(losses) if len(ended) else losses
    learns = len(ended) >= options.start_up
    heat = _heat(len(ended), options) if learns else np.inf
    best = history.ranked()[:1]
    profile = vectors(problem.space, [trial.candidate.config for trial in best])
    players = []
    for place, axis in enumerate(axes):
        if axis.is_fixed:
            continue
        values = places(axis, options.levels)
        means = _worth(axis, points[:, place], gains, options)[1] if len(ended) else 0 * values
        part = profile[0, place] if best else np.nan
        players.append(
            Player(
                name=axis.name,
                values=values_at(problem, axis, values),
                shares=_shares(means, heat).tolist(),
                payoffs=means.tolist(),
                best=None if np.isnan(part) else int(np.abs(values - part).argmin()),
            )
        )
    plays = len(ended) if learns else 0
    return Strategies(plays, best[0].number if best else 0, options.inertia, players)


METHOD = Method(
    name="fictitious_play",
    title="Fictitious play",
    family="Hyper-parameter optimisation",
    paper="Fudenberg & Levine, The theory of learning in games, MIT Press 1998, chapter 4",
    summary=(
        "Makes each hyper-parameter a player that learns which of its values has paid, whatever the "
        "others did. Very quick to choose and easy to follow; blind to values that only work together."
    ),
    use_when=(
        "Hyper-parameters have a few values each, many devices work at once, and you want to see what "
        "each value is worth on its own."
    ),
    avoid_when=(
        "A value is only good together with another one: each player judges alone. Where trials are "
        "dear, TPE or a Gaussian process find more with fewer."
    ),
    corrected=(
        "Game theory is named now and then as a way to tune hyper-parameters. We found no paper that "
        "tests it for that; this is our reading of the theory, measured beside random search."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    searches=(CONFIG,),
)
