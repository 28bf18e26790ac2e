"""Every upload of the corpus ends as it should, and harms nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl_web.datasets import tasks
from automl_web.datasets.models import Version
from automl_web.datasets.version_views import problem_of
from tests.web.corpus import CORPUS

ALLOWED = 200 * 2**20
"""Bytes that no upload may cost beyond what the process has anyway."""


@pytest.fixture
def site(settings, tmp_path, monkeypatch):
    """The data folder, with a witness in the decoder."""
    settings.DATA = settings.MEDIA_ROOT = tmp_path / "site"
    settings.FILE_UPLOAD_TEMP_DIR = settings.DATA / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    decoder = [sys.executable, "-m", "tests.web.measured_decoder"]
    monkeypatch.setattr("automl_web.datasets.confine.DECODER", decoder)
    monkeypatch.setenv("AUTOML_WITNESS", str(tmp_path / "witness"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return settings.DATA


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("name", CORPUS)
def test_each_upload_ends_in_its_sentence_and_leaves_nothing(
    editor_client, project, site, tmp_path, name
):
    case = CORPUS[name]()
    content = case.make(tmp_path / "made.zip").read_bytes()
    outside = names(tmp_path) | {"witness"}
    before = psutil.Process().memory_info().rss
    sent = {"file": SimpleUploadedFile(case.upload, content)}
    answer = editor_client.post(reverse("dataset-new", args=[project.slug]), sent)
    if answer.status_code == 422:
        assert case.says
        assert case.says in answer.context["form"].errors["file"][0]
        assert not Version.objects.exists()
    else:
        check_prepared(editor_client, case)
        check_witness(json.loads((tmp_path / "witness").read_text()), site)
    assert psutil.Process().memory_info().rss - before < ALLOWED
    assert names(tmp_path) <= outside
    assert names(site / "incoming") == set()
    ready = Version.objects.filter(state=Version.State.READY)
    assert names(site / "uploads") == {str(version.source_id) for version in ready}
    assert names(site / "datasets") == {str(version.pk) for version in ready}
    assert editor_client.get(reverse("home")).status_code == 200


def check_prepared(client, case):
    version = Version.objects.get()
    tasks.prepare(version.pk)
    version.refresh_from_db()
    page = client.get(version.dataset.get_absolute_url())
    assert page.status_code == 200
    if case.says:
        assert version.state == Version.State.REFUSED
        assert case.says in problem_of(version)
        assert problem_of(version) == page.context["problem"]
        return
    assert (version.state, version.problem) == (Version.State.READY, "")
    assert version.kind == case.kind
    if case.kind == "text":
        assert {finding["code"] for finding in version.facts["findings"]} == case.warns
        return
    assert version.facts["images"] == case.images
    assert set(version.classes) == case.classes
    assert dict(version.facts["skipped"]["first"]) == case.skipped
    warned = {finding["code"] for finding in version.facts["findings"]}
    assert warned == case.warns | {"few_images"} | ({"skipped"} if case.skipped else set())


def check_witness(witness, site):
    """The decoder wrote into the data folder alone, and took little memory."""
    assert witness["peak"] - witness["before"] < ALLOWED
    assert [path for path in witness["written"] if not Path(path).is_relative_to(site)] == []
