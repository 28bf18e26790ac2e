"""Makers of good and bad files: images, zips, and zips that lie."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image


def image(seed: int, side: int = 8, mode: str = "L", kind: str = "PNG") -> bytes:
    """A small image that differs from every other seed's."""
    rng = np.random.default_rng(seed)
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    array = rng.integers(0, 256, (side, side, channels), dtype=np.uint8)
    return encoded(Image.fromarray(array[..., 0] if channels == 1 else array), kind)


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, format=kind)
    return file.getvalue()


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def class_folders(
    classes: tuple[str, ...] = ("cat", "dog"), each: int = 20, prefix: str = "", seed: int = 0
) -> dict[str, bytes]:
    """Files of class folders, `each` different images in each."""
    return {
        f"{prefix}{name}/{number}.png": image(seed + 1000 * index + number)
        for index, name in enumerate(classes)
        for number in range(each)
    }


def with_link(path: Path) -> Path:
    """A zip with a symbolic link to a file of the machine, beside honest images."""
    zipped(path, class_folders())
    link = zipfile.ZipInfo("cat/link.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return path


def encrypted(path: Path) -> Path:
    """A zip whose entries say that they are encrypted."""
    zipped(path, class_folders())
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    path.write_bytes(content)
    return path


def bomb(path: Path, megabytes: int = 100) -> Path:
    """A zip of some kilobytes that unpacks to a hundred megabytes of zeros, named as images."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cat", "dog"):
            for number in range(megabytes // 20):
                archive.writestr(f"{name}/{number}.png", bytes(10 * 2**20))
    return path


def twice(path: Path) -> Path:
    """A zip that holds one name twice."""
    files = class_folders()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for other in ("cat\\0.png",):  # the same place, as some packers write it
            archive.writestr(other, b"another")
    return path


def long_directory(path: Path, length: int) -> Path:
    """A zip whose end claims a table of contents of `length` bytes."""
    zipped(path, class_folders())
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rfind(b"PK\5\6") + 12, length)
    path.write_bytes(content)
    return path


def huge_png(side: int) -> bytes:
    """A PNG of some kilobytes whose header says `side` times `side` pixels, and whose data agrees."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = bytes(1 + (side + 7) // 8)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
