"""From a zip to memory-mapped arrays: every image is decoded once, here, and never while training."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np

from automl_web.datasets.archive import Archive
from automl_web.datasets.disk import put_in_place, refusing_when_full
from automl_web.datasets.images.decoding import Pixels, Shape, header, pixels
from automl_web.datasets.images.image_findings import facts_of
from automl_web.datasets.images.items import earlier_test, write_items
from automl_web.datasets.images.labelling import lay_out
from automl_web.datasets.images.layout import Item, Layout, check_classes
from automl_web.datasets.images.options import SMALLEST_SIDE, USUAL_SIDE, ImageOptions
from automl_web.datasets.images.origin import about_origin, origin_of
from automl_web.datasets.images.splits import carve, thin
from automl_web.datasets.order import Order, Prepared, Progress, in_silence
from automl_web.datasets.parts import SPLITS, TEST
from automl_web.datasets.refusals.of_preparing import NoRoomError
from automl_web.datasets.unreadable import UnreadableError

BATCH_BYTES = 2**20


def prepare(order: Order, progress: Progress = in_silence) -> Prepared:
    """Write the arrays of the zip that is ordered; raises RefusalError.

    `folder` appears complete or not at all, and in place of an earlier one. The same images in the
    same classes give the same digest and the same split, however they were zipped.
    """
    folder, options = order.folder, ImageOptions.of(order.options)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        refusing_when_full(),
        TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as scratch,
        Archive(order.upload) as archive,
        (Path(scratch) / "pixels").open("w+b") as raw,
    ):
        layout = lay_out(archive, options)
        _survey(archive, layout, progress)
        shape = common_shape(layout.items, options)
        _check_room(folder.parent, 2 * len(layout.items) * shape.size)
        _decode(archive, layout, shape, raw, progress)
        was_test = earlier_test(order.earlier, options.shares[TEST])
        layout.drawn_anew = order.earlier is not None and was_test is None
        parts = carve(layout, options.shares, was_test)
        thin(layout, parts, options.balance)
        ready = Path(scratch) / "ready"
        ready.mkdir()
        digest, meta = _write(ready, raw, parts, layout.classes, shape, progress)
        write_items(ready, parts, options.shares[TEST])
        facts = facts_of(layout, parts, meta, ready, progress) | origin_of(layout, options)
        facts["findings"] += about_origin(layout)
        put_in_place(ready, folder)
    return Prepared(digest, len(layout.items), facts)


def common_shape(items: list[Item], options: ImageOptions) -> Shape:
    """The most common size, scaled to a longer side if one is chosen, else into our limits.

    Gray if every image is, or if all are to be.
    """
    sizes = Counter((item.header.height, item.header.width) for item in items)
    (height, width), _ = max(sizes.items(), key=lambda item: (item[1], item[0]))
    scale = (options.side or min(USUAL_SIDE, max(height, width))) / max(height, width)
    sides = (max(SMALLEST_SIDE, round(length * scale)) for length in (height, width))
    is_gray = options.gray or all(item.header.is_gray for item in items)
    return Shape(1 if is_gray else 3, *sides)


def _survey(archive: Archive, layout: Layout, progress: Progress) -> None:
    """Read all headers, and drop the images that have none."""
    kept: list[Item] = []
    contents = archive.read(item.member for item in layout.items)
    for item, data in zip(layout.items, contents, strict=True):
        progress(0, len(layout.items), item.member.name)
        try:
            item.header = header(data)
            kept.append(item)
        except UnreadableError as error:
            layout.skip(item.member, error.reason)
    layout.items = kept
    check_classes(layout.classes)


def _decode(
    archive: Archive, layout: Layout, shape: Shape, raw: BinaryIO, progress: Progress
) -> None:
    """Write the pixels of the images one behind the other, and drop those that cannot be decoded.

    Plain writes and not a memory map: mapped pages would count as this process's memory.
    """
    kept: list[Item] = []
    contents = archive.read(item.member for item in layout.items)
    for done, (item, data) in enumerate(zip(layout.items, contents, strict=True)):
        progress(done, len(layout.items), item.member.name)
        try:
            content = pixels(data, shape).tobytes()
        except UnreadableError as error:
            layout.skip(item.member, error.reason)
            continue
        item.digest = hashlib.sha256(content).digest()
        raw.write(content)
        item.place = len(kept)
        kept.append(item)
    raw.flush()
    layout.items = kept
    check_classes(layout.classes)


def _check_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed + 64 * 2**20:
        raise NoRoomError(needed=round(needed / 2**20) + 64)


def _write(
    folder: Path,
    raw: BinaryIO,
    order: dict[str, list[Item]],
    classes: list[str],
    shape: Shape,
    progress: Progress,
) -> tuple[str, dict[str, Any]]:
    """Write the arrays and `meta.json`; return the digest of the content and the meta data."""
    index = {name: number for number, name in enumerate(classes)}
    digest = hashlib.sha256(json.dumps([classes, asdict(shape)]).encode())
    moments = np.zeros((2, shape.channels), dtype=np.int64)
    total = sum(len(items) for items in order.values())
    for split in SPLITS:
        items = order[split]
        labels = np.array([index[item.label] for item in items], dtype=np.int64)
        with (folder / f"{split}-labels.npy").open("wb") as file:  # np.save would hide a full disk
            _write_header(file, labels.dtype, labels.shape)
            file.write(labels.tobytes())
        digest.update(f"{split} {len(items)}".encode() + labels.tobytes())
        with (folder / f"{split}-images.npy").open("wb") as file:
            _write_header(
                file, np.dtype(np.uint8), (len(items), shape.channels, shape.height, shape.width)
            )
            for batch in _batches(raw, items, shape):
                progress(total, total, "")
                digest.update(batch.tobytes())
                file.write(batch.tobytes())
                if split == "train":
                    moments += _moments(batch)
    meta = {
        "kind": "images",
        "classes": classes,
        **asdict(shape),
        "counts": {split: len(order[split]) for split in SPLITS},
        **_mean_and_std(moments, len(order["train"]) * shape.height * shape.width),
    }
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    return digest.hexdigest(), meta


def _write_header(file: BinaryIO, kind: np.dtype[Any], shape: tuple[int, ...]) -> None:
    described = {"descr": kind.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)


def _batches(raw: BinaryIO, items: list[Item], shape: Shape) -> Iterator[Pixels]:
    """The pixels of `items` in order, some at a time, as uint8 (n, C, H, W)."""
    count = max(1, BATCH_BYTES // shape.size)
    for start in range(0, len(items), count):
        batch = items[start : start + count]
        content = b"".join(
            os.pread(raw.fileno(), shape.size, item.place * shape.size) for item in batch
        )
        array = np.frombuffer(content, dtype=np.uint8)
        yield array.reshape(len(batch), shape.channels, shape.height, shape.width)


def _moments(batch: Pixels) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Sums and sums of squares of each channel's bytes; whole numbers, shape (2, C)."""
    axes = (0, 2, 3)
    squares = np.square(batch, dtype=np.uint32)
    return np.stack([batch.sum(axis=axes, dtype=np.int64), squares.sum(axis=axes, dtype=np.int64)])


def _mean_and_std(
    moments: np.ndarray[Any, np.dtype[np.int64]], pixels: int
) -> dict[str, list[float]]:
    """Of pixels in 0..1; a channel that never changes gets a small spread, as it is divided by."""
    mean, square = moments[0] / pixels / 255, moments[1] / pixels / 255**2
    std = np.sqrt(np.maximum(square - mean**2, 0))
    return {"mean": mean.tolist(), "std": np.maximum(std, 1e-3).tolist()}
