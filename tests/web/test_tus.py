"""Resumable uploads: each promise of the protocol, and whose an upload is."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from automl_web.accounts.models import Action, Entry
from automl_web.datasets import tus
from automl_web.datasets.models import Upload
from automl_web.projects.models import Role
from tests.web.tus_client import PIECE, TUS, checksum, create, head, named, patch, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(editor_client, project):
    """Where an upload of ten bytes goes on, begun by bob."""
    return create(editor_client, project, 10).headers["Location"]


def test_a_file_arrives_piece_by_piece(editor_client, address):
    for offset, piece in ((0, b"0123"), (4, b"45678"), (9, b"9")):
        answer = patch(editor_client, address, offset, piece)
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(offset + len(piece))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert row().is_whole
    assert row().path.read_bytes() == b"0123456789"


def test_an_upload_is_created_empty_and_belongs_to_whoever_asked(editor_client, project, bob):
    answer = create(editor_client, project, 10, "猫.zip")
    assert answer.status_code == 201
    assert answer.headers["Location"] == reverse("upload", args=[row().pk])
    made = row()
    assert (made.name, made.size, made.received) == ("猫.zip", 10, 0)
    assert (made.project, made.created_by) == (project, bob)
    assert made.path.read_bytes() == b""


def test_how_far_it_is_can_be_asked_and_is_never_cached(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    answer = head(editor_client, address)
    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == "4"
    assert answer.headers["Upload-Length"] == "10"
    assert answer.headers["Upload-Metadata"] == named("pets.zip")
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_the_server_can_do_is_told_without_a_version(editor_client, project, address):
    for where in (reverse("uploads", args=[project.slug]), address):
        answer = editor_client.options(where)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
        assert int(answer.headers["Tus-Max-Size"]) > 0


@pytest.mark.parametrize("version", [{}, {"Tus-Resumable": "0.2.2"}])
def test_another_version_is_refused(editor_client, project, address, version):
    length = {"Upload-Length": "5"}
    for answer in (
        editor_client.post(reverse("uploads", args=[project.slug]), headers=version | length),
        editor_client.head(address, headers=version),
        editor_client.patch(address, b"0", content_type=PIECE, headers=version),
        editor_client.delete(address, headers=version),
    ):
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"
    assert (row().received, row().path.stat().st_size) == (0, 0)


@pytest.mark.parametrize("offset", [0, 3, 5, 10])
def test_a_piece_that_belongs_elsewhere_changes_nothing(editor_client, address, offset):
    patch(editor_client, address, 0, b"0123")
    assert patch(editor_client, address, offset, b"xx").status_code == 409
    assert row().path.read_bytes() == b"0123"


def test_a_piece_that_is_too_long_is_not_kept(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    assert patch(editor_client, address, 4, b"4567890").status_code == 413
    assert (row().received, row().path.read_bytes()) == (4, b"0123")


def test_a_piece_has_the_type_that_the_protocol_wants(editor_client, address):
    sent = {**TUS, "Upload-Offset": "0"}
    answer = editor_client.patch(address, b"01", content_type="text/plain", headers=sent)
    assert answer.status_code == 415
    assert row().received == 0


@pytest.mark.parametrize("length", ["", "-1", "1.5", "abc", "9" * 30, "9" * 5000, "\uff11", "1 "])
def test_a_length_that_is_no_number_is_refused(editor_client, project, length):
    answer = create(editor_client, project, 0, **{"Upload-Length": length})
    assert answer.status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.parametrize("offset", ["", "-1", "x", "9" * 5000])
def test_an_offset_that_is_no_number_is_refused(editor_client, address, offset):
    assert patch(editor_client, address, offset, b"01").status_code == 400


# Checksums


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_the_right_checksum_is_kept(editor_client, address, algorithm):
    right = {"Upload-Checksum": checksum(b"0123", algorithm)}
    assert patch(editor_client, address, 0, b"0123", **right).status_code == 204
    assert row().received == 4


def test_nothing_is_kept_of_a_piece_with_a_wrong_checksum(editor_client, address):
    patch(editor_client, address, 0, b"0123")
    answer = patch(editor_client, address, 4, b"4567", **{"Upload-Checksum": checksum(b"4568")})
    assert answer.status_code == 460
    assert (row().received, row().path.read_bytes()) == (4, b"0123")
    assert patch(editor_client, address, 4, b"4567").status_code == 204


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256", "sha256 ???", "AAAA"])
def test_a_checksum_that_cannot_be_compared_is_refused(editor_client, address, header):
    answer = patch(editor_client, address, 0, b"01", **{"Upload-Checksum": header})
    assert answer.status_code in {400, 460}
    assert row().received == 0


# Names


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/cron.d/evil.zip", "evil.zip"),
        ("C:\\Windows\\evil.zip", "evil.zip"),
        ("a\u202egpj.zip\r\n\0", "agpj.zip"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("folder/", "file"),
        ("", "file"),
    ],
)
def test_a_name_has_no_folders_and_can_be_printed(sent, kept):
    assert tus.name_in(named(sent)) == kept
    assert tus.name_in(f"filetype dGV4dA==, {named(sent)},empty") == kept


@pytest.mark.parametrize("metadata", ["filename ???", "filename /w=="])
def test_a_name_that_cannot_be_read_is_refused(editor_client, project, metadata):
    answer = create(editor_client, project, 1, **{"Upload-Metadata": metadata})
    assert answer.status_code == 400


def test_an_upload_without_a_name_is_a_file(editor_client, project):
    sent = {**TUS, "Upload-Length": "1"}
    editor_client.post(reverse("uploads", args=[project.slug]), headers=sent)
    assert row().name == "file"


# Whose an upload is


def test_only_whoever_began_an_upload_knows_of_it(clients_of_the_project, address):
    for client in clients_of_the_project:
        for answer in (
            head(client, address),
            patch(client, address, 0, b"01"),
            client.delete(address, headers=TUS),
            client.options(address),
        ):
            assert answer.status_code == 404
    assert row().received == 0


@pytest.fixture
def clients_of_the_project(owner_client, viewer_client, outsider_client, admin_client):
    return (owner_client, viewer_client, outsider_client, admin_client)


def test_a_foreign_upload_is_a_denial_and_an_unknown_one_is_none(outsider_client, address):
    assert head(outsider_client, reverse("upload", args=[uuid4()])).status_code == 404
    assert not Entry.objects.exists()
    head(outsider_client, address)
    denied = Entry.objects.get()
    assert (denied.action, denied.person, denied.target) == (Action.DENIED, "mallory", address)


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_who_may_not_edit_any_more_cannot_go_on(editor_client, project, bob, address, role):
    project.change_member(project.memberships.get(user=bob), role)
    assert patch(editor_client, address, 0, b"01").status_code == 404
    assert row().received == 0


def test_whoever_may_not_edit_begins_nothing(viewer_client, outsider_client, client, project):
    assert create(viewer_client, project, 5).status_code == 403
    assert create(outsider_client, project, 5).status_code == 404
    assert create(client, project, 5).status_code == 302
    assert not Upload.objects.exists()
