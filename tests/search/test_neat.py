"""NEAT: numbers, alignment, species, shared fitness, and what a genotype of its kind is."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.genotype import blueprint_of, canonical, key, parse
from search.architecture.neat import SETTLING, squashed, units
from search.architecture.reading import GenotypeError
from search.history import Candidate
from search.neuroevolution.evolution import (
    Generation,
    Setup,
    Species,
    first,
    following,
    offspring,
)
from search.neuroevolution.exclusive_or import task
from search.neuroevolution.genome import (
    PARTS,
    Genome,
    Innovations,
    Rates,
    crossed,
    distance,
    mutated,
    smallest,
)
from search.problems.functions.xor import problem

GROWING = Rates(unit=0.4, link=0.6)
XOR = task(problem(), Candidate({}))


def a_genome(*links, inputs=3, outputs=1):
    """Of links (number, source, target, weight, on)."""
    columns = list(zip(*links, strict=True)) or [()] * 5
    kinds = (np.int64, np.int64, np.int64, np.float64, bool)
    parts = {p: np.array(c, dtype=k) for p, c, k in zip(PARTS, columns, kinds, strict=True)}
    return Genome(inputs, outputs, **parts)


def evolved(seed, mutations, rates=GROWING):
    rng, known = np.random.default_rng(seed), Innovations(3, 4)
    genome = smallest(3, 1, rng, rates)
    for _ in range(mutations):
        genome = mutated(genome, rng, rates, known)
        known = known.next_generation()
    return genome


genomes = st.builds(evolved, st.integers(0, 2**32 - 1), st.integers(0, 25))


@given(genomes, st.randoms(use_true_random=False))
def test_a_genome_is_a_genotype_whatever_the_order_of_its_links(genome, random):
    text = canonical(genome.document())
    assert canonical(json.loads(text)) == text
    shuffled = genome.document()
    random.shuffle(shuffled["genes"])
    random.shuffle(shuffled["nodes"])
    assert key(shuffled) == key(text)


def asked_by_hand(genome, row):
    """A network without circles, unit by unit, as one would with pencil and paper."""
    values = dict(enumerate([*row, 1.0]))
    links = [
        (int(s), int(t), w)
        for s, t, w, on in zip(genome.source, genome.target, genome.weight, genome.on, strict=True)
        if on
    ]

    def value(unit):
        if unit not in values:
            values[unit] = squashed(sum(value(s) * w for s, t, w in links if t == unit))
        return values[unit]

    return float(value(3))


@given(genomes)
def test_a_network_gives_what_its_units_give_one_after_the_other(genome):
    rows = np.random.default_rng(0).normal(size=(3, 2))
    network = units(parse(genome.document()))
    assert network.links == np.count_nonzero(genome.weight[genome.on])
    expected = [asked_by_hand(genome, row) for row in rows]
    assert network(rows)[:, 0] == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(genome.network()(rows), network(rows), atol=1e-12)


@given(genomes, genomes, st.integers(0, 2**32 - 1))
def test_a_child_has_the_structure_of_the_fitter_and_no_circle(one, other, seed):
    child = crossed(one, other, np.random.default_rng(seed), 0.75)
    assert (child.number == one.number).all()
    assert units(parse(child.document())).steps <= len(child.hidden()) + 1
    both = np.intersect1d(one.number, other.number)
    for number, weight in zip(child.number, child.weight, strict=True):
        parents = (one, other) if number in both else (one,)
        assert weight in [p.weight[p.number == number][0] for p in parents]


def test_what_is_off_in_either_parent_is_off_in_three_children_of_four():
    on = a_genome((0, 0, 3, 1.0, True))
    off = a_genome((0, 0, 3, 1.0, False))
    rng = np.random.default_rng(0)
    for pair in ((on, off), (off, on), (off, off)):
        kept = [not crossed(*pair, rng, 0.75).on[0] for _ in range(2000)]
        assert np.mean(kept) == pytest.approx(0.75, abs=0.04)
    assert all(crossed(on, on, rng, 0.75).on[0] for _ in range(20))


def test_the_same_change_in_one_generation_has_one_number_and_in_the_next_another():
    known = Innovations(links=3, units=4)
    assert known.link(0, 9) == known.link(0, 9) == 3
    assert known.split(1) == known.split(1) == 4
    later = known.next_generation()
    assert (later.link(0, 9), later.split(1)) == (4, 5)


def test_a_new_unit_takes_the_place_of_a_link_and_changes_little():
    rng = np.random.default_rng(1)
    before = a_genome((0, 0, 3, 0.5, True))
    after = mutated(before, rng, Rates(weights=0, unit=1, link=0), Innovations(3, 4))
    assert after.on.tolist() == [False, True, True]
    assert list(zip(after.source, after.target, after.weight, strict=True))[1:] == [
        (0, 4, 1.0),
        (4, 3, 0.5),
    ]


def test_circles_are_closed_only_where_that_is_allowed():
    circular = [evolved(seed, 40, replace(GROWING, recurrent=True)) for seed in range(10)]
    steps = [units(parse(genome.document())).steps for genome in circular]
    assert SETTLING in steps
    forward = [evolved(seed, 40) for seed in range(10)]
    assert all(g.network().steps <= len(g.hidden()) + 1 for g in forward)


def test_the_distance_counts_unmatched_links_and_the_weights_of_the_others():
    one = a_genome((0, 0, 3, 1.0, True), (1, 1, 3, 2.0, True), (5, 0, 9, 1.0, True))
    other = a_genome((0, 0, 3, 2.0, True), (1, 1, 3, 0.0, True), (4, 2, 9, 1.0, True))
    assert distance(one, other, 1.0, 0.4) == pytest.approx(2 + 0.4 * 1.5)
    many = [(i, i, 39, 1.0, True) for i in range(20)]
    long, longer = a_genome(*many, inputs=39), a_genome(*many, (20, 20, 39, 1.0, True), inputs=39)
    assert distance(long, longer, 1.0, 0.4) == pytest.approx(1 / 21)


def test_weights_stay_within_their_limit_and_are_those_that_are_written():
    genome = evolved(3, 60, Rates(weights=1, reach=8))
    assert np.abs(genome.weight).max() <= 8
    assert (genome.weight == genome.weight.round(4)).all()


def a_generation(species, fitness, number=20):
    genome = a_genome((0, 0, 3, 1.0, True))
    return Generation(number, (genome,) * len(fitness), fitness, species, Innovations(3, 4), 9)


def a_species(number, members, improved=20):
    return Species(number, a_genome((0, 0, 3, 1.0, True)), members, 1.0, improved)


def test_children_are_in_proportion_to_the_mean_fitness_however_large_a_species_is():
    species = (a_species(1, (0, 1, 2, 3)), a_species(2, (4,)))
    wanted = offspring(a_generation(species, (1.0,) * 4 + (3.0,)), Setup(population=8))
    assert wanted == {1: 2, 2: 6}


@given(st.lists(st.floats(0, 100), min_size=3, max_size=12), st.integers(4, 60))
def test_children_add_up_to_the_population_exactly(fitness, population):
    species = tuple(a_species(i, (i,)) for i in range(len(fitness)))
    wanted = offspring(a_generation(species, tuple(fitness)), Setup(population=population))
    assert sum(wanted.values()) == population


def test_a_species_that_stands_still_has_no_children_unless_it_is_the_best():
    still = (a_species(1, (0,), improved=5), a_species(2, (1,)), a_species(3, (2,), improved=5))
    wanted = offspring(a_generation(still, (1.0, 1.0, 9.0)), Setup(population=10))
    assert wanted == {2: 1, 3: 9}


def test_the_champion_of_a_large_species_lives_on_unchanged():
    rng = np.random.default_rng(0)
    generation = first(3, 1, XOR, Setup(population=40, threshold=math.inf), rng)
    (species,) = generation.species
    assert len(species.members) == 40
    after = following(generation, XOR, Setup(population=40, threshold=math.inf), rng)
    best = generation.champion.document()
    assert any(genome.document() == best for genome in after.genomes)
    assert max(after.fitness) >= max(generation.fitness)


def test_every_genome_is_near_the_representative_of_its_species():
    rng, setup = np.random.default_rng(0), Setup(population=60)
    generation = first(3, 1, XOR, setup, rng)
    for _ in range(4):
        generation = following(generation, XOR, setup, rng)
        placed = [place for species in generation.species for place in species.members]
        assert sorted(placed) == list(range(60))
        for species in generation.species:
            for place in species.members:
                genome = generation.genomes[place]
                assert distance(genome, species.representative, 1.0, 0.4) < 3.0


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 30))
def test_solves_exclusive_or_by_growing(seed):
    rng = np.random.default_rng(seed)
    generation = first(3, 1, XOR, Setup(), rng)
    while XOR.judged(generation.champion.network()) < 1:
        assert generation.number < 200
        generation = following(generation, XOR, Setup(), rng)
    assert len(generation.champion.hidden()) >= 1


def test_a_table_of_many_columns_begins_with_some_of_the_links():
    genome = smallest(300, 10, np.random.default_rng(0), Rates())
    assert len(genome) == 450
    assert len(canonical(genome.document())) < 50_000


LINK = {"innov": 0, "in": 0, "out": 3, "w": 1.0, "on": True}
PLAIN = {"v": 1, "kind": "neat", "inputs": [0, 1, 2], "outputs": [3], "nodes": [], "genes": [LINK]}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"genes": [{**LINK, "out": 1}]}, "leads from a unit"),
        ({"genes": [{**LINK, "in": 8}]}, "leads from a unit"),
        ({"genes": [{**LINK, "w": float("nan")}]}, "is a number"),
        ({"genes": [{**LINK, "w": 1e9}]}, "is a number"),
        ({"genes": [LINK, {**LINK, "in": 1}]}, "same numbers"),
        ({"genes": [LINK, {**LINK, "innov": 1}]}, "same ends"),
        ({"nodes": [{"id": 3}]}, "same number"),
        ({"nodes": [{"id": 4, "act": "relu"}]}, "act must be sigmoid"),
        ({"outputs": []}, "list of 1"),
    ],
)
def test_what_is_wrong_with_a_genotype_is_said(changed, reason):
    with pytest.raises(GenotypeError, match=reason):
        parse({**PLAIN, **changed})


def test_it_is_no_network_for_images():
    with pytest.raises(GenotypeError, match="reads the features of a table"):
        blueprint_of(PLAIN, (1, 8, 8), 10)
