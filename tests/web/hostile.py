"""Makers of good and bad files: images, zips, and zips that lie."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from automl_web.accounts.models import User
from automl_web.datasets.models import Version
from automl_web.datasets.store import add_dataset, keep
from automl_web.projects.models import Project


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


def uploaded(project: Project, user: User, file: Path, name: str = "Pets") -> Version:
    """A dataset whose first version comes from the file at `file`, which is moved away."""
    return add_dataset(keep(project, user, file, file.name), name, user)


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


def huge_png(side: int) -> bytes:
    """A PNG of some kilobytes whose header says `side` times `side` pixels, and whose data agrees."""
    packer = zlib.compressobj(9)
    line = bytes(1 + (side + 7) // 8)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    return png(side, side, 0, data, depth=1)


def png(width: int, height: int, colour: int, data: bytes, depth: int = 8) -> bytes:
    """A PNG of just these packed lines; `colour` as the format numbers them: 0 gray, 2 RGB."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, content) for kind, content in chunks)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
