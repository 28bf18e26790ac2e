"""Archives that are odd, broken or hostile, written byte by byte: no honest packer makes these."""

from __future__ import annotations

import gzip
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tests.web.hostile import class_folders, image, zipped

UTF8 = 0x800
LZMA, UNKNOWN = 14, 97


@dataclass(frozen=True)
class Entry:
    """A file in a zip, as it is there and as the table of contents describes it."""

    name: bytes
    data: bytes = b""
    method: int = 0
    size: int | None = None  # unpacked; as long as the data if not said
    check: int | None = None
    flags: int = UTF8
    mode: int = 0

    def fields(self) -> tuple[int, ...]:
        check = zlib.crc32(self.data) if self.check is None else self.check
        size = len(self.data) if self.size is None else self.size
        return self.flags, self.method, 0, 0x21, check, len(self.data), size, len(self.name), 0

    def local(self) -> bytes:
        return struct.pack("<4s5H3L2H", b"PK\3\4", 20, *self.fields()) + self.name

    def central(self, offset: int) -> bytes:
        head = struct.pack("<4s2H4H3L2H", b"PK\1\2", 3 << 8 | 20, 20, *self.fields())
        return head + struct.pack("<3H2L", 0, 0, 0, self.mode << 16, offset) + self.name


def honest() -> list[Entry]:
    return [Entry(name.encode(), content) for name, content in class_folders().items()]


def assembled(path: Path, entries: Iterable[Entry], claimed: int | None = None) -> Path:
    """A zip of these entries; its end may claim another number of them."""
    locals_, centrals = [], []
    offset = 0
    for entry in entries:
        locals_.append(entry.local() + entry.data)
        centrals.append(entry.central(offset))
        offset += len(locals_[-1])
    return _closed(path, b"".join(locals_), centrals, claimed)


def _closed(path: Path, body: bytes, centrals: list[bytes], claimed: int | None = None) -> Path:
    directory = b"".join(centrals)
    count = min(len(centrals) if claimed is None else claimed, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def beside_honest(*entries: Entry) -> Callable[[Path], Path]:
    """A maker of a zip of good class folders and these."""
    return lambda path: assembled(path, [*honest(), *entries])


def files(extra: dict[str, bytes], **folders: object) -> Callable[[Path], Path]:
    """A maker of an ordinary zip of class folders and these files."""
    return lambda path: zipped(path, class_folders(**folders) | extra)  # type: ignore[arg-type]


def only(content: dict[str, bytes]) -> Callable[[Path], Path]:
    return lambda path: zipped(path, content)


def raw(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def linked(kind: int, target: bytes = b"/etc/passwd") -> Callable[[Path], Path]:
    """Class folders beside an entry that unpacks to something that is no file."""
    return beside_honest(Entry(b"cat/odd.png", target, mode=kind | 0o777))


def tarred(mode: str) -> bytes:
    file = BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in class_folders().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
    return file.getvalue()


def zip_bytes(content: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()


def overlapping(path: Path, count: int = 60, megabytes: int = 10) -> Path:
    """Files that share one packed kernel of zeros: each quotes the header of the next.

    David Fifield, "A better zip bomb", 2019.
    """
    names = [f"{'cat' if n % 2 else 'dog'}/{n:03}.png".encode() for n in range(count)]
    data, size = _deflated_zeros(megabytes), megabytes * 2**20
    body = b""
    entries: list[Entry] = []
    for name in reversed(names):
        entry = Entry(name, data, 8, size, check=0)
        entries.append(entry)
        head = entry.local()
        body = head + data
        quoted = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
        data, size = quoted + body, size + len(head)
    offsets = [len(body) - len(entry.local()) - len(entry.data) for entry in entries]
    centrals = [e.central(at) for e, at in zip(entries, offsets, strict=True)]
    return _closed(path, body, centrals)


def many(path: Path, count: int = 250_000) -> Path:
    """A table of contents that is longer than we read, of files that are all one; it claims to be short."""
    entry = Entry(b"a/%06d.png" % 0)
    centrals = [Entry(b"a/%06d.png" % n).central(0) for n in range(count)]
    return _closed(path, entry.local(), centrals, claimed=40)


def zeros(path: Path, gigabytes: int = 5) -> Path:
    """Class folders beside one file of `gigabytes` of zeros, packed a thousandfold."""
    data = _deflated_zeros(gigabytes * 1024)
    return assembled(path, [*honest(), Entry(b"cat/zeros.png", data, 8, 0xFFFFFFFE, check=0)])


def _deflated_zeros(megabytes: int) -> bytes:
    """A packed megabyte, again and again: after a full flush each stands for itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


def flooding(path: Path) -> Path:
    """Two hundred files of ten megabytes of zeros, each of which would pass alone."""
    data = _deflated_zeros(10)
    entries = [
        Entry(b"%s/%d.png" % (c, n), data, 8, 10 * 2**20, 0)
        for c in (b"cat", b"dog")
        for n in range(100)
    ]
    return assembled(path, entries)


def comment(path: Path) -> Path:
    """An honest zip with the longest comment there can be."""
    zipped(path, class_folders())
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK" * 32_000
    return path


def changed(edit: Callable[[bytearray], bytes]) -> Callable[[Path], Path]:
    """A maker of an honest zip whose bytes are then changed."""

    def make(path: Path) -> Path:
        zipped(path, class_folders())
        path.write_bytes(edit(bytearray(path.read_bytes())))
        return path

    return make


def patched(signature: bytes, at: int, kind: str, value: int) -> Callable[[Path], Path]:
    """A maker of an honest zip with one number changed behind the last `signature`."""

    def edit(content: bytearray) -> bytes:
        struct.pack_into(kind, content, content.rfind(signature) + at, value)
        return bytes(content)

    return changed(edit)


def gzipped() -> bytes:
    return gzip.compress(image(1))


DEVICES = {
    "pipe": stat.S_IFIFO,
    "character device": stat.S_IFCHR,
    "block device": stat.S_IFBLK,
    "socket": stat.S_IFSOCK,
}
