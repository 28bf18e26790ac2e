"""CMA-ES. Hansen & Ostermeier, "Completely derandomized self-adaptation in evolution strategies",
Evolutionary Computation 2001; with choices and whole numbers: Hamano et al., "CatCMA with margin", 2025.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from cmaes import CatCMAwM
from scipy.stats import rankdata

from search.draws import fresh, is_tried
from search.history import Candidate, History, Trial
from search.insight import Normal, Points
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.encoding import Array, Axis, axes_of, deactivate
from search.surrogates.places import axes as lines
from search.surrogates.places import drawn, points, rounded

SEED, ASKED = "evolution", "asked"
"""In the memo of a trial: the seed of the evolution, and how often it was asked for this member."""

DRAWS = 20
"""Members drawn to find one that is allowed and was not tried."""

WIDTH = 0.3
"""Of the first generation, as a share of each range (Hansen's advice)."""

FEWEST = 4
"""Members of a generation: with fewer, none is learnt from beside the best."""

FEW = 64
"""A whole number of at most so many values is one for the evolution, too."""


@dataclass(frozen=True)
class Options:
    """Options of CMA-ES."""

    population: int = option(
        0,
        title="Population",
        help="Trials a generation. 0 is 4 and three times the logarithm of the number of "
        "hyper-parameters, and less than 4 counts as 4; more is slower and surer, and keeps more devices "
        "busy.",
        minimum=0,
        maximum=1000,
    )


@dataclass
class Evolution:
    """The evolution over the axes that are free, and where their values lie in a point (d,)."""

    axes: Sequence[Axis]
    strategy: CatCMAwM
    numbers: Sequence[int]
    wholes: Sequence[int]
    choices: Sequence[int]

    @classmethod
    def of(cls, axes: Sequence[Axis], seed: int, population: int) -> Evolution:
        free = [place for place, axis in enumerate(axes) if not axis.is_fixed]
        choices = [place for place in free if axes[place].choices]
        wholes = [p for p in free if axes[p].step >= 1 / (FEW - 1) and not axes[p].choices]
        numbers = [place for place in free if place not in (*choices, *wholes)]
        count = len(numbers) + len(wholes)
        strategy = CatCMAwM(
            x_space=[[0.0, 1.0]] * len(numbers) or None,
            z_space=[np.arange(0, 1 + axes[p].step / 2, axes[p].step).tolist() for p in wholes]
            or None,
            c_space=[axes[place].choices for place in choices] or None,
            mean=np.full(count, 0.5) if count else None,
            sigma=WIDTH if count else None,
            cov=np.eye(count) if count else None,  # the library's own would make a twelfth of it
            population_size=max(population, FEWEST) if population else None,
            seed=seed,
        )
        return cls(axes, strategy, numbers, wholes, choices)

    def point(self, member: CatCMAwM.Solution) -> Array:
        point = np.array([axis.only for axis in self.axes])
        for where, values in ((self.numbers, member.x), (self.wholes, member.z)):
            if values is not None:
                point[list(where)] = values.clip(0, 1)
        if member.c is not None:
            point[list(self.choices)] = member.c.argmax(axis=1)
        return point


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """The next member of the generation; None while the last generation is under way.

    The evolution is a function of its seed and of how its trials ended, so it is made anew each time.
    """
    axes = axes_of(problem.space)
    own = [trial for trial in history if SEED in trial.memo]
    seed = int(own[0].memo[SEED]) if own else int(rng.integers(2**31))
    if all(axis.is_fixed for axis in axes):
        why = Message("There is nothing to choose")
        return Proposal(fresh(problem, history, rng), why=why, memo={SEED: seed, ASKED: 0})
    evolution = Evolution.of(axes, seed, options.population)
    if not replay(evolution, own):
        return None
    candidate, asked = _member(problem, history, evolution, rng)
    size, generation = evolution.strategy.population_size, evolution.strategy.generation
    why = Message(
        "Number %(member)s of %(size)s in generation %(generation)s",
        {"member": len(own) % size + 1, "size": size, "generation": generation + 1},
    )
    memo = {SEED: seed, ASKED: asked}
    return Proposal(candidate, why=why, memo={**memo, GUIDED: True} if generation else memo)


def _member(
    problem: Problem, history: History, evolution: Evolution, rng: np.random.Generator
) -> tuple[Candidate, int]:
    """A new candidate, and how often it was asked for; drawn at random if none was allowed and new."""
    for asked in range(1, DRAWS + 1):
        point = deactivate(problem.space, evolution.point(evolution.strategy.ask())[None])[0]
        candidate = Candidate(problem.space.config(point))
        if problem.allows(candidate) and not is_tried(candidate, history):
            return candidate, asked
    return fresh(problem, history, rng), DRAWS


def replay(evolution: Evolution, own: Sequence[Trial]) -> bool:
    """Tell the generations one after the other; False if one has not ended.

    Only ranks are told, all different: failed trials are last, and no scale of losses matters.
    """
    size = evolution.strategy.population_size
    for start in range(0, len(own), size):
        members = []
        for trial in own[start : start + size]:
            for _ in range(max(trial.memo[ASKED], 1)):
                member = evolution.strategy.ask()
            members.append(member)
        if len(members) < size:
            return True
        if not all(trial.state.is_final for trial in own[start : start + size]):
            return False
        ranks = rankdata([trial.loss for trial in own[start : start + size]], method="ordinal")
        evolution.strategy.tell(list(zip(members, ranks.tolist(), strict=True)))
    return True


def insight(problem: Problem, history: History, options: Options) -> Points:
    """The members of all generations, what the present one is drawn from, and how wide each was drawn."""
    axes = axes_of(problem.space)
    own = [trial for trial in history if SEED in trial.memo]
    told, best = points(problem, own), history.ranked()[:1]
    if not own or all(axis.is_fixed for axis in axes):
        return Points("generation", lines(problem, own), told)
    evolution = Evolution.of(axes, int(own[0].memo[SEED]), options.population)
    size, widths = evolution.strategy.population_size, [_width(evolution)]
    for start in range(0, len(own), size):
        replay(evolution, own[start : start + size])
        if evolution.strategy.generation == len(widths):
            widths.append(_width(evolution))
    latest = (len(own) - 1) // size
    members = [
        replace(
            point,
            group=place // size,
            alive=place // size == latest,
            best=[trial.number for trial in best] == [point.number],
        )
        for place, point in enumerate(told)
    ]
    return Points(
        "generation",
        lines(problem, own),
        drawn(members),
        _normal(evolution),
        [w for w in widths if w],
    )


def _width(evolution: Evolution) -> float:
    """The deviation along an axis of the ellipsoid, in the mean; 0 where there are no numbers.

    The library tells neither its step size nor its covariance otherwise.
    """
    count = len(evolution.numbers) + len(evolution.wholes)
    if not count:
        return 0.0
    _, logarithm = np.linalg.slogdet(evolution.strategy._C)
    return float(evolution.strategy._sigma * np.exp(logarithm / (2 * count)))


def _normal(evolution: Evolution) -> Normal | None:
    """The distribution of numbers on the axes that are free, which are told in the order of the space."""
    known = [*evolution.numbers, *evolution.wholes]
    if not known:
        return None
    free = [place for place, axis in enumerate(evolution.axes) if not axis.is_fixed]
    at = np.array([free.index(place) for place in known])
    mean, covariance = np.full(len(free), np.nan), np.full((len(free), len(free)), np.nan)
    mean[at] = evolution.strategy._mean
    covariance[np.ix_(at, at)] = evolution.strategy._sigma**2 * evolution.strategy._C
    return Normal(rounded(mean), [rounded(row, 8) for row in covariance])


METHOD = Method(
    name="cma_es",
    title="CMA-ES",
    family="Hyper-parameter optimisation",
    paper=(
        "Hansen & Ostermeier, Completely derandomized self-adaptation in evolution strategies, "
        "Evolutionary Computation 2001"
    ),
    summary=(
        "Draws generations from a normal distribution that turns and stretches towards what was good. "
        "For many trials on many devices, in spaces of numbers that belong together."
    ),
    use_when=(
        "You can train some hundred configurations, ten and more at once, and most hyper-parameters are "
        "numbers: it learns which of them must change together."
    ),
    avoid_when=(
        "There are fewer trials than about ten times the number of hyper-parameters, or much hangs on "
        "conditions: it needs generations to learn, and does not know what an inactive value is."
    ),
    corrected=(
        "It is said to need no settings. The size of a generation matters: it should be no smaller than "
        "the number of devices, or some of them wait."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    searches=(CONFIG,),
)
