"""Previews of search spaces: some candidates drawn, and what they would cost."""

from __future__ import annotations

import html
import re

import pytest

from automl_web.runs.chosen_space import READY_MADE, ready_made
from automl_web.runs.models import SearchSpace
from automl_web.runs.words import words
from search.architecture.cell_space import CellSpace
from search.architecture.genotype import canonical
from search.architecture.spaces import READY_MADE as SETS
from search.architecture.spaces import space_of
from tests.web.test_spaces import CELLS, address, filled, saved


@pytest.fixture
def _quick(monkeypatch):
    monkeypatch.setattr("automl_web.runs.preview.LEAST", 20)
    monkeypatch.setattr("automl_web.runs.preview.SECONDS", 0)


def previewed(client, url, **changed):
    response = client.post(url, filled(client, url) | changed | {"preview": "1"})
    assert response.status_code == 200
    assert not SearchSpace.objects.exists()
    return response.context["preview"], response.content.decode()


@pytest.mark.usefixtures("_quick")
def test_a_preview_draws_from_what_is_filled_in(editor_client, project):
    changed = {"optimiser": ["adam"], "width-from": 9, "width-to": 10}
    drawn, page = previewed(editor_client, address(project), **changed)
    assert len(drawn.rows) == 8
    assert {row[list(drawn.titles).index("Width")] for row in drawn.rows} <= {9, 10}
    assert "Optimiser" not in drawn.titles
    assert "20 designs drawn." in page


@pytest.mark.usefixtures("_quick")
def test_what_is_inactive_is_a_dash(editor_client, project):
    drawn, page = previewed(editor_client, address(project))
    assert any(None in row for row in drawn.rows)
    assert '<td translate="no">\u2013</td>' in page


@pytest.mark.usefixtures("_quick")
def test_a_preview_shows_cells_in_words_and_what_they_cost(editor_client, project):
    drawn, page = previewed(editor_client, address(project, CELLS))
    shown = [html.unescape(text) for text in re.findall(r'<cell-diagram genotype="([^"]+)"', page)]
    assert shown == [design.genotype for design in drawn.designs]
    assert "Normal cell: node 2 adds " in page
    cells = CellSpace.from_json(ready_made(CELLS)["architecture"], (3, 32, 32), 10)
    for design in drawn.designs:
        assert design.costs == cells.costs(design.genotype)


def test_a_chain_is_told_block_by_block_without_those_that_are_dropped():
    blocks = [
        {"op": "mbconv", "k": 3, "e": 1, "c": 16, "n": 1, "s": 1},
        {"op": "mbconv", "k": 5, "e": 6, "c": 24, "n": 2, "s": 2},
        {"op": "mbconv", "k": 5, "e": 6, "c": 40, "n": 0, "s": 2},
    ]
    chain = {"v": 1, "kind": "chain", "stem": 32, "blocks": blocks, "head": 64}
    assert words(canonical(chain)) == [
        "Chain of blocks: begins with 32 channels; "
        "1 inverted residual block to 16 channels, 3 x 3, which expands 1 times; "
        "2 inverted residual blocks to 24 channels, 5 x 5, which expand 6 times; "
        "ends with 64 channels."
    ]


def test_a_sum_of_any_number_of_operations_is_told():
    nodes = [{"in": [[0, "conv3"]]}, {"in": [[0, "id"], [1, "avg3"]]}]
    cell = {"inputs": 1, "nodes": nodes, "concat": [2]}
    skeleton = {"C": 4, "L": 1, "reductions": 0}
    told = words(
        canonical({"v": 1, "kind": "cell_net", "cells": {"normal": cell}, "skeleton": skeleton})
    )
    assert told == [
        "Normal cell: node 1 adds 3 x 3 convolution of 0; "
        "node 2 adds identity of 0 and 3 x 3 average pooling of 1."
    ]


@pytest.mark.parametrize("made", SETS)
def test_every_ready_made_set_has_a_title_and_its_designs_have_words(made):
    assert str(READY_MADE[made].title).startswith("Ready-made")
    assert all(words(space_of(SETS[made], (3, 32, 32), 10).smallest()))


def test_a_residual_network_is_told_group_by_group():
    groups = [{"blocks": 2, "branches": 3, "c": 16}, {"blocks": 1, "branches": 1, "c": 32}]
    residual = {"v": 1, "kind": "residual", "stem": 8, "groups": groups}
    assert words(canonical(residual)) == [
        "Residual network: begins with 8 channels; 2 blocks of 16 channels and 3 branches; "
        "1 block of 32 channels and 1 branches."
    ]


def test_a_cell_of_six_edges_is_told_with_what_it_is_stacked_to():
    edges = ["conv3", "zero", "zero", "avg3", "zero", "zero"]
    skeleton = {"C": 8, "N": 3, "act": "mish", "divide": 2}
    assert words(canonical({"v": 1, "kind": "nb201", "edges": edges, "skeleton": skeleton})) == [
        "Cell: 3 x 3 convolution from node 0 to node 1; 3 x 3 average pooling from node 0 to node 3.",
        "Network: 3 cells a stage, 8 channels at first, Mish, images divided by 2.",
    ]


@pytest.mark.parametrize("made", ["residual_small", "nb201"])
@pytest.mark.usefixtures("_quick")
def test_spaces_of_both_halves_are_previewed_with_both(editor_client, project, made):
    drawn, page = previewed(editor_client, address(project, made))
    assert "Learning rate" in drawn.titles
    assert all(design.words for design in drawn.designs)
    assert page.count("<cell-diagram") == 3


@pytest.mark.usefixtures("_quick")
def test_a_preview_is_counted_for_the_latest_dataset(editor_client, project, version):
    drawn, page = previewed(editor_client, address(project, CELLS))
    assert drawn.dataset == version
    assert f"{version.facts['width']} x {version.facts['height']}" in page


@pytest.mark.usefixtures("_quick")
def test_without_a_dataset_the_preview_says_what_it_is_counted_for(editor_client, project):
    _drawn, page = previewed(editor_client, address(project))
    assert "32 x 32 x 3 and 10 classes" in page
    assert "no dataset that is ready" in page


def test_a_preview_of_what_is_wrong_says_so_beside_the_field(editor_client, project):
    drawn, page = previewed(editor_client, address(project), **{"width-from": 99, "width-to": 9})
    assert drawn is None
    assert "Must not be less than where it begins." in page


@pytest.mark.usefixtures("_quick")
def test_a_viewer_previews_what_is_saved(editor_client, viewer_client, project):
    found = saved(editor_client, project, CELLS)
    page = viewer_client.get(found.get_absolute_url() + "?preview=1")
    assert page.context["preview"].designs
    assert "Save the ranges" not in page.content.decode()
