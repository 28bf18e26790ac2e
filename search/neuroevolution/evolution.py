"""Generations of NEAT: species, shared fitness, and who breeds. Stanley & Miikkulainen 2002, section 3.3."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from search.neuroevolution.genome import (
    Genome,
    Innovations,
    Rates,
    crossed,
    distance,
    mutated,
    smallest,
)
from search.neuroevolution.genome import of_state as genome_of
from search.neuroevolution.genome import to_state as genome_state

Fitness = Callable[[Genome], float]
"""At least 0, and more is better."""

NEVER_STAGNANT = 2
"""So many species live at least: with one alone there is nobody to take its place."""


@dataclass(frozen=True)
class Setup:
    """The constants of section 4.1; `survival` and how far weights move are those of reference code."""

    population: int = 150
    threshold: float = 3.0
    unmatched: float = 1.0
    weight_distance: float = 0.4
    stagnation: int = 15
    survival: float = 0.2
    mutation_only: float = 0.25
    interspecies: float = 0.001
    champions: int = 5
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, eq=False)
class Species:
    """Genomes that are alike; `best` is the most that any has reached, in generation `improved`."""

    id: int
    representative: Genome
    members: tuple[int, ...] = ()
    best: float = -math.inf
    improved: int = 0


@dataclass(frozen=True, eq=False)
class Generation:
    """A population with its fitness, in species, and the numbers that are given next."""

    number: int
    genomes: tuple[Genome, ...]
    fitness: tuple[float, ...]
    species: tuple[Species, ...]
    innovations: Innovations
    next_species: int

    @property
    def champion(self) -> Genome:
        return self.genomes[int(np.argmax(self.fitness))]


def first(
    inputs: int, outputs: int, fitness: Fitness, setup: Setup, rng: np.random.Generator
) -> Generation:
    """Genomes without a unit between inputs and outputs: structure has to prove itself (section 3.4)."""
    genomes = [smallest(inputs, outputs, rng, setup.rates) for _ in range(setup.population)]
    known = Innovations(inputs * outputs, inputs + outputs)
    return _judged(1, genomes, (), fitness, setup, known, 1)


def following(
    before: Generation, fitness: Fitness, setup: Setup, rng: np.random.Generator
) -> Generation:
    """The children of a generation, in the species that they are most like by being compared in turn."""
    known = before.innovations.next_generation()
    genomes = _children(before, setup, rng, known)
    # Representatives are random members of the generation before.
    kept = [
        replace(s, representative=before.genomes[int(rng.choice(s.members))], members=())
        for s in before.species
    ]
    number = before.number + 1
    return _judged(number, genomes, kept, fitness, setup, known, before.next_species)


def _judged(
    number: int,
    genomes: Sequence[Genome],
    kept: Sequence[Species],
    fitness: Fitness,
    setup: Setup,
    known: Innovations,
    next_species: int,
) -> Generation:
    reached = tuple(fitness(genome) for genome in genomes)
    species, next_species = _in_species(genomes, kept, setup, next_species)
    told = tuple(_told(one, reached, number) for one in species)
    return Generation(number, tuple(genomes), reached, told, known, next_species)


def _in_species(
    genomes: Sequence[Genome], kept: Sequence[Species], setup: Setup, next_species: int
) -> tuple[list[Species], int]:
    """Each genome joins the first species whose representative is near enough, or founds one."""
    found = list(kept)
    members: dict[int, list[int]] = {species.id: [] for species in found}
    for place, genome in enumerate(genomes):
        for one in found:
            apart = distance(genome, one.representative, setup.unmatched, setup.weight_distance)
            if apart < setup.threshold:
                members[one.id].append(place)
                break
        else:
            found.append(Species(next_species, genome))
            members[next_species] = [place]
            next_species += 1
    living = [replace(one, members=tuple(members[one.id])) for one in found if members[one.id]]
    return living, next_species


def _told(species: Species, reached: Sequence[float], number: int) -> Species:
    best = max(reached[place] for place in species.members)
    if best > species.best:
        return replace(species, best=best, improved=number)
    return species


def offspring(generation: Generation, setup: Setup) -> dict[int, int]:
    """Children by species, in proportion to its mean fitness; those that stand still have none.

    Fitness is shared among the members of a species (equation 2), so the sum of the shares is the mean.
    The counts add up to the population exactly.
    """
    best = max(generation.species, key=lambda s: max(generation.fitness[i] for i in s.members))
    alive = [
        s
        for s in generation.species
        if s is best
        or len(generation.species) < NEVER_STAGNANT
        or generation.number - s.improved < setup.stagnation
    ]
    means = np.array([np.mean([generation.fitness[i] for i in s.members]) for s in alive])
    shares = means / means.sum() if means.sum() > 0 else np.full(len(alive), 1 / len(alive))
    exact = shares * setup.population
    counts = np.floor(exact).astype(int)
    left = setup.population - int(counts.sum())
    for place in np.argsort(counts - exact, kind="stable")[:left]:
        counts[place] += 1
    return {s.id: int(count) for s, count in zip(alive, counts, strict=True)}


def _children(
    before: Generation, setup: Setup, rng: np.random.Generator, known: Innovations
) -> list[Genome]:
    wanted = offspring(before, setup)
    parents = {s.id: _parents(s, before.fitness, setup) for s in before.species}
    children: list[Genome] = []
    for species in before.species:
        count = wanted.get(species.id, 0)
        if count and len(species.members) > setup.champions:
            children.append(before.genomes[parents[species.id][0]])
            count -= 1
        others = [p for s in before.species if s.id != species.id for p in parents[s.id]]
        for _ in range(count):
            child = _child(before, parents[species.id], others, setup, rng)
            children.append(mutated(child, rng, setup.rates, known))
    return children


def _parents(species: Species, fitness: Sequence[float], setup: Setup) -> list[int]:
    """The members that survive, best first."""
    ordered = sorted(species.members, key=lambda place: (-fitness[place], place))
    return ordered[: math.ceil(setup.survival * len(ordered))]


def _child(
    before: Generation,
    parents: Sequence[int],
    others: Sequence[int],
    setup: Setup,
    rng: np.random.Generator,
) -> Genome:
    """One parent's genome, or that of two crossed, now and then across species."""
    one = int(rng.choice(parents))
    if rng.random() < setup.mutation_only:
        return before.genomes[one]
    mates = others if others and rng.random() < setup.interspecies else parents
    other = int(rng.choice(mates))
    fitter, weaker = sorted(
        (one, other), key=lambda i: (-before.fitness[i], len(before.genomes[i]))
    )
    return crossed(before.genomes[fitter], before.genomes[weaker], rng, setup.rates.disabled)


def to_state(generation: Generation) -> dict[str, Any]:
    """All that the next generation depends on, as plain data for a checkpoint."""
    return {
        "number": generation.number,
        "genomes": [genome_state(genome) for genome in generation.genomes],
        "fitness": list(generation.fitness),
        "species": [
            {
                "id": s.id,
                "representative": genome_state(s.representative),
                "members": list(s.members),
                "best": s.best,
                "improved": s.improved,
            }
            for s in generation.species
        ],
        "links": generation.innovations.links,
        "units": generation.innovations.units,
        "next_species": generation.next_species,
    }


def of_state(state: Mapping[str, Any], inputs: int, outputs: int) -> Generation:
    """The generation that a checkpoint holds."""

    def genome(told: Mapping[str, Any]) -> Genome:
        return genome_of(told, inputs, outputs)

    species = [
        Species(s["id"], genome(s["representative"]), tuple(s["members"]), s["best"], s["improved"])
        for s in state["species"]
    ]
    return Generation(
        number=state["number"],
        genomes=tuple(map(genome, state["genomes"])),
        fitness=tuple(state["fitness"]),
        species=tuple(species),
        innovations=Innovations(state["links"], state["units"]),
        next_species=state["next_species"],
    )
