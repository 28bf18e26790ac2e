"""Previews of search spaces: some candidates drawn, and what they would cost."""

from __future__ import annotations

import html
import re

import pytest

from automl_web.runs.chosen_space import ready_made
from automl_web.runs.models import SearchSpace
from search.architecture.cell_space import CellSpace
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
