"""Preparing datasets and looking at them, as the people of a project do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from automl_web.accounts.models import User
from automl_web.datasets import store, tasks
from automl_web.datasets.images.example import create_example
from automl_web.datasets.ingest import ingest, stale_versions, waiting_versions
from automl_web.datasets.models import Dataset, Version
from automl_web.projects.models import Project
from tests.web import hostile
from tests.web.hostile import class_folders, uploaded, zipped

State = Version.State


@pytest.fixture
def zip_file(tmp_path: Path) -> Path:
    return zipped(tmp_path / "pets.zip", class_folders())


@pytest.fixture
def version(project: Project, bob: User, zip_file: Path) -> Version:
    """Uploaded, and not prepared yet."""
    return uploaded(project, bob, zip_file)


@pytest.fixture
def ready(version: Version) -> Version:
    ingest(version)
    return version


def age(version: Version, **changes: object) -> None:
    Version.objects.filter(pk=version.pk).update(**changes)


# Preparing


def test_uploading_again_makes_the_next_version(editor_client, ready, zip_file):
    content = zipped(zip_file, class_folders(seed=70_000)).read_bytes()
    sent = {"file": SimpleUploadedFile("pets.zip", content)}
    editor_client.post(reverse("version-new", args=[ready.dataset_id]), sent)
    assert list(ready.dataset.versions.values_list("number", "state")) == [
        (1, State.READY),
        (2, State.UPLOADED),
    ]


def test_the_task_prepares_a_version_and_forgets_the_upload(version):
    tasks.prepare(version.pk)
    version.refresh_from_db()
    assert version.state == State.READY
    assert len(version.digest) == 64
    assert version.classes == ["cat", "dog"]
    assert (version.done, version.total) == (40, 40)
    assert (version.folder / "meta.json").exists()
    assert version.source.path.exists()


def test_a_second_hint_changes_nothing(ready):
    before = (ready.folder / "meta.json").stat().st_mtime_ns
    tasks.prepare(ready.pk)
    assert (ready.folder / "meta.json").stat().st_mtime_ns == before


def test_a_hint_for_a_version_that_is_gone_changes_nothing(db):
    tasks.prepare(12345)


def test_a_refused_file_is_told_in_a_sentence_and_forgotten(version):
    path = zipped(version.source.path, class_folders(("cat",)))
    ingest(version)
    assert version.state == State.REFUSED
    assert version.problem.startswith("Only one class was found (“cat”).")
    assert version.source is None
    assert not path.exists()
    assert not version.folder.exists()


def test_a_version_whose_worker_died_is_taken_up_again_and_its_scratch_removed(version):
    (version.folder.parent / f"{version.pk}-scratch").mkdir(parents=True)
    age(version, state=State.PREPARING, attempt=1, beat_at=timezone.now() - timedelta(minutes=2))
    assert list(stale_versions()) == [version]
    assert ingest(version)
    assert version.state == State.READY
    assert list(version.folder.parent.iterdir()) == [version.folder]


def test_a_version_that_is_being_prepared_is_left_alone(version):
    age(version, state=State.PREPARING, attempt=1, beat_at=timezone.now())
    assert not stale_versions().exists()
    assert not ingest(version)


def test_a_worker_that_was_replaced_stops_and_writes_nothing(version, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.ingest.BEAT_EVERY", -1)

    def slow(order, progress):
        age(version, attempt=2)
        progress(1, 2, "")

    monkeypatch.setattr("automl_web.datasets.ingest.prepare_confined", slow)
    assert not ingest(version)
    version.refresh_from_db()
    assert version.state == State.PREPARING
    assert version.source.path.exists()


def test_a_file_that_kills_its_worker_again_and_again_is_given_up(version):
    long_ago = timezone.now() - timedelta(hours=1)
    age(version, state=State.PREPARING, attempt=3, beat_at=long_ago)
    ingest(version)
    assert version.state == State.REFUSED
    assert "3 times" in version.problem


def test_lost_hints_are_sent_again(version, monkeypatch):
    hinted: list[int] = []
    monkeypatch.setattr(tasks, "hint", hinted.append)
    tasks.hint_waiting()
    assert hinted == []
    age(version, created_at=timezone.now() - timedelta(minutes=1))
    tasks.hint_waiting()
    assert hinted == [version.pk]
    assert list(waiting_versions()) == [version]


def test_the_example_goes_the_way_of_an_upload(project, bob):
    version = create_example(project, bob)
    assert version.state == State.UPLOADED
    ingest(version)
    assert version.state == State.READY
    assert version.facts["images"] == 1797


def test_the_button_copies_the_example(editor_client, project):
    answer = editor_client.post(reverse("dataset-example", args=[project.slug]))
    assert answer.status_code == 302
    assert Dataset.objects.get().project == project


# Looking


def test_the_list_shows_the_datasets_of_ones_own_projects(viewer_client, outsider_client, ready):
    assert "Pets" in viewer_client.get(reverse("datasets")).content.decode()
    assert "Pets" not in outsider_client.get(reverse("datasets")).content.decode()


def test_the_list_costs_as_many_queries_for_many_datasets(
    viewer_client, project, bob, tmp_path, django_assert_max_num_queries
):
    for number in range(20):
        uploaded(project, bob, zipped(tmp_path / "a.zip", {}), f"Pets {number}")
    with django_assert_max_num_queries(8):
        viewer_client.get(reverse("datasets"))


def test_an_empty_list_says_how_to_fill_it(editor_client, project):
    page = editor_client.get(reverse("datasets")).content.decode()
    assert "No datasets yet." in page
    assert reverse("dataset-example", args=[project.slug]) in page


def test_the_page_of_a_ready_dataset_says_what_is_in_it(editor_client, ready):
    page = editor_client.get(ready.dataset.get_absolute_url()).content.decode()
    for text in ("40 images", "2 classes", "cat", "dog", "15 % of each class", ready.digest):
        assert text in page
    assert f"{reverse('run-new', args=[ready.dataset.project.slug])}?dataset={ready.pk}" in page


def test_the_page_of_a_refused_dataset_says_why_and_what_next(editor_client, version):
    zipped(version.source.path, class_folders(("cat",)))
    ingest(version)
    page = editor_client.get(version.dataset.get_absolute_url()).content.decode()
    assert "Only one class was found" in page
    assert reverse("version-new", args=[version.dataset_id]) in page


def test_progress_is_shown_while_preparing_and_the_page_renewed_after(viewer_client, version):
    url = reverse("dataset-progress", args=[version.dataset_id])
    age(version, state=State.PREPARING, done=7, total=40, beat_at=timezone.now())
    assert "Preparing item 7 of 40" in viewer_client.get(url).content.decode()
    age(version, state=State.READY)
    assert viewer_client.get(url).headers["HX-Refresh"] == "true"


def test_an_earlier_version_can_be_looked_at(viewer_client, ready, zip_file):
    store.add_version(ready.dataset, ready.source)
    url = ready.dataset.get_absolute_url()
    assert viewer_client.get(url).context["version"].number == 2
    assert viewer_client.get(url, {"version": "1"}).context["version"].number == 1
    for wrong in ("3", "x", "-1"):
        assert viewer_client.get(url, {"version": wrong}).status_code == 404


def test_thumbnails_are_a_png_that_is_sent_once(viewer_client, ready):
    url = reverse("dataset-thumbnails", args=[ready.dataset_id, 1])
    answer = viewer_client.get(url)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    etag = answer.headers["ETag"]
    assert ready.digest in etag
    assert viewer_client.get(url, headers={"If-None-Match": etag}).status_code == 304
    unknown = reverse("dataset-thumbnails", args=[ready.dataset_id, 2])
    assert viewer_client.get(unknown).status_code == 404


@pytest.mark.parametrize("side", [8, 32, 96])
def test_thumbnails_are_as_large_as_the_page_says(viewer_client, version, side):
    from io import BytesIO

    from PIL import Image

    files = {
        f"{c}/{n}.png": hostile.image(n + 50 * i, side)
        for i, c in enumerate("ab")
        for n in range(9)
    }
    zipped(version.source.path, files)
    ingest(version)
    url = reverse("dataset-thumbnails", args=[version.dataset_id, 0])
    row = viewer_client.get(version.dataset.get_absolute_url()).context["rows"][0]
    assert Image.open(BytesIO(viewer_client.get(url).content)).size == (row.width, row.height)


def test_names_that_bear_scripts_are_shown_as_text(editor_client, version):
    evil = "<script>alert(1)"
    backwards = "\u202egnp.exe"
    files = class_folders((evil, backwards)) | {"cat/<img src=x>.png": b"broken"}
    zipped(version.source.path, files)
    ingest(version)
    page = editor_client.get(version.dataset.get_absolute_url()).content.decode()
    assert version.state == State.READY
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert" in page
    assert f'<bdi translate="no">{backwards}</bdi>' in page


@pytest.mark.parametrize("name", ["dataset", "dataset-progress"])
def test_an_outsider_finds_no_dataset(outsider_client, viewer_client, ready, name):
    url = reverse(name, args=[ready.dataset_id])
    assert outsider_client.get(url).status_code == 404
    assert viewer_client.get(url).status_code == 200


@pytest.mark.parametrize("name", ["dataset-new", "dataset-example"])
def test_only_editors_add_datasets(viewer_client, outsider_client, project, name):
    url = reverse(name, args=[project.slug])
    assert viewer_client.post(url).status_code == 403
    assert outsider_client.post(url).status_code == 404


def test_only_editors_add_versions(viewer_client, outsider_client, ready):
    url = reverse("version-new", args=[ready.dataset_id])
    assert viewer_client.post(url).status_code == 403
    assert outsider_client.post(url).status_code == 404
