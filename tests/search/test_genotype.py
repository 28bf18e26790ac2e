"""Genotypes are read or refused in words, have one canonical form, and build the networks of the papers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.architecture.cells import loose_ends, node_edges
from search.architecture.genotype import blueprint_of, canonical, key, parse
from search.architecture.ops import OPS
from search.architecture.reading import GenotypeError

# Normal cells in the papers' own wiring, state 0 the oldest.
NASNET_A = {
    "nodes": [
        ["sep5", 1, "sep3", 0],
        ["sep5", 0, "sep3", 0],
        ["avg3", 1, "id", 0],
        ["avg3", 0, "avg3", 0],
        ["sep3", 1, "id", 1],
    ],
    "concat": [0, 2, 3, 4, 5, 6],
}
AMOEBANET_A = {
    "nodes": [
        ["avg3", 1, "max3", 1],
        ["sep3", 0, "id", 0],
        ["id", 1, "avg3", 0],
        ["sep3", 1, "sep5", 2],
        ["avg3", 5, "sep3", 1],
    ],
    "concat": [0, 3, 4, 6],
}
ENAS = {
    "nodes": [
        ["avg3", 0, "sep3", 0],
        ["id", 0, "sep5", 0],
        ["id", 0, "sep5", 1],
        ["sep3", 1, "sep5", 0],
        ["avg3", 0, "sep5", 1],
    ],
    "concat": [2, 3, 4, 5, 6],
}
DARTS_V2 = {
    "nodes": [
        ["sep3", 0, "sep3", 1],
        ["sep3", 0, "sep3", 1],
        ["sep3", 1, "id", 0],
        ["id", 0, "dil3", 2],
    ],
    "concat": [2, 3, 4, 5],
}
DARTS_V2_REDUCE = {
    "nodes": [
        ["max3", 0, "max3", 1],
        ["id", 2, "max3", 1],
        ["max3", 0, "id", 2],
        ["id", 2, "max3", 1],
    ],
    "concat": [2, 3, 4, 5],
}
NASBENCH_201 = {
    "inputs": 1,
    "nodes": [
        {"in": [[0, "conv3"]], "combine": "add"},
        {"in": [[0, "conv3"], [1, "conv3"]], "combine": "add"},
        {"in": [[0, "id"], [1, "conv3"], [2, "conv1"]], "combine": "add"},
    ],
    "concat": [3],
}
PAPERS = {
    "nasnet": NASNET_A,
    "amoebanet": AMOEBANET_A,
    "enas": ENAS,
    "darts": DARTS_V2,
    "nasbench": NASBENCH_201,
}


def cell_net(normal, reduce=None, **skeleton):
    sizes = {"C": 4, "L": 3, "reductions": 2, **skeleton}
    cells = {"normal": normal, "reduce": reduce or normal}
    return {"v": 1, "kind": "cell_net", "cells": cells, "skeleton": sizes}


def a_chain(**changed):
    block = {"op": "mbconv", "k": 3, "e": 6, "c": 8, "n": 2, "s": 2}
    return {"v": 1, "kind": "chain", "stem": 8, "blocks": [block], **changed}


@pytest.mark.parametrize("name", PAPERS)
def test_the_cells_of_the_papers_are_read_and_drawn(name):
    drawn = blueprint_of(cell_net(PAPERS[name]), (3, 16, 16), 10)
    assert drawn.layers[-1].shape == (10,)


def test_the_network_of_the_darts_paper_has_its_published_parameters():
    genotype = cell_net(DARTS_V2, DARTS_V2_REDUCE, C=36, L=20)
    assert blueprint_of(genotype, (3, 32, 32), 10).params == 3_349_342


@pytest.mark.parametrize("name", PAPERS)
def test_the_canonical_form_is_its_own(name):
    text = canonical(cell_net(PAPERS[name]))
    assert canonical(text) == text == canonical(json.loads(text))
    assert parse(text) == json.loads(text)


def test_the_canonical_form_of_a_chain_is_its_own():
    text = canonical(a_chain())
    assert canonical(text) == text
    assert json.loads(text)["head"] == 0


def test_a_number_of_cells_between_reductions_is_the_number_of_all():
    between = cell_net(DARTS_V2)
    between["skeleton"] = {"C": 4, "N": 6, "reductions": 2}
    assert parse(between)["skeleton"]["L"] == 20


def test_a_cell_that_stands_nowhere_does_not_tell_networks_apart():
    plain = cell_net(DARTS_V2, ENAS, L=2, reductions=0)
    assert key(plain) == key(cell_net(DARTS_V2, NASNET_A, L=2, reductions=0))


def test_the_long_form_of_a_sum_of_two_is_the_short_one():
    long = {**DARTS_V2, "nodes": [{"in": [[1, "sep3"], [0, "sep3"]]}, *DARTS_V2["nodes"][1:]]}
    assert key(cell_net(long)) == key(cell_net(DARTS_V2))


def test_loose_ends_are_the_nodes_that_nobody_reads():
    assert loose_ends(AMOEBANET_A["nodes"]) == [3, 4, 6]


@st.composite
def cells(draw):
    nodes = []
    for state in range(2, 2 + draw(st.integers(1, 5))):
        edge = st.tuples(st.sampled_from(list(OPS)), st.integers(0, state - 1))
        (one, first), (two, second) = draw(edge), draw(edge)
        nodes.append([one, first, two, second])
    states = st.integers(0, 1 + len(nodes))
    return {"nodes": nodes, "concat": draw(st.lists(states, min_size=1, unique=True))}


@given(cells(), st.randoms(use_true_random=False))
def test_commuting_pairs_have_one_key(cell, random):
    swapped = [n if random.random() < 0.5 else [*n[2:], *n[:2]] for n in cell["nodes"]]
    concat = random.sample(cell["concat"], len(cell["concat"]))
    other = {"nodes": swapped, "concat": concat}
    assert key(cell_net(cell)) == key(cell_net(other))
    assert canonical(canonical(cell_net(other))) == canonical(cell_net(cell))


@given(cells())
def test_reading_loses_no_edge(cell):
    read = parse(cell_net(cell))["cells"]["normal"]["nodes"]
    for node, given_node in zip(read, cell["nodes"], strict=True):
        pairs = zip(given_node[::2], given_node[1::2], strict=True)
        assert sorted(node_edges(node)) == sorted(pairs)


def changed(**fields):
    return cell_net({**DARTS_V2, **fields})


REFUSED = {
    "not JSON": ("{", "not JSON"),
    "nested too deeply": ("[" * 40_000, "not JSON"),
    "too long": (" " * 60_000, "at most 50000 characters"),
    "a list": ("[]", "must be an object"),
    "another version": ({**cell_net(ENAS), "v": 2}, "version v must be 1"),
    "true is no version": ({**cell_net(ENAS), "v": True}, "version v must be 1"),
    "another kind": ({**cell_net(ENAS), "kind": "tower"}, 'kind "tower" cannot be built'),
    "no kind": ({"v": 1}, "cannot be built"),
    "a field nobody reads": ({**cell_net(ENAS), "bits": {}}, '"bits", which nothing here reads'),
    "no cells": ({"v": 1, "kind": "cell_net", "skeleton": {}}, "lacks cells"),
    "no concat": (cell_net({"nodes": ENAS["nodes"]}), "lacks concat"),
    "unknown operation": (changed(nodes=[["sep9", 0, "id", 1]]), 'no operation "sep9"'),
    "none": (changed(nodes=[["none", 0, "id", 1]]), "write 'id' or 'zero'"),
    "reads itself": (changed(nodes=[["id", 2, "id", 1]]), "node 2: it cannot read state 2"),
    "reads a word": (changed(nodes=[["id", "0", "id", 1]]), 'cannot read state "0"'),
    "three parts": (changed(nodes=[["id", 0, "id"]]), "must be a list of 4"),
    "no nodes": (changed(nodes=[]), "nodes must be a list of 1 to 12"),
    "too many nodes": (changed(nodes=[["id", 0, "id", 1]] * 13), "nodes must be a list of 1 to 12"),
    "joins what is not there": (changed(concat=[9]), "from 0 to 5, not 9"),
    "joins a node twice": (changed(concat=[2, 2]), "names a state twice"),
    "joins nothing": (changed(concat=[]), "must be a list of 1"),
    "multiplies": (changed(nodes=[{"in": [[0, "id"]], "combine": "mul"}]), "combine must be add"),
    "too many cells": (cell_net(ENAS, L=41), "L must be a whole number from 1 to 40"),
    "too few cells": (cell_net(ENAS, L=2), "L must be a whole number from 3"),
    "too wide": (cell_net(ENAS, C=10**6), "C must be a whole number from 1 to 512"),
    "half a channel": (cell_net(ENAS, C=4.0), "not 4.0"),
    "three reductions": (cell_net(ENAS, reductions=3), "reductions must be 0 / 1 / 2"),
    "a chain of other blocks": (a_chain(blocks=[{"op": "conv"}]), "block 1 lacks k"),
    "a chain too deep": (
        a_chain(blocks=[{"op": "mbconv", "k": 3, "e": 6, "c": 8, "n": 30, "s": 1}] * 2),
        "the sum of n",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said(name):
    document, reason = REFUSED[name]
    with pytest.raises(GenotypeError, match=r".") as refusal:
        parse(document)
    assert reason in str(refusal.value)
    assert str(refusal.value) == str(refusal.value.message)


def test_pages_read_and_count_genotypes_without_torch():
    code = (
        "import sys; import search.architecture.spaces as s; import search.architecture.kinds;"
        "s.CellSpace.from_json(s.READY_MADE['small'], (1, 8, 8), 2).smallest();"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
