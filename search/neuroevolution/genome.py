"""Genomes of NEAT: how they differ, are crossed, and mutate. Stanley & Miikkulainen 2002, section 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from search.architecture.neat import MOST_LINKS, MOST_UNITS, Array, Units, units_of

DIGITS = 4
"""Of a weight: what is evolved is what is written down."""

LINK_TRIES = 20
"""Pairs of units drawn to find two that are not linked."""


@dataclass(frozen=True, eq=False)
class Genome:
    """Links in order of their historical numbers: arrays (L,) of number, ends, weight, and whether on.

    Units below `inputs` are inputs, the last of them the constant 1; those below `inputs + outputs` are
    outputs.
    """

    inputs: int
    outputs: int
    number: Array
    source: Array
    target: Array
    weight: Array
    on: Array

    def __len__(self) -> int:
        return len(self.number)

    def hidden(self) -> Array:
        """The units between inputs and outputs."""
        ids = np.unique(np.concatenate([self.source, self.target]))
        return np.asarray(ids[ids >= self.inputs + self.outputs])

    def network(self) -> Units:
        ends = self.source[self.on], self.target[self.on]
        return units_of(self.inputs, self.outputs, *ends, self.weight[self.on])

    def document(self) -> dict[str, Any]:
        """The genotype, of kind `neat`."""
        rows = zip(self.number, self.source, self.target, self.weight, self.on, strict=True)
        return {
            "v": 1,
            "kind": "neat",
            "inputs": list(range(self.inputs)),
            "outputs": list(range(self.inputs, self.inputs + self.outputs)),
            "nodes": [{"id": int(unit), "act": "sigmoid"} for unit in self.hidden()],
            "genes": [
                {"innov": int(n), "in": int(i), "out": int(o), "w": float(w), "on": bool(on)}
                for n, i, o, w, on in rows
            ],
        }


PARTS = ("number", "source", "target", "weight", "on")
"""The arrays of a genome."""


@dataclass
class Innovations:
    """Historical numbers: the same change in the same generation gets the same (section 3.2)."""

    links: int
    units: int
    new_links: dict[tuple[int, int], int] = field(default_factory=dict)
    splits: dict[int, int] = field(default_factory=dict)

    def link(self, source: int, target: int) -> int:
        """The number of a link that arises in this generation."""
        if (source, target) not in self.new_links:
            self.new_links[source, target] = self.links
            self.links += 1
        return self.new_links[source, target]

    def split(self, number: int) -> int:
        """The unit that arises in this generation where the link of this number is split."""
        if number not in self.splits:
            self.splits[number] = self.units
            self.units += 1
        return self.splits[number]

    def next_generation(self) -> Innovations:
        return Innovations(self.links, self.units)


@dataclass(frozen=True)
class Rates:
    """How genomes mutate: chances, and how far a weight moves, which the paper leaves open."""

    weights: float = 0.8
    redraw: float = 0.1
    unit: float = 0.03
    link: float = 0.05
    reach: float = 2.5
    limit: float = 8.0
    disabled: float = 0.75
    recurrent: bool = False


def smallest(inputs: int, outputs: int, rng: np.random.Generator, rates: Rates) -> Genome:
    """All inputs, the constant among them, joined to all outputs by random weights; no unit between.

    Where these are too many links, so many are drawn that the genome can still grow.
    """
    pairs = np.arange(inputs * outputs)
    kept = pairs
    if len(pairs) > MOST_LINKS // 2:
        kept = np.sort(rng.choice(pairs, size=MOST_LINKS // 2, replace=False))
    weights = rng.uniform(-rates.reach, rates.reach, size=len(kept)).round(DIGITS)
    source, target = kept // outputs, inputs + kept % outputs
    return Genome(inputs, outputs, kept, source, target, weights, np.ones(len(kept), dtype=bool))


def distance(one: Genome, other: Genome, unmatched: float, weights: float) -> float:
    """δ of equation 1: unmatched links, disjoint and excess alike, and how far the weights are apart.

    The number of links is counted where one genome has 20 at least.
    """
    _, mine, theirs = np.intersect1d(
        one.number, other.number, assume_unique=True, return_indices=True
    )
    longest = max(len(one), len(other))
    apart = np.abs(one.weight[mine] - other.weight[theirs]).mean() if len(mine) else 0.0
    different = len(one) + len(other) - 2 * len(mine)
    return unmatched * different / (longest if longest >= 20 else 1) + weights * float(apart)


def crossed(fitter: Genome, other: Genome, rng: np.random.Generator, disabled: float) -> Genome:
    """Links aligned by number: matching ones from either parent, the others from the fitter (section 3.2).

    What is off in either parent is off in the child by the chance `disabled`, else it is on.
    """
    _, mine, theirs = np.intersect1d(
        fitter.number, other.number, assume_unique=True, return_indices=True
    )
    weight, off = fitter.weight.copy(), ~fitter.on
    taken = rng.random(len(mine)) < 0.5
    weight[mine[taken]] = other.weight[theirs[taken]]
    off[mine] |= ~other.on[theirs]
    on = ~off | (rng.random(len(off)) >= disabled)
    return replace(fitter, weight=weight, on=on)


def mutated(
    genome: Genome, rng: np.random.Generator, rates: Rates, innovations: Innovations
) -> Genome:
    """Perhaps other weights, perhaps a unit more, perhaps a link more (section 3.1)."""
    if rng.random() < rates.weights:
        genome = _weighed(genome, rng, rates)
    if rng.random() < rates.unit:
        genome = _with_unit(genome, rng, innovations)
    if rng.random() < rates.link:
        genome = _with_link(genome, rng, rates, innovations)
    return genome


def _weighed(genome: Genome, rng: np.random.Generator, rates: Rates) -> Genome:
    """Every weight is moved, and some are drawn anew from all that a weight may be."""
    moves = rng.uniform(-rates.reach, rates.reach, size=len(genome))
    anew = rng.random(len(genome)) < rates.redraw
    drawn = rng.uniform(-rates.limit, rates.limit, size=len(genome))
    weight = np.where(anew, drawn, genome.weight + moves).clip(-rates.limit, rates.limit)
    return replace(genome, weight=weight.round(DIGITS))


def _with_unit(genome: Genome, rng: np.random.Generator, innovations: Innovations) -> Genome:
    """Split a link: it is turned off, the way in weighs 1, and the way out what the link did."""
    on = np.flatnonzero(genome.on)
    if not len(on) or len(genome) + 2 > MOST_LINKS or len(genome.hidden()) >= MOST_UNITS:
        return genome
    at = int(rng.choice(on))
    source, target = int(genome.source[at]), int(genome.target[at])
    unit = innovations.split(int(genome.number[at]))
    off = genome.on.copy()
    off[at] = False
    grown = _grown(replace(genome, on=off), innovations.link(source, unit), source, unit, 1.0)
    return _grown(grown, innovations.link(unit, target), unit, target, float(genome.weight[at]))


def _with_link(
    genome: Genome, rng: np.random.Generator, rates: Rates, innovations: Innovations
) -> Genome:
    """Join two units that were not; a circle is closed only where that is allowed."""
    if len(genome) >= MOST_LINKS:
        return genome
    outputs = np.arange(genome.inputs, genome.inputs + genome.outputs)
    targets = np.concatenate([outputs, genome.hidden()])
    sources = np.concatenate([np.arange(genome.inputs), targets])
    linked = set(zip(genome.source.tolist(), genome.target.tolist(), strict=True))
    for _ in range(LINK_TRIES):
        source, target = int(rng.choice(sources)), int(rng.choice(targets))
        circular = not rates.recurrent and _leads(genome, target, source)
        if (source, target) not in linked and not circular:
            weight = round(float(rng.uniform(-rates.reach, rates.reach)), DIGITS)
            return _grown(genome, innovations.link(source, target), source, target, weight)
    return genome


def _leads(genome: Genome, start: int, end: int) -> bool:
    """Whether links, on or off, lead from one unit to another; each does to itself."""
    reached = {start}
    frontier = [start]
    while frontier:
        found = genome.target[np.isin(genome.source, frontier)].tolist()
        frontier = [unit for unit in dict.fromkeys(found) if unit not in reached]
        reached.update(frontier)
    return end in reached


def _grown(genome: Genome, number: int, source: int, target: int, weight: float) -> Genome:
    """With one link more, in its place."""
    at = int(np.searchsorted(genome.number, number))
    return replace(
        genome,
        number=np.insert(genome.number, at, number),
        source=np.insert(genome.source, at, source),
        target=np.insert(genome.target, at, target),
        weight=np.insert(genome.weight, at, weight),
        on=np.insert(genome.on, at, True),
    )


def to_state(genome: Genome) -> dict[str, Any]:
    """Plain lists, for a checkpoint."""
    return {part: getattr(genome, part).tolist() for part in PARTS}


def of_state(state: Mapping[str, Any], inputs: int, outputs: int) -> Genome:
    whole = {part: np.array(state[part], dtype=np.int64) for part in PARTS[:3]}
    weight, on = np.array(state["weight"], dtype=np.float64), np.array(state["on"], dtype=bool)
    return Genome(inputs, outputs, **whole, weight=weight, on=on)
