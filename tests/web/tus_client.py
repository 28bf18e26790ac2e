"""What a tus client sends, through Django's test client."""

from __future__ import annotations

import base64
import hashlib

from django.urls import reverse

from automl_web.datasets.models import Upload

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


def named(name):
    """The Upload-Metadata header with the file's name."""
    return f"filename {base64.b64encode(name.encode()).decode()}"


def create(client, project, size, name="pets.zip", **headers):
    sent = {**TUS, "Upload-Length": str(size), "Upload-Metadata": named(name), **headers}
    return client.post(reverse("uploads", args=[project.slug]), headers=sent)


def head(client, address):
    return client.head(address, headers=TUS)


def patch(client, address, offset, content, **headers):
    sent = {**TUS, "Upload-Offset": str(offset), **headers}
    return client.patch(address, content, content_type=PIECE, headers=sent)


def checksum(content, algorithm="sha256"):
    """The Upload-Checksum header of a piece."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def row():
    """The one upload that there is."""
    return Upload.objects.get()


def send(client, project, content, name="pets.zip"):
    """Upload it all; the upload's row."""
    address = create(client, project, len(content), name).headers["Location"]
    patch(client, address, 0, content)
    return Upload.objects.latest("created_at")
