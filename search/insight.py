"""How a method thinks, as plain data that a page can draw: what `Method.insight` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from search.decided import Policy
from search.history import EdgeWeights
from search.promoted import Rungs


@dataclass(frozen=True)
class Member:
    """A member of a population: `born` is its place in the order of proposals, `alive` that it may breed."""

    number: int
    parent: int | None
    born: int
    generation: int
    state: str
    loss: float | None
    alive: bool


@dataclass(frozen=True)
class Family:
    """Evolution: who descends from whom, and who is left."""

    kind: ClassVar = "family"
    members: Sequence[Member]


@dataclass(frozen=True)
class Moment:
    """The edge weights of a supernet after an epoch, and the genotype that they stand for."""

    step: int
    genotype: str | None
    edge_weights: EdgeWeights


@dataclass(frozen=True)
class Weights:
    """A weight-sharing search: how the operations of each edge are weighted, epoch by epoch."""

    kind: ClassVar = "weights"
    trial: int
    moments: Sequence[Moment]


@dataclass(frozen=True)
class Axis:
    """A hyper-parameter, or an objective, as an axis from 0 to 1, with the values at some of its places.

    `tried` counts the different values that trials have had on it; `levels`, where the two are compared,
    those that a grid of as many trials has.
    """

    name: str
    is_objective: bool
    ticks: Sequence[tuple[float, Any]]
    tried: int
    levels: int | None = None


@dataclass(frozen=True)
class Point:
    """A trial as a point: its place and its value on each axis, None where it has none.

    `alive` says that the search goes on from here, `best` that its particle, or the whole search, knows
    nothing better, and `origin` is the place that it has come from. `group` counts from 0.
    """

    number: int
    places: Sequence[float | None]
    values: Sequence[Any]
    loss: float | None
    group: int | None = None
    alive: bool = False
    best: bool = False
    origin: Sequence[float | None] | None = None


@dataclass(frozen=True)
class Normal:
    """What a generation is drawn from: the mean and the covariance, None on axes that are no numbers."""

    mean: Sequence[float | None]
    covariance: Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Points:
    """Trials as points of the space; each belongs to one of the `groups`: its iteration, generation or front.

    Of a method that draws from a normal distribution, that of the present generation, and its mean
    deviation, as a share of the range, in each.
    """

    kind: ClassVar = "points"
    groups: str
    axes: Sequence[Axis]
    points: Sequence[Point]
    normal: Normal | None = None
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Slice:
    """What a model believes along one hyper-parameter, the others as in the best trial.

    Of each of the values: the mean and a band of the loss, one deviation wide, and how good it would
    be to try it, 1 at the best on the slice.
    """

    name: str
    values: Sequence[Any]
    means: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]
    merits: Sequence[float]


@dataclass(frozen=True)
class Seen:
    """A trial that the model knows: where it lies on each slice, None where it has no value, and its loss."""

    number: int
    values: Sequence[Any]
    loss: float | None


@dataclass(frozen=True)
class Slices:
    """A model of the loss: slices of the space through a trial, and what it was fitted to."""

    kind: ClassVar = "slices"
    through: int
    slices: Sequence[Slice]
    seen: Sequence[Seen]


@dataclass(frozen=True)
class Density:
    """How dense good trials are along one hyper-parameter, and how dense the others; of choices, shares."""

    name: str
    values: Sequence[Any]
    good: Sequence[float]
    bad: Sequence[float]


@dataclass(frozen=True)
class Densities:
    """A search where good trials are dense and others are not. `fidelity` is what all of them were given."""

    kind: ClassVar = "densities"
    densities: Sequence[Density]
    good: Sequence[Seen]
    bad: Sequence[Seen]
    fidelity: Mapping[str, float]


@dataclass(frozen=True)
class Player:
    """A hyper-parameter as a player: its values, how likely it answers with each, and what each has paid.

    `best` is the place of the value nearest to that of the best trial; None if it has none.
    """

    name: str
    values: Sequence[Any]
    shares: Sequence[float]
    payoffs: Sequence[float]
    best: int | None


@dataclass(frozen=True)
class Strategies:
    """A game: the mixed strategy of each player after so many plays, and the best play; 0 if none counts.

    `keeps` is how likely a player does not answer but keeps its part of the best play.
    """

    kind: ClassVar = "strategies"
    plays: int
    best: int
    keeps: float
    players: Sequence[Player]


@dataclass(frozen=True)
class Lead:
    """A hyper-parameter that was led to a value, and the loss of what is trained by it, after an epoch."""

    step: int
    value: float
    loss: float


@dataclass(frozen=True)
class Leader:
    """One long trial in which a hyper-parameter is led, and the trials that judge where it came to.

    The latter have a place along one slice; `led` is the one with the value that was found.
    """

    kind: ClassVar = "leader"
    name: str
    trial: int
    leads: Sequence[Lead]
    led: int | None
    judged: Sequence[Seen]


@dataclass(frozen=True)
class Generation:
    """A generation of networks: their fitness, how many species they are, and what the champion is made of.

    The champion has so many `units` between inputs and outputs, and so many `links` that are on.
    """

    number: int
    best: float
    mean: float
    species: int
    units: int
    links: int


@dataclass(frozen=True)
class Generations:
    """Neuroevolution in one long trial: how fitness, species and the champion went.

    The champion is `judged` by a trial of its own; None before that.
    """

    kind: ClassVar = "generations"
    trial: int
    judged: int | None
    generations: Sequence[Generation]


@dataclass(frozen=True)
class Foretold:
    """The loss that a model expected of a trial, one deviation below and above it, and what came of it."""

    number: int
    mean: float
    low: float
    high: float
    loss: float | None


@dataclass(frozen=True)
class Predicted:
    """A model that foretells losses, and how well: Spearman's rank correlation, None if not known yet."""

    kind: ClassVar = "predicted"
    trials: Sequence[Foretold]
    correlation: float | None


Picture = (
    Rungs
    | Family
    | Weights
    | Points
    | Slices
    | Densities
    | Strategies
    | Leader
    | Policy
    | Generations
    | Predicted
)


@dataclass(frozen=True)
class Several:
    """A method that thinks in several ways at once, the one that tells most first."""

    kind: ClassVar = "several"
    pictures: Sequence[Picture]


Insight = Picture | Several


def to_json(insight: Insight) -> dict[str, Any]:
    if isinstance(insight, Several):
        return {"kind": insight.kind, "pictures": [to_json(one) for one in insight.pictures]}
    return {"kind": insight.kind, **asdict(insight)}
