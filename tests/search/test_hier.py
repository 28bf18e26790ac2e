"""Motifs within motifs: how they are read, drawn, counted and mutated; graphs are shared, weights are not."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.genotype import blueprint_of, canonical, key, parse
from search.architecture.hier import live_edges
from search.architecture.hier_space import ABSENT
from search.architecture.network import Network
from search.architecture.reading import GenotypeError
from search.architecture.spaces import READY_MADE, space_of
from search.cost import parameters
from search.space import SpaceError
from tests.search.exported import as_onnx

SHAPE, CLASSES = (1, 8, 8), 10
SMALL = {**READY_MADE["hierarchical"], "channels": 2, "reductions": 1}
SETS = {
    "hierarchical": space_of(SMALL, SHAPE, CLASSES),
    "flat": space_of({**SMALL, "levels": [{"motifs": 1, "nodes": 5}]}, SHAPE, CLASSES),
    "four levels": space_of(
        {**SMALL, "levels": [{"motifs": 2, "nodes": 3}] * 2 + [{"motifs": 1, "nodes": 3}]},
        SHAPE,
        CLASSES,
    ),
}
HIERARCHICAL = SETS["hierarchical"]


def motif(*edges, n=3):
    return {"n": n, "edges": [list(edge) for edge in edges]}


def a_genotype(*levels, **skeleton):
    listed = [{"level": i, "motifs": list(motifs)} for i, motifs in enumerate(levels, start=2)]
    return {
        "v": 1,
        "kind": "hier",
        "levels": listed,
        "skeleton": {"C": 4, "N": 1, "reductions": 0, **skeleton},
    }


PLAIN = motif((0, 2, "conv1"))


def drawn(genotype):
    return blueprint_of(genotype, SHAPE, CLASSES)


def kinds(genotype):
    return Counter(layer.kind for layer in drawn(genotype).layers)


@st.composite
def designs(draw):
    """Any combination of choices of one of the sets, also one that lets nothing through."""
    space = SETS[draw(st.sampled_from(sorted(SETS)))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return space, [int(rng.integers(len(d.choices))) for d in space.decisions]


@given(designs())
def test_every_combination_of_choices_is_a_design_and_is_found_again(design):
    space, places = design
    genotype = space.decode(places)
    assert space.encode(genotype) == tuple(places)
    assert canonical(json.loads(genotype)) == genotype
    assert drawn(genotype).layers[-1].shape == (CLASSES,)


@given(designs(), st.randoms(use_true_random=False))
def test_the_order_of_edges_tells_no_two_apart(design, random):
    space, places = design
    document = json.loads(space.decode(places))
    for level in document["levels"]:
        for each in level["motifs"]:
            random.shuffle(each["edges"])
    assert key(document) == key(space.decode(places))


@settings(max_examples=15, deadline=None)
@given(designs())
def test_a_network_is_what_was_counted(design):
    space, places = design
    blueprint = drawn(space.decode(places))
    network = Network(blueprint)
    assert parameters(network) == blueprint.params
    seen = []
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            layer.register_forward_hook(lambda m, _, out: seen.append(macs(m, out)))
    with torch.no_grad():
        assert network(torch.rand(2, *SHAPE)).shape == (2, CLASSES)
    assert sum(seen) == blueprint.macs


def macs(layer, outputs):
    area = outputs[0, 0].numel() if outputs.dim() == 4 else 1
    return layer.weight.numel() * area


@pytest.mark.parametrize("name", SETS)
def test_an_onnx_model_of_a_network_gives_the_same(name, tmp_path):
    genotype = SETS[name].sample(np.random.default_rng(3))
    network, batch = Network(drawn(genotype)).eval(), torch.rand(4, *SHAPE)
    session = onnxruntime.InferenceSession(
        as_onnx(network, batch, tmp_path), providers=["CPUExecutionProvider"]
    )
    (given_,) = session.run(None, {session.get_inputs()[0].name: batch.numpy()})
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(given_), network(batch), rtol=1e-4, atol=1e-5)


def test_the_graph_of_a_motif_is_shared_by_all_its_uses_and_its_weights_by_none():
    top = motif((0, 1, "m2.0"), (1, 2, "m2.0"), (0, 2, "m2.1"))
    before = a_genotype([PLAIN, PLAIN], [top])
    after = a_genotype([motif((0, 2, "sep3")), PLAIN], [top])
    uses = [convolutions(before, name) for name in ("0to1", "1to2", "0to2")]
    assert [len(use) for use in uses] == [1, 1, 1]
    assert len({name for use in uses for name in use}) == 3, "each use has weights of its own"
    assert [len(convolutions(after, name)) for name in ("0to1", "1to2", "0to2")] == [4, 4, 1]


def convolutions(genotype, edge):
    prefix = f"cell0_0_{edge}_"
    layers = [x for x in drawn(genotype).layers if x.kind == "conv"]
    return [layer.name for layer in layers if layer.name.startswith(prefix)]


def test_what_meets_at_a_node_is_joined_and_brought_back_to_the_width():
    two = motif((0, 1, "conv1"), (0, 2, "max3"), (1, 2, "dw3"))
    layers = {layer.name: layer for layer in drawn(a_genotype([two])).layers}
    joined = next(layer for layer in layers.values() if layer.kind == "concat")
    assert joined.shape[0] == 8
    assert layers["cell0_0_merge2_back_1"].settings["kernel"] == (1, 1)
    assert layers["cell0_0_merge2_back_1"].shape[0] == 4
    assert kinds(a_genotype([PLAIN]))["concat"] == 0, "one input needs no merge"


def test_nodes_without_an_input_or_a_way_to_the_sink_are_legal_and_left_out():
    dead_end = motif((0, 3, "conv1"), (0, 1, "sep3"), (2, 3, "sep3"), n=4)
    kept = motif((0, 3, "conv1"), n=4)
    assert [layer.kind for layer in drawn(a_genotype([dead_end])).layers] == [
        layer.kind for layer in drawn(a_genotype([kept])).layers
    ]


def test_an_edge_that_is_a_motif_without_a_way_through_is_none():
    nothing = motif((0, 1, "sep3"))
    top = motif((0, 2, "m2.0"), (0, 1, "m2.1"), (1, 2, "m2.0"))
    levels = parse(a_genotype([PLAIN, nothing], [top]))["levels"]
    assert live_edges(levels)[-1] == [[(0, 2, "m2.0")]]
    assert "zero" in kinds(a_genotype([nothing]))


@pytest.mark.parametrize("name", SETS)
def test_a_mutation_changes_one_edge_to_something_else_and_says_which(name):
    space, rng = SETS[name], np.random.default_rng(1)
    genotype = space.sample(rng)
    for _ in range(200):
        child, told = space.mutate(genotype, rng)
        pairs = zip(space.encode(genotype), space.encode(child), strict=True)
        (at,) = [i for i, (old, new) in enumerate(pairs) if old != new]
        decision = space.decisions[at]
        assert decision.name.startswith(f"m{told.values['level']}.{told.values['motif']}_")
        assert "zero" not in kinds(child), "it lets something through"
        genotype = child


def test_mutations_take_levels_motifs_nodes_and_predecessors_uniformly():
    rng, levels = np.random.default_rng(2), Counter()
    genotype = HIERARCHICAL.sample(rng)
    ends = Counter()
    for _ in range(2000):
        told = HIERARCHICAL.mutate(genotype, rng)[1].values
        levels[told["level"]] += 1
        ends[told["level"], told["end"]] += 1
    assert levels[2] == pytest.approx(1000, abs=120)
    assert all(ends[2, end] == pytest.approx(333, abs=70) for end in (1, 2, 3))


def test_a_random_design_is_a_chain_of_identities_after_many_mutations():
    unchanged = space_of({**SMALL, "mutations": 0}, SHAPE, CLASSES)
    genotype = unchanged.sample(np.random.default_rng(0))
    assert genotype == unchanged.trivial()
    first = json.loads(genotype)["levels"][0]["motifs"][0]["edges"]
    assert first == [[0, 1, "id"], [1, 2, "id"], [2, 3, "id"]]
    rng = np.random.default_rng(0)
    places = np.array([HIERARCHICAL.encode(HIERARCHICAL.sample(rng)) for _ in range(300)])
    absent = (places == 0).mean()
    assert absent == pytest.approx(1 / 7, abs=0.02), "nothing of the chain is left"
    assert HIERARCHICAL.decisions[0].choices[0] == ABSENT


def test_the_smallest_has_no_more_parameters_than_any_that_is_drawn():
    rng = np.random.default_rng(0)
    least = drawn(HIERARCHICAL.smallest()).params
    assert all(drawn(HIERARCHICAL.sample(rng)).params >= least for _ in range(50))


REFUSED = {
    "no levels": (a_genotype(), "levels must be a list of 1"),
    "two cells": (a_genotype([PLAIN, PLAIN]), "The motifs of the highest level"),
    "an edge back": (a_genotype([motif((2, 1, "id"))]), "the start of an edge"),
    "an edge beyond": (a_genotype([motif((0, 3, "id"))]), "the end of an edge"),
    "two edges": (a_genotype([motif((0, 1, "id"), (0, 1, "sep3"))]), "two edges"),
    "no such motif": (a_genotype([PLAIN], [motif((0, 1, "m2.1"))]), "a motif of the level below"),
    "an operation above": (a_genotype([PLAIN], [motif((0, 1, "id"))]), "a motif of the level"),
    "none": (a_genotype([motif((0, 1, "none"))]), "an edge is an operation"),
    "another level": (
        {**a_genotype([PLAIN]), "levels": [{"level": 3, "motifs": [PLAIN]}]},
        "level must be 2",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said(name):
    document, reason = REFUSED[name]
    with pytest.raises(GenotypeError, match=reason):
        parse(document)


def test_levels_that_multiply_beyond_what_can_be_built_are_refused():
    full = motif(*((i, j, "m2.0") for j in range(12) for i in range(j)), n=12)
    below = motif(*((i, j, "id") for j in range(12) for i in range(j)), n=12)
    with pytest.raises(GenotypeError, match="more than 1500 operations"):
        parse(a_genotype([below], [full]))
    levels = [{"motifs": 1, "nodes": 12}] * 2
    with pytest.raises(SpaceError, match="more than 1500 operations"):
        space_of({**SMALL, "levels": levels}, SHAPE, CLASSES)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"levels": []}, "a list of 1 to 4"),
        ({"levels": [{"motifs": 2, "nodes": 3}]}, "highest level has one motif"),
        ({"levels": [3]}, "object in braces"),
        ({"wiring": "darts"}, "has no wiring"),
    ],
)
def test_a_declaration_that_cannot_be_searched_is_refused(changed, reason):
    with pytest.raises(SpaceError, match=reason):
        space_of({**SMALL, **changed}, SHAPE, CLASSES)
