"""The upload page: what came in pieces becomes a dataset, and what is unfinished is listed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from automl_web.accounts.models import Action, Entry
from automl_web.datasets.models import Dataset, Upload, Version
from automl_web.projects.models import Project
from tests.web.hostile import class_folders, zipped
from tests.web.tus_client import create, row, send

pytestmark = pytest.mark.django_db

NOBODYS = "4b7c1f0e-0d55-4c29-9d43-6a8f5a1e2b10"


def post_form(client, project, upload, **fields):
    address = reverse("dataset-new", args=[project.slug])
    return client.post(address, {"upload": upload.pk, **fields})


def test_a_whole_upload_becomes_a_dataset(editor_client, project, tmp_path):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    upload = send(editor_client, project, content, "Weld images.zip")
    answer = post_form(editor_client, project, upload)
    version = Version.objects.get()
    assert answer.headers["Location"] == version.dataset.get_absolute_url()
    assert (version.source, version.dataset.name) == (upload, "Weld images")
    assert Entry.objects.get().action == Action.DATASET_UPLOADED


def test_a_form_that_is_sent_twice_makes_one_dataset(editor_client, project, tmp_path):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    upload = send(editor_client, project, content)
    first, second = (post_form(editor_client, project, upload) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Dataset.objects.count(), Version.objects.count()) == (1, 1)
    assert Entry.objects.count() == 1


def test_an_upload_is_the_next_version_of_a_dataset(editor_client, project, tmp_path):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    post_form(editor_client, project, send(editor_client, project, content))
    second = send(editor_client, project, content)
    address = reverse("version-new", args=[Dataset.objects.get().pk])
    editor_client.post(address, {"upload": second.pk})
    assert Version.objects.get(number=2).source == second


def errors(answer):
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["file"]
    return sentence


def test_an_unfinished_upload_is_no_dataset(editor_client, project):
    create(editor_client, project, 10)
    assert errors(post_form(editor_client, project, row())).startswith("A part of this file")
    assert Upload.objects.exists()


def test_what_is_no_dataset_is_told_and_not_kept(editor_client, project):
    upload = send(editor_client, project, b"PK\3\4 and then nothing")
    answer = post_form(editor_client, project, upload)
    assert errors(answer).startswith("This zip file ends too early.")
    assert not Upload.objects.exists()
    assert not upload.path.exists()


def test_an_empty_file_is_told_and_not_kept(editor_client, project):
    create(editor_client, project, 0)
    assert errors(post_form(editor_client, project, row())).startswith("This file is empty.")
    assert not Upload.objects.exists()


def test_nobody_makes_a_dataset_of_a_foreign_upload(
    editor_client, owner_client, outsider_client, project, tmp_path
):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    upload = send(editor_client, project, content)
    gone = "What was uploaded is not here any more"
    assert errors(post_form(owner_client, project, upload)).startswith(gone)
    hers = Project.objects.get(memberships__user__username="mallory")
    assert errors(post_form(outsider_client, hers, upload)).startswith(gone)
    assert upload.path.exists()
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("unknown", ["4711", "x", NOBODYS, "\0"])
def test_an_unknown_upload_is_told_beside_the_file(editor_client, project, unknown):
    address = reverse("dataset-new", args=[project.slug])
    answer = editor_client.post(address, {"upload": unknown})
    assert errors(answer)
    assert 'id="error_1_id_file"' in answer.content.decode()


def test_the_page_lists_my_unfinished_uploads_of_this_project(editor_client, owner_client, project):
    size = 900 * 10**6
    create(editor_client, project, size, "photos.zip")
    Upload.objects.update(received=412 * 10**6)
    page = editor_client.get(reverse("dataset-new", args=[project.slug])).content.decode()
    assert "photos.zip" in page
    assert "412 of 900 MB: choose the same file again to go on." in page
    theirs = owner_client.get(reverse("dataset-new", args=[project.slug])).content.decode()
    assert "photos.zip" not in theirs


def test_an_upload_that_is_all_here_can_be_used_without_the_file(editor_client, project, tmp_path):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    upload = send(editor_client, project, content)
    address = reverse("dataset-new", args=[project.slug])
    page = editor_client.get(address).content.decode()
    assert "All of it is here" in page
    assert f'name="upload" value="{upload.pk}"' in page
    post_form(editor_client, project, upload)
    assert "All of it is here" not in editor_client.get(address).content.decode()
