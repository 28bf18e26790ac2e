"""Every table of the corpus ends as it should, and harms nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl_web.datasets import tasks
from automl_web.datasets.kinds.tables import TABLES
from automl_web.datasets.models import Version
from automl_web.datasets.version_views import problem_of
from tests.web.corpus_tables import HEAVY, REFUSED, TAKEN
from tests.web.test_tables_pages import here

LIBRARIES = 400 * 2**20
"""Bytes that what reads tables takes itself, before it reads any."""


@pytest.fixture
def site(settings, tmp_path):
    settings.DATA = settings.MEDIA_ROOT = tmp_path / "site"
    settings.FILE_UPLOAD_TEMP_DIR = settings.DATA / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    return settings.DATA


def check_ends_well(client, project, site, case):
    """Upload the table; it is refused in its sentence or taken, shown, and nothing is left behind."""
    sent = {"file": SimpleUploadedFile(case.name, case.content)}
    answer = client.post(reverse("dataset-new", args=[project.slug]), sent)
    if answer.status_code == 422:
        assert case.says
        assert case.says in answer.context["form"].errors["file"][0]
        return
    version = Version.objects.get()
    tasks.prepare(version.pk)
    version.refresh_from_db()
    page = client.get(version.dataset.get_absolute_url())
    assert page.status_code == 200
    if case.says:
        assert version.state == Version.State.REFUSED
        assert case.says in problem_of(version)
    else:
        assert (version.state, version.problem) == (Version.State.READY, "")
        assert version.facts["rows"] == case.rows
        assert "<script>alert" not in page.content.decode()
        json.dumps(version.facts, allow_nan=False)
    ready = {str(version.pk)} if version.state == Version.State.READY else set()
    assert {path.name for path in (site / "datasets").glob("*")} == ready
    assert list((site / "incoming").iterdir()) == []


@pytest.mark.parametrize("name", REFUSED)
def test_each_hostile_table_is_refused_in_its_sentence(
    editor_client, project, site, monkeypatch, name
):
    monkeypatch.setattr("automl_web.datasets.ingest.prepare_confined", here)
    check_ends_well(editor_client, project, site, REFUSED[name]())


@pytest.mark.parametrize("name", TAKEN)
def test_each_odd_table_is_taken_and_shown(editor_client, project, site, monkeypatch, name):
    monkeypatch.setattr("automl_web.datasets.ingest.prepare_confined", here)
    check_ends_well(editor_client, project, site, TAKEN[name]())


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_tables_are_read_within_limits(
    editor_client, project, site, tmp_path, monkeypatch, name
):
    decoder = [sys.executable, "-m", "tests.web.measured_decoder"]
    monkeypatch.setattr("automl_web.datasets.confine.DECODER", decoder)
    monkeypatch.setenv("AUTOML_WITNESS", str(tmp_path / "witness"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    check_ends_well(editor_client, project, site, HEAVY[name]())
    witness = json.loads((tmp_path / "witness").read_text())
    assert witness["peak"] - witness["before"] < TABLES.memory + LIBRARIES
    assert [path for path in witness["written"] if not Path(path).is_relative_to(site)] == []
