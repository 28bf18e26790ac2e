"""A disk that is full, or becomes it, and what dead processes leave on it."""

from __future__ import annotations

import os
import resource
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from automl_web.datasets import sweep
from automl_web.datasets.body_limit import BodyLimit
from automl_web.datasets.models import Dataset, Upload, Version
from tests.web.conftest import signed_in
from tests.web.hostile import class_folders, uploaded, zipped
from tests.web.test_datasets_upload import LargeUpload

TOO_FULL = "The disk of this site is too full for this file."
MEGABYTE = 2**20


@contextmanager
def no_file_beyond(size: int):
    """The kernel refuses to let any file grow further, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_while_a_file_is_written_is_told_at_once(
    editor_client, project, settings
):
    sent = {"file": SimpleUploadedFile("a.zip", bytes(3 * MEGABYTE))}
    with no_file_beyond(MEGABYTE):
        answer = editor_client.post(reverse("dataset-new", args=[project.slug]), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"][0].startswith(TOO_FULL)
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []
    assert not Dataset.objects.exists()


async def answers_to(upload, project, bob, declared):
    client = await sync_to_async(signed_in)(bob)
    session = client.cookies["sessionid"].value
    await BodyLimit(get_asgi_application())(
        upload.scope(project, session, declared), upload.receive, upload.send
    )
    return upload.answers


# Django forgets to close its half-written file, whose end then finds no room either.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db(transaction=True)
async def test_a_disk_that_fills_up_while_a_request_arrives_is_told_in_words(
    project, bob, settings
):
    upload = LargeUpload(megabytes=20)
    with no_file_beyond(8 * MEGABYTE):
        start, body = await answers_to(upload, project, bob, 21 * MEGABYTE)
    assert start["status"] == 507
    assert body["body"].decode().startswith(TOO_FULL)
    assert upload.is_sent
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("declared", [40 * MEGABYTE, None])
async def test_a_request_that_the_disk_has_no_room_for_is_not_written(
    project, bob, monkeypatch, declared
):
    monkeypatch.setattr("automl_web.datasets.body_limit.KEPT_FREE_BYTES", 2**60)
    upload = LargeUpload(megabytes=40)
    start, body = await answers_to(upload, project, bob, declared)
    assert start["status"] == 507
    assert body["body"].decode().startswith(TOO_FULL)
    assert upload.is_sent


@pytest.mark.django_db(transaction=True)
async def test_small_forms_still_work_on_a_full_disk(project, bob, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.body_limit.KEPT_FREE_BYTES", 2**60)
    start, _body = await answers_to(LargeUpload(megabytes=0), project, bob, 300)
    assert start["status"] == 422  # the form was read, and an empty file is no zip


# What dead processes leave


def aged(path: Path, seconds: float = 2 * sweep.ABANDONED_AFTER) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_files_of_dead_uploads_are_swept_and_those_that_arrive_are_not(db, settings):
    folder = settings.FILE_UPLOAD_TEMP_DIR
    for name in ("dead.upload.zip", "arriving.upload.zip"):
        (folder / name).write_bytes(b"PK")
    aged(folder / "dead.upload.zip")
    sweep.sweep()
    assert [path.name for path in folder.iterdir()] == ["arriving.upload.zip"]


@pytest.mark.parametrize(
    ("state", "upload_stays", "scratch_stays"),
    [
        (Version.State.UPLOADED, True, False),
        (Version.State.PREPARING, True, True),
        (Version.State.READY, True, False),
        (Version.State.REFUSED, False, False),
    ],
)
def test_only_files_that_a_version_comes_from_stay(
    project, bob, tmp_path, state, upload_stays, scratch_stays
):
    version = uploaded(project, bob, zipped(tmp_path / "a.zip", class_folders()))
    Version.objects.filter(pk=version.pk).update(state=state)
    Upload.objects.update(touched_at=timezone.now() - 2 * sweep.EXPIRES_AFTER)
    version.folder.mkdir(parents=True)
    scratch = version.folder.with_name(f"{version.pk}-x1y2")
    scratch.mkdir()
    (scratch / "pixels").write_bytes(b"half")
    for path in (version.source.path, version.folder, scratch):
        aged(path)
    sweep.sweep()
    assert version.source.path.exists() == upload_stays
    assert scratch.exists() == scratch_stays
    assert version.folder.exists()


def test_an_upload_whose_version_never_came_to_be_is_swept(db, settings):
    orphan = settings.DATA / "uploads" / "4711.zip"
    orphan.parent.mkdir()
    orphan.write_bytes(b"PK")
    sweep.sweep()
    assert orphan.exists()  # its version may be on its way
    aged(orphan)
    sweep.sweep()
    assert not orphan.exists()


def test_a_link_is_swept_and_not_what_it_means(db, settings, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    link = settings.FILE_UPLOAD_TEMP_DIR / "link"
    link.symlink_to(precious)
    os.utime(link, (0, 0), follow_symlinks=False)
    sweep.sweep()
    assert not link.is_symlink()
    assert precious.exists()


def test_sweeping_is_a_duty_of_every_process():
    from automl_web.compute.timers import DUTIES

    assert sweep.sweep in [duty.action for duty in DUTIES]
