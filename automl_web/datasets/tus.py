"""Resumable uploads: the words of the tus 1.0 protocol, and how a piece of a file gets to the disk.

https://tus.io/protocols/resumable-upload: the core, with creation, checksum, expiration and termination.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.http import http_date

from automl_web.accounts.models import User
from automl_web.datasets.disk import is_full, no_room
from automl_web.datasets.models import Upload
from automl_web.datasets.sweep import EXPIRES_AFTER
from automl_web.projects.models import Project

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
COPY_BYTES = 2**18
NAME_LENGTH = 255

HASHES: Mapping[str, Callable[[], hashlib._Hash]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}

_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class ProtocolError(Exception):
    """What is asked cannot be done; `status` is how the protocol says so."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Readable(Protocol):
    """A request's body, or a file."""

    def read(self, size: int, /) -> bytes: ...


class Checksum:
    """What an Upload-Checksum header says of a piece: "sha256 " and the digest in base64."""

    def __init__(self, header: str) -> None:
        name, _space, digest = header.partition(" ")
        if name not in HASHES:
            raise ProtocolError(400, f"Upload-Checksum: one of {', '.join(HASHES)} is expected")
        self._expected = _base64("Upload-Checksum", digest)
        self._hash = HASHES[name]()

    def add(self, chunk: bytes) -> None:
        self._hash.update(chunk)

    @property
    def is_right(self) -> bool:
        return self._hash.digest() == self._expected


def open_uploads(user: User) -> QuerySet[Upload]:
    """The uploads of `user` that may go on: they have not expired, and no version comes from them."""
    fresh = Upload.objects.filter(touched_at__gt=Now() - EXPIRES_AFTER)
    return fresh.filter(created_by=user, version=None)


def begin(project: Project, user: User, size: int, name: str) -> Upload:
    """A new upload of `size` bytes, of which none is here yet."""
    upload = Upload.objects.create(project=project, created_by=user, name=name, size=size)
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    upload.path.touch()
    return upload


def discard(upload: Upload) -> None:
    """Keep nothing of it. Who writes to it at this moment finds no row to write that down in."""
    path = upload.path
    upload.delete()
    path.unlink(missing_ok=True)


def kept_bytes(upload: Upload) -> int:
    """How much of the file can be relied on; raises ProtocolError if the file is gone.

    What lies beyond `received` was being written when a process died. A file that is shorter, as
    after an old copy of the disk was put back, holds no more than it holds.
    """
    try:
        return min(upload.received, upload.path.stat().st_size)
    except FileNotFoundError:
        raise ProtocolError(410, "nothing is left of this upload") from None


def append(upload: Upload, offset: int, piece: Readable, checksum: Checksum | None = None) -> int:
    """Add a piece that belongs at `offset`, and return where the next one belongs.

    Raises ProtocolError, and then nothing of the piece is kept. A kill at any moment does no harm,
    because of the order: first what a dead writer left is cut off, then the bytes are written, then
    forced to the disk, and only then does the row say that they are there. Without that fsync a loss
    of power could leave a row that tells of bytes which never reached the disk, and the file would
    have a hole that nobody notices; one fsync for a piece of megabytes costs milliseconds.
    """
    with _held(upload) as file:
        kept = kept_bytes(upload)
        if offset != kept:
            raise ProtocolError(409, f"the next piece belongs at {kept}")
        try:
            file.truncate(kept)
            file.seek(kept)
            end = kept + _copied(piece, file, upload.size - kept, checksum)
            os.fsync(file.fileno())
            _commit(upload, end)
        except OSError as error:
            file.truncate(kept)
            if is_full(error):
                raise ProtocolError(507, no_room()) from error
            raise
        except ProtocolError:
            file.truncate(kept)
            raise
    return end


@contextmanager
def _held(upload: Upload) -> Iterator[BinaryIO]:
    """The file, to which nobody else writes meanwhile; the row is read anew.

    The kernel lets go of the lock when its holder dies, so none is ever left behind.
    """
    try:
        file = upload.path.open("r+b", buffering=0)
    except FileNotFoundError:
        raise ProtocolError(410, "nothing is left of this upload") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProtocolError(423, "another piece of this upload is being written") from None
        try:
            upload.refresh_from_db(fields=["received"])
        except Upload.DoesNotExist:
            raise ProtocolError(410, "this upload was discarded") from None
        yield file


def _copied(piece: Readable, file: BinaryIO, most: int, checksum: Checksum | None) -> int:
    """Write the piece, of at most `most` bytes, and return its length."""
    count = 0
    while chunk := piece.read(COPY_BYTES):
        count += len(chunk)
        if count > most:
            raise ProtocolError(413, f"only {most} bytes of this upload are still to come")
        if checksum is not None:
            checksum.add(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
    if checksum is not None and not checksum.is_right:
        raise ProtocolError(460, "the piece is not what its checksum says")
    return count


def _commit(upload: Upload, end: int) -> None:
    row = Upload.objects.filter(pk=upload.pk, received=upload.received)
    if row.update(received=end, touched_at=Now()) != 1:
        raise ProtocolError(410, "this upload was discarded")
    upload.received = end


# Headers


def number_in(headers: Mapping[str, str], name: str) -> int:
    """The whole number in a header that must be there; raises ProtocolError."""
    value = headers.get(name, "")
    if not _WHOLE_NUMBER.fullmatch(value):
        raise ProtocolError(400, f"{name}: a whole number is expected")
    return int(value)


def name_in(metadata: str) -> str:
    """The file's name in an Upload-Metadata header, without folders and what cannot be printed.

    `metadata` is a list of keys, each with its value in base64; raises ProtocolError.
    """
    given = dict(part.strip().partition(" ")[::2] for part in metadata.split(","))
    try:
        name = _base64("Upload-Metadata", given.get("filename", "")).decode()
    except UnicodeDecodeError:
        raise ProtocolError(400, "Upload-Metadata: the name must be UTF-8") from None
    last = re.split(r"[/\\]", name)[-1]
    printed = "".join(letter for letter in last if letter.isprintable()).strip()
    return printed[-NAME_LENGTH:] or "file"  # the end, because it says what kind of file it is


def metadata_of(upload: Upload) -> str:
    """The Upload-Metadata header that `name_in` reads."""
    return f"filename {base64.b64encode(upload.name.encode()).decode()}"


def expiry(touched_at: datetime) -> str:
    """The Upload-Expires header of an upload that was last written to at `touched_at`."""
    return http_date((touched_at + EXPIRES_AFTER).timestamp())


def abilities() -> dict[str, str]:
    """What the answer to OPTIONS tells."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
        "Tus-Checksum-Algorithm": ",".join(HASHES),
    }


def _base64(header: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProtocolError(400, f"{header}: base64 is expected") from None
