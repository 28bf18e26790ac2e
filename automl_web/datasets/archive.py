"""A zip file from outside: nothing in it is trusted, and nothing is ever extracted by its name."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from automl_web.datasets.refusals.of_files import (
    BombError,
    DamagedZipError,
    DuplicateNameError,
    EncryptedZipError,
    NotAZipError,
    SpecialFileError,
    SymbolicLinkError,
    TooManyEntriesError,
    TruncatedZipError,
    UnsafePathError,
)
from automl_web.datasets.unreadable import DAMAGED, TOO_LARGE, UnreadableError

MAX_ENTRIES = 200_000
MAX_DIRECTORY_BYTES = MAX_ENTRIES * 150
MAX_INFLATED_BYTES = 32 * 2**30
MAX_MEMBER_BYTES = 64 * 2**20
MAX_RATIO = 100
RATIO_FLOOR_BYTES = 64 * 2**20  # below this much, even a bomb is harmless
CHUNK_BYTES = 2**20
NO_DATE = (1980, 1, 1, 0, 0, 0)

_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}
_DRIVE = re.compile(r"^[A-Za-z]:")
_ENTRY_BYTES = 46  # of an entry in the table of contents, its texts aside
_REGULAR = {0, stat.S_IFREG, stat.S_IFDIR}
_DAMAGE = (  # what zipfile and its decompressors raise at content that makes no sense
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

Content = bytes | UnreadableError
"""What is in a file of the zip, or why that cannot be had."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the zip: the parts of its path, and where zipfile finds it."""

    parts: tuple[str, ...]
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        return "/".join(self.parts)


class Archive:
    """An open zip file whose names have been checked; raises a FileError if it is not safe."""

    def __init__(self, path: Path) -> None:
        check_is_zip(path)
        self._bytes = path.stat().st_size
        self._inflated = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise DamagedZipError from error
        try:
            self.members = _members(self._zip.infolist())
            self._zip.NameToInfo.clear()  # nothing is asked for by its name
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def read(self, members: Iterable[Member]) -> Iterator[Content]:
        """The content of each member.

        Counts the bytes that really come out, whatever the headers claim, and raises BombError.
        """
        inflated = 0
        for member in members:
            content, size = self._content(member.info)
            inflated += size
            if inflated > self._allowed:
                raise BombError
            yield content

    def pieces(self, member: Member) -> Iterator[bytes]:
        """The content of one that may be large, a piece at a time.

        Raises BombError when all that was read so is too much, and UnreadableError where it turns
        out to be damaged.
        """
        try:
            with self._zip.open(member.info) as file:
                while chunk := file.read(CHUNK_BYTES):
                    self._inflated += len(chunk)
                    if self._inflated > self._allowed:
                        raise BombError
                    yield chunk
        except _DAMAGE as error:
            raise UnreadableError(DAMAGED) from error
        except MemoryError as error:
            raise UnreadableError(TOO_LARGE) from error

    @property
    def _allowed(self) -> int:
        """Bytes that may come out of an honest zip of this size."""
        return min(max(self._bytes * MAX_RATIO, RATIO_FLOOR_BYTES), MAX_INFLATED_BYTES)

    def _content(self, info: zipfile.ZipInfo) -> tuple[Content, int]:
        """The member's bytes, and how much was inflated to get them."""
        chunks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as file:
                while size <= MAX_MEMBER_BYTES and (chunk := file.read(CHUNK_BYTES)):
                    size += len(chunk)
                    chunks.append(chunk)
            if size <= MAX_MEMBER_BYTES:
                return b"".join(chunks), size
        except _DAMAGE:
            return UnreadableError(DAMAGED), size
        except MemoryError:
            pass
        return UnreadableError(TOO_LARGE), size


def check_is_zip(path: Path) -> None:
    """Raise unless the file has a zip's head and its end, which lists as much as we take."""
    with path.open("rb") as file:
        head = file.read(4)
        place = _directory(file)
        if place is None:
            raise TruncatedZipError if head == b"PK\3\4" else NotAZipError
        end, size = place
        if size > MAX_DIRECTORY_BYTES:
            raise TooManyEntriesError(limit=MAX_ENTRIES)
        file.seek(max(0, end - size))
        if _entries(file.read(size)) > MAX_ENTRIES:
            raise TooManyEntriesError(limit=MAX_ENTRIES)
    if size and head != b"PK\3\4":
        raise NotAZipError


def _directory(file: BinaryIO) -> tuple[int, int] | None:
    """Where the table of contents ends, and its length; None if there is none.

    Read before zipfile is let loose on it, which would make an object of every entry first.
    """
    end = file.seek(0, 2)
    start = file.seek(max(0, end - 2**16 - 100))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        return None
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\6\7" and tail[at - 76 : at - 72] == b"PK\6\6":
        return start + at - 76, int(struct.unpack_from("<Q", tail, at - 76 + 40)[0])
    return start + at, int(struct.unpack_from("<I", tail, at + 12)[0])


def _entries(directory: bytes) -> int:
    """How many entries a table of contents has, whatever the zip's end says of it."""
    count = at = 0
    while directory[at : at + 4] == b"PK\1\2" and at + _ENTRY_BYTES <= len(directory):
        count += 1
        at += _ENTRY_BYTES + sum(struct.unpack_from("<HHH", directory, at + 28))
    return count


def _members(infos: list[zipfile.ZipInfo]) -> list[Member]:
    if len(infos) > MAX_ENTRIES:
        raise TooManyEntriesError(limit=MAX_ENTRIES)
    members: list[Member] = []
    seen: set[tuple[str, ...]] = set()
    for info in infos:
        parts = _checked_parts(info)
        if not parts or info.is_dir() or _is_junk(parts):
            continue
        if info.header_offset < 0:
            raise DamagedZipError
        if info.flag_bits & 1:
            raise EncryptedZipError
        if parts in seen:
            raise DuplicateNameError(name="/".join(parts))
        seen.add(parts)
        info.date_time, info.extra = NO_DATE, b""  # nobody reads them, and there may be 200,000
        members.append(Member(parts, info))
    return members


def _checked_parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The path's parts; some packers on Windows write backslashes, and macOS writes decomposed accents."""
    name = unicodedata.normalize("NFC", info.filename).replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        raise UnsafePathError(name=name[:200])
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise SymbolicLinkError(name=name[:200])
    if stat.S_IFMT(mode) not in _REGULAR:
        raise SpecialFileError(name=name[:200])
    kept = [part for part in parts if part not in {"", "."}]
    return (*map(sys.intern, kept[:-1]), *kept[-1:])  # folders are shared by thousands


def _is_junk(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)
