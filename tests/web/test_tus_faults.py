"""Resumable uploads on a full disk, after their time, after kills, and with two writers at once."""

from __future__ import annotations

import fcntl
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_http_date
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl_web.datasets import sweep, tus
from automl_web.datasets.models import Upload
from tests.web.conftest import signed_in
from tests.web.hostile import class_folders, zipped
from tests.web.test_datasets_disk import no_file_beyond
from tests.web.tus_client import TUS, checksum, create, head, patch, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(editor_client, project):
    """Where an upload of ten bytes goes on, begun by bob."""
    return create(editor_client, project, 10).headers["Location"]


def test_what_is_too_large_is_refused_before_it_is_sent(editor_client, project, settings):
    settings.MAX_UPLOAD_BYTES = 2**20
    answer = create(editor_client, project, 2**20 + 1)
    assert answer.status_code == 413
    assert answer.content.decode().startswith("This file is larger than 1.0")
    assert create(editor_client, project, 2**20).status_code == 201


def test_what_the_disk_has_no_room_for_is_refused_before_it_is_sent(
    editor_client, project, monkeypatch
):
    monkeypatch.setattr("automl_web.datasets.tus_views.KEPT_FREE_BYTES", 2**60)
    answer = create(editor_client, project, 5)
    assert answer.status_code == 507
    assert answer.content.decode().startswith("The disk of this site is too full")


def test_a_disk_that_becomes_full_keeps_what_was_there(editor_client, project):
    address = create(editor_client, project, 2**22).headers["Location"]
    patch(editor_client, address, 0, bytes(2**20))
    with no_file_beyond(2**21):
        answer = patch(editor_client, address, 2**20, bytes(2**21))
    assert answer.status_code == 507
    assert (row().received, row().path.stat().st_size) == (2**20, 2**20)
    assert patch(editor_client, address, 2**20, bytes(2**21)).status_code == 204


def test_each_answer_says_when_the_upload_expires(editor_client, project):
    created = create(editor_client, project, 10)
    address = created.headers["Location"]
    for answer in (created, head(editor_client, address), patch(editor_client, address, 0, b"01")):
        left = parse_http_date(answer.headers["Upload-Expires"]) - timezone.now().timestamp()
        assert 0 < left <= sweep.EXPIRES_AFTER.total_seconds() + 1


def age(by=sweep.EXPIRES_AFTER + timedelta(minutes=1)):
    Upload.objects.update(touched_at=timezone.now() - by)


def test_an_expired_upload_is_gone_and_swept_with_its_file(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    path = row().path
    age()
    assert head(editor_client, address).status_code == 404
    sweep.sweep()
    assert not Upload.objects.exists()
    assert path.exists()  # a file is nobody's only once nobody has written to it for an hour


def test_each_piece_renews_the_time(editor_client, address):
    almost = sweep.EXPIRES_AFTER - timedelta(minutes=5)
    for offset in (0, 1, 2):
        age(almost)
        assert patch(editor_client, address, offset, b"x").status_code == 204
    sweep.sweep()
    assert Upload.objects.exists()
    assert row().touched_at > timezone.now() - timedelta(minutes=1)


def test_a_discarded_upload_leaves_nothing(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    path = row().path
    assert editor_client.delete(address, headers=TUS).status_code == 204
    assert not path.exists()
    assert not Upload.objects.exists()
    assert head(editor_client, address).status_code == 404


def test_an_upload_that_a_version_comes_from_cannot_be_discarded(editor_client, project, tmp_path):
    content = zipped(tmp_path / "a.zip", class_folders()).read_bytes()
    upload = send(editor_client, project, content)
    editor_client.post(reverse("dataset-new", args=[project.slug]), {"upload": upload.pk})
    address = reverse("upload", args=[upload.pk])
    assert editor_client.delete(address, headers=TUS).status_code == 404
    assert upload.path.read_bytes() == content


def test_a_file_that_is_gone_from_the_disk_is_told(editor_client, address):
    row().path.unlink()
    assert head(editor_client, address).status_code == 410
    assert patch(editor_client, address, 0, b"01").status_code == 410


# Kills and second writers


@pytest.mark.parametrize("left_behind", [b"", b"4", b"garbage of a writer that died"])
def test_what_a_dead_writer_left_is_cut_off(editor_client, address, left_behind):
    patch(editor_client, address, 0, b"0123")
    with row().path.open("ab") as file:
        file.write(left_behind)
    assert head(editor_client, address).headers["Upload-Offset"] == "4"
    patch(editor_client, address, 4, b"456789")
    assert row().path.read_bytes() == b"0123456789"


def test_a_file_that_is_shorter_than_it_should_be_goes_on_where_it_ends(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    row().path.write_bytes(b"01")
    assert head(editor_client, address).headers["Upload-Offset"] == "2"
    assert patch(editor_client, address, 4, b"4").status_code == 409
    assert patch(editor_client, address, 2, b"23456789").status_code == 204
    assert (row().received, row().path.read_bytes()) == (10, b"0123456789")


def test_while_one_writes_another_has_to_wait(editor_client, address):
    with row().path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert patch(editor_client, address, 0, b"01").status_code == 423
    assert patch(editor_client, address, 0, b"01").status_code == 204


def test_a_piece_for_an_upload_that_is_discarded_meanwhile_is_refused(editor_client, address):
    upload = row()

    class Discarding(BytesIO):
        def read(self, size=-1):
            Upload.objects.all().delete()
            return super().read(size)

    with pytest.raises(tus.ProtocolError) as refused:
        tus.append(upload, 0, Discarding(b"01"))
    assert refused.value.status == 410


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_at_once_one_wins(project, bob):
    address = create(signed_in(bob), project, 2**20).headers["Location"]
    answers, start = [], Barrier(4)

    def write(letter):
        client = signed_in(bob)
        start.wait()
        answers.append((patch(client, address, 0, letter * 2**20).status_code, letter))
        connections.close_all()

    threads = [Thread(target=write, args=[letter]) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [letter for status, letter in answers if status == 204]
    assert {status for status, _ in answers} <= {204, 409, 423}
    assert row().path.read_bytes() == winner * 2**20
    assert row().is_whole


FATES = ["sent", "torn", "wrong", "elsewhere"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.tuples(st.binary(max_size=8), st.sampled_from(FATES)), max_size=12))
def test_whatever_happens_row_and_file_agree(project, bob, pieces):
    upload = tus.begin(project, bob, 40, "a.csv")
    kept = b""
    for content, fate in pieces:
        fits = len(kept + content) <= upload.size
        if is_taken(upload, content, fate):
            assert fate == "sent"
            assert fits
            kept += content
        else:
            assert fate != "sent" or not fits
        upload.refresh_from_db()
        assert tus.kept_bytes(upload) == upload.received == len(kept)
        assert upload.path.read_bytes()[: upload.received] == kept


def is_taken(upload, content, fate):
    """Send a piece, or be killed in the middle of writing it."""
    if fate == "torn":
        with upload.path.open("ab") as file:
            file.write(content)
        return False
    wrong = tus.Checksum(checksum(content + b"x")) if fate == "wrong" else None
    offset = upload.received + (1 if fate == "elsewhere" else 0)
    try:
        tus.append(upload, offset, BytesIO(content), wrong)
    except tus.ProtocolError:
        return False
    return True
