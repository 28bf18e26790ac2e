"""Sets of cells: what is drawn and mutated lies in the set, and the smallest network is the smallest."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.cells import loose_ends, node_edges
from search.architecture.genotype import canonical
from search.architecture.ops import OPS
from search.architecture.spaces import READY_MADE, space_of
from search.space import SpaceError


def a_space(shape=(3, 8, 8), **changed):
    document = {**READY_MADE["small"], "channels": 2, **changed}
    return space_of(document, shape, 5)


@st.composite
def spaces(draw):
    """Small spaces of all kinds, on images of all sizes."""
    reductions = draw(st.integers(0, 2))
    ops = st.lists(st.sampled_from([op for op in OPS if op != "zero"]), min_size=1, unique=True)
    return a_space(
        shape=(draw(st.sampled_from([1, 3])), *draw(st.tuples(*[st.integers(2, 17)] * 2))),
        ops=draw(ops),
        nodes=draw(st.integers(1, 5)),
        cells=draw(st.integers(reductions + 1, 5)),
        channels=draw(st.integers(1, 5)),
        reductions=reductions,
        wiring=draw(st.sampled_from(["darts", "amoebanet"])),
    )


seeds = st.integers(0, 2**32 - 1)


def cells_of(genotype):
    return {
        name: [node_edges(node) for node in cell["nodes"]]
        for name, cell in json.loads(genotype)["cells"].items()
    }


def assert_in(space, genotype):
    document = json.loads(genotype)
    assert canonical(genotype) == genotype
    assert tuple(document["cells"]) == space.names
    assert document["skeleton"]["L"] == space.cells
    for cell in document["cells"].values():
        assert len(cell["nodes"]) == space.nodes
        edges = [edge for node in cell["nodes"] for edge in node_edges(node)]
        assert {op for op, _ in edges} <= set(space.ops)
        if space.wiring == "darts":
            assert all(node[1] != node[3] for node in cell["nodes"])
            assert cell["concat"] == list(range(2, 2 + space.nodes))
        else:
            assert cell["concat"] == loose_ends(cell["nodes"])


@given(spaces(), seeds)
def test_what_is_drawn_lies_in_the_space_and_depends_on_the_generator_alone(space, seed):
    one, two = (space.sample(np.random.default_rng(seed)) for _ in range(2))
    assert one == two
    assert_in(space, one)


@given(spaces(), seeds)
def test_a_mutation_changes_one_thing_in_one_place(space, seed):
    rng = np.random.default_rng(seed)
    parent = space.sample(rng)
    child, _ = space.mutate(parent, rng)
    assert_in(space, child)
    before, after = cells_of(parent), cells_of(child)
    nodes = [(name, i) for name in before for i in range(space.nodes)]
    changed = [(n, i) for n, i in nodes if Counter(before[n][i]) != Counter(after[n][i])]
    if space.size() == 1:
        assert not changed
        return
    ((name, i),) = changed
    (lost,) = Counter(before[name][i]) - Counter(after[name][i])
    (gained,) = Counter(after[name][i]) - Counter(before[name][i])
    assert (lost[0] == gained[0]) != (lost[1] == gained[1])


@pytest.mark.parametrize("wiring", ["darts", "amoebanet"])
def test_every_kind_of_mutation_of_every_cell_occurs(wiring):
    space, rng = a_space(wiring=wiring), np.random.default_rng(0)
    parent = space.sample(rng)
    texts = {space.mutate(parent, rng)[1].text for _ in range(100)}
    assert len(texts) == 4


def every_genotype(space):
    """All of a space, by brute force."""
    nodes = []
    for states in range(2, 2 + space.nodes):
        edges = list(product(space.ops, range(states)))
        pairs = combinations if space.wiring == "darts" else combinations_with_replacement
        nodes.append(
            [p for p in pairs(edges, 2) if space.wiring == "amoebanet" or p[0][1] != p[1][1]]
        )
    cells = list(product(*nodes))
    for chosen in product(cells, repeat=len(space.names)):
        yield space.genotype(dict(zip(space.names, chosen, strict=True)))


TINY = [
    {"nodes": 1, "ops": ["conv3", "sep3"], "wiring": "amoebanet", "cells": 4},
    {"nodes": 1, "ops": ["id", "dw3"], "wiring": "amoebanet"},
    {"nodes": 1, "ops": ["sep3", "c1x3"], "wiring": "amoebanet", "channels": 4},
    {"nodes": 2, "ops": ["id", "conv1"], "wiring": "darts", "reductions": 1, "cells": 2},
    {"nodes": 2, "ops": ["c1x3", "sep3"], "wiring": "darts", "channels": 4, "reductions": 0},
    {"nodes": 2, "ops": ["dil3", "dw3"], "wiring": "amoebanet", "reductions": 0, "cells": 4},
]


@pytest.mark.parametrize("changed", TINY)
def test_the_smallest_network_and_the_size_are_those_of_trying_all(changed):
    space = a_space(**changed)
    every = list(every_genotype(space))
    assert len(set(every)) == space.size()
    fewest = min(space.costs(genotype)["params"] for genotype in every)
    assert space.costs(space.smallest())["params"] == fewest
    assert_in(space, space.smallest())


@settings(max_examples=30)
@given(spaces(), seeds)
def test_nothing_that_is_drawn_is_smaller_than_the_smallest(space, seed):
    drawn = space.costs(space.sample(np.random.default_rng(seed)))
    assert space.costs(space.smallest())["params"] <= drawn["params"]
    assert_in(space, space.smallest())


@pytest.mark.parametrize("name", READY_MADE)
def test_ready_made_spaces_survive_a_trip_through_json(name):
    space = space_of(READY_MADE[name], (3, 32, 32), 10)
    assert space.to_json() == READY_MADE[name]
    assert space_of(json.loads(json.dumps(space.to_json())), (3, 32, 32), 10) == space


def test_the_space_of_darts_is_as_large_as_its_paper_says():
    ways = space_of(READY_MADE["darts"], (3, 32, 32), 10).size()
    assert ways == (180 * 7**8) ** 2  # section 2.1 of the paper counts 180 wirings


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": "tower"}, "needs a kind: cell_net"),
        ({"ops": []}, "at least one operation"),
        ({"ops": ["none"]}, "no operation 'none'"),
        ({"ops": ["zero", "id"]}, "no operation 'zero'"),
        ({"ops": ["id", "id"]}, "named once"),
        ({"ops": [["id"]]}, "no operation"),
        ({"nodes": 13}, "nodes is a whole number from 1 to 12"),
        ({"nodes": "4"}, "nodes is a whole number"),
        ({"cells": 2}, "cells is a whole number from 3"),
        ({"channels": 0}, "channels is a whole number from 1"),
        ({"reductions": True}, "reductions is a whole number"),
        ({"wiring": "random"}, "wiring is one of darts, amoebanet"),
        ({"depth": 3}, "has no depth"),
    ],
)
def test_what_is_wrong_with_a_space_is_said(changed, reason):
    with pytest.raises(SpaceError) as refusal:
        a_space(**changed)
    assert reason in str(refusal.value)


def test_a_list_is_no_space():
    with pytest.raises(SpaceError):
        space_of([], (3, 8, 8), 2)


@given(spaces(), seeds)
def test_a_design_is_made_again_by_the_choices_that_it_is_encoded_by(space, seed):
    genotype = space.sample(np.random.default_rng(seed))
    assert space.decode(space.encode(genotype)) == genotype


@given(spaces(), st.data())
def test_all_combinations_of_choices_are_designs_of_the_space(space, data):
    places = [data.draw(st.integers(0, len(d.choices) - 1)) for d in space.decisions]
    assert_in(space, space.decode(places))


def test_decisions_have_names_of_their_own():
    names = [decision.name for decision in a_space(wiring="amoebanet").decisions]
    assert len(set(names)) == len(names)
