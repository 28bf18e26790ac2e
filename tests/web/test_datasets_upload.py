"""Uploading datasets: what arrives, what is refused at once, and what it costs the site."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psutil
import pytest
from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl_web.celery import app
from automl_web.datasets.body_limit import BodyLimit
from automl_web.datasets.ingest import ingest
from automl_web.datasets.models import Dataset, Version
from automl_web.projects.models import Project
from tests.web import hostile_images
from tests.web.conftest import signed_in
from tests.web.hostile import class_folders, zipped


@pytest.fixture
def zip_file(tmp_path: Path) -> Path:
    return zipped(tmp_path / "pets.zip", class_folders())


def upload(client, project, content, name="", file="pets.zip"):
    sent = {"name": name, "file": SimpleUploadedFile(file, content)}
    return client.post(reverse("dataset-new", args=[project.slug]), sent)


class LargeUpload:
    """A multipart body that is made while it is sent, a megabyte a piece; it samples our memory."""

    TOKEN = "a" * 32

    def __init__(self, megabytes: int) -> None:
        first = [self._field("csrfmiddlewaretoken", self.TOKEN), self._field("file", "")]
        self.pieces = iter([*first, *[b""] * megabytes])
        self.is_sent = False
        self.memory: list[int] = []
        self.answers: list[dict[str, Any]] = []

    def _field(self, name: str, value: str) -> bytes:
        file = '; filename="a.zip"' if name == "file" else ""
        end = "" if file else "\r\n"
        return f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}{end}'.encode()

    def scope(self, project: Project, session: str, length: int | None) -> dict[str, Any]:
        cookies = f"sessionid={session}; csrftoken={self.TOKEN}"
        headers = [
            (b"host", b"localhost"),
            (b"cookie", cookies.encode()),
            (b"content-type", b"multipart/form-data; boundary=x"),
            *([(b"content-length", b"%d" % length)] if length else []),
        ]
        path = reverse("dataset-new", args=[project.slug])
        return {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": headers,
        }

    async def send(self, message: dict[str, Any]) -> None:
        self.memory.append(psutil.Process().memory_info().rss)
        self.answers.append(message)

    async def receive(self) -> dict[str, Any]:
        self.memory.append(psutil.Process().memory_info().rss)
        for piece in self.pieces:
            return {"type": "http.request", "body": piece or bytes(2**20), "more_body": True}
        if not self.is_sent:
            self.is_sent = True
            return {"type": "http.request", "body": b"\r\n--x--\r\n", "more_body": False}
        return await asyncio.Future()  # stays connected until it is answered


def test_an_upload_becomes_a_version_that_waits_to_be_prepared(
    editor_client, project, zip_file, django_capture_on_commit_callbacks, monkeypatch
):
    hinted: list[tuple[str, list[int], str]] = []
    monkeypatch.setattr(
        app, "send_task", lambda name, args, queue, retry: hinted.append((name, args, queue))
    )
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(editor_client, project, zip_file.read_bytes(), "My pets")
    version = Version.objects.get()
    assert answer.headers["Location"] == reverse("dataset", args=[version.dataset_id])
    assert version.state == Version.State.UPLOADED
    assert version.dataset.name == "My pets"
    assert version.source.path.read_bytes() == zip_file.read_bytes()
    assert hinted == [("datasets.prepare", [version.pk], "control")]


def test_without_a_broker_an_upload_still_succeeds(
    editor_client, project, zip_file, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    from kombu.exceptions import OperationalError

    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(editor_client, project, zip_file.read_bytes())
    assert answer.status_code == 302
    assert "connection refused" in caplog.text


def test_nothing_of_an_upload_stays_behind_but_the_version_itself(
    editor_client, project, zip_file, settings
):
    upload(editor_client, project, zip_file.read_bytes())
    upload(editor_client, project, b"no zip")
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_a_dataset_without_a_name_is_called_as_its_file(editor_client, project, zip_file):
    upload(editor_client, project, zip_file.read_bytes(), file="Weld images.zip")
    assert Dataset.objects.get().name == "Weld images"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no zip at all", "This is not a zip file."),
        (b"PK\3\4 and then nothing", "This zip file ends too early."),
        (b"", "This file is empty."),
    ],
)
def test_what_is_no_zip_is_said_at_once_beside_the_field(editor_client, project, content, sentence):
    answer = upload(editor_client, project, content)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"][0].startswith(sentence)
    assert 'id="error_1_id_file"' in answer.content.decode()
    assert not Dataset.objects.exists()


def test_a_form_without_a_file_asks_for_one(editor_client, project):
    answer = editor_client.post(reverse("dataset-new", args=[project.slug]), {"name": "Pets"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "Choose a file: a zip of image folders, a table or a text."
    ]


def test_a_file_that_is_too_large_is_refused_in_words_and_not_kept(
    editor_client, project, settings
):
    settings.MAX_UPLOAD_BYTES = 2**20
    answer = upload(editor_client, project, bytes(2 * 2**20))
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["file"]
    assert sentence.startswith("This file is larger than 1.0")
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


@pytest.mark.django_db(transaction=True)
async def test_memory_stays_flat_while_a_large_file_arrives(project, bob):
    client = await sync_to_async(signed_in)(bob)
    upload = LargeUpload(megabytes=200)
    session = client.cookies["sessionid"].value
    await BodyLimit(get_asgi_application())(
        upload.scope(project, session, 201 * 2**20), upload.receive, upload.send
    )
    assert upload.answers[0]["status"] == 422  # that much of nothing is no zip
    assert b"This is not a zip file" in upload.answers[1]["body"]
    assert max(upload.memory) - upload.memory[0] < 60e6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("declared", [40 * 2**20, 10, None])
async def test_twice_the_most_we_take_is_refused_whatever_its_header_says(
    project, bob, settings, declared
):
    settings.MAX_UPLOAD_BYTES = 20 * 2**20
    client = await sync_to_async(signed_in)(bob)
    upload = LargeUpload(megabytes=40)
    session = client.cookies["sessionid"].value
    await BodyLimit(get_asgi_application())(
        upload.scope(project, session, declared), upload.receive, upload.send
    )
    assert [message.get("status") for message in upload.answers] == [413, None]
    assert upload.is_sent  # the browser got rid of it all, so it listens
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_a_full_disk_is_told_and_not_filled(editor_client, project, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.forms.KEPT_FREE_BYTES", 2**60)
    answer = upload(editor_client, project, bytes(2**20))
    assert answer.context["form"].errors["file"][0].startswith("The disk of this site is too full")


def test_an_upload_needs_its_token(bob, project, zip_file):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert upload(client, project, zip_file.read_bytes()).status_code == 403
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/cron.d/evil.zip", "evil"),
        ("C:\\\\Windows\\\\evil.zip", "evil"),
        ("<script>alert(1)</script>.zip", "script>"),
        ("a\u202egpj.zip", "agpj"),
        ("x" * 300 + ".zip", "x" * 100),
        ("   .zip", "Dataset"),
        (".zip", ".zip"),
        ("NUL.zip", "NUL"),
        ("猫😀.zip", "猫😀"),
        ("=1+1.zip", "=1+1"),
    ],
)
def test_a_file_may_be_called_as_it_likes(editor_client, project, zip_file, settings, sent, name):
    content = zip_file.read_bytes()
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    url = reverse("dataset-new", args=[project.slug])
    editor_client.post(url, body, content_type="multipart/form-data; boundary=x")
    version = Version.objects.get()
    assert version.source.path == settings.DATA / "uploads" / str(version.source.pk)
    assert version.source.path.read_bytes() == content
    page = editor_client.get(version.dataset.get_absolute_url())
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode()
    assert version.dataset.name == name


def test_nothing_that_was_uploaded_is_ever_sent_back_as_it_was(editor_client, project, tmp_path):
    """A GIF that is a script comes back as new pixels in a new PNG."""
    script = hostile_images.scripted_gif()
    files = class_folders() | {f"cat/a{n}.gif": script for n in range(3)}
    upload(editor_client, project, zipped(tmp_path / "a.zip", files).read_bytes())
    version = Version.objects.get()
    ingest(version)
    url = reverse("dataset-thumbnails", args=[version.dataset_id, 0])
    answer = editor_client.get(url)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"alert" in script
    assert b"alert" not in answer.content
    kept = [path.read_bytes() for path in version.folder.iterdir()]
    assert not any(b"alert" in content for content in kept)
