"""How halving methods think, as plain data that a page can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


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
