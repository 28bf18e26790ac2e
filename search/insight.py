"""How a method thinks, as plain data that a page can draw: what `Method.insight` gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from search.history import EdgeWeights


@dataclass(frozen=True)
class RungTrial:
    """A trial on a rung; it is `promoted` if its training went on above."""

    number: int
    state: str
    loss: float | None
    promoted: bool


@dataclass(frozen=True)
class Rung:
    """A level of a bracket: what its trials have been given when it ends, and how many fit; 0 for all."""

    bracket: int
    level: int
    resource: float
    size: int
    trials: Sequence[RungTrial]


@dataclass(frozen=True)
class RankCorrelation:
    """How far the ranking after `below` foretold that after `above`: Spearman's, over so many pairs.

    So many of them are `promoted`, hence alike. None where it is not known; low ones mislead.
    """

    below: float
    above: float
    pairs: int
    promoted: int
    value: float | None
    is_low: bool


@dataclass(frozen=True)
class Rungs:
    """Successive halving and its kin: who went on, rung by rung, by which fidelity, and how rightly."""

    kind: ClassVar = "rungs"
    fidelity: str
    rungs: Sequence[Rung]
    correlations: Sequence[RankCorrelation]


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
class Level:
    """One value of a hyper-parameter on a grid: how many trials had it, and the best loss of these."""

    value: Any
    planned: int
    complete: int
    best: float | None


@dataclass(frozen=True)
class Axis:
    """A hyper-parameter of a grid with its levels."""

    name: str
    levels: Sequence[Level]


@dataclass(frozen=True)
class Coverage:
    """A grid: how far it has been walked, axis by axis."""

    kind: ClassVar = "coverage"
    axes: Sequence[Axis]


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


Insight = Rungs | Family | Weights | Coverage | Slices


def to_json(insight: Insight) -> dict[str, Any]:
    return {"kind": insight.kind, **asdict(insight)}
