"""From an upload to one table: a file of any kind that we take, or a zip of such files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.archive import Archive
from automl_web.datasets.kinds.intake import look
from automl_web.datasets.kinds.tables import ENDINGS, WORKBOOK
from automl_web.datasets.order import Order, Progress
from automl_web.datasets.parts import SPLIT_FOLDERS, SPLITS, TRAIN
from automl_web.datasets.refusals.of_tables import (
    DamagedTableError,
    NoTableError,
    SeveralTablesError,
    TooLargeTableError,
    WorkbookError,
)
from automl_web.datasets.tables.parquet_file import read_parquet
from automl_web.datasets.tables.parquet_limits import MAGIC
from automl_web.datasets.tables.sheet import MAX_BYTES, MAX_CELLS, Sheet
from automl_web.datasets.tables.text_file import read_text
from automl_web.datasets.unreadable import UnreadableError

Parts = np.ndarray[tuple[int], np.dtype[np.object_]]


@dataclass
class Table:
    """All rows of an upload as a `sheet`, and for each the split that its file is named after.

    `parts` is None if the rows came in one file; `unused` are files that could not be added.
    """

    sheet: Sheet
    parts: Parts | None = None
    unused: list[str] = field(default_factory=list)


def read(order: Order, progress: Progress) -> Table:
    """Read the table that is ordered; raises a RefusalError if there is none that we can take."""
    asked: dict[str, Any] = dict(order.options.get("read", {}))
    sheets: dict[str, Sheet] = {}
    for name, content in _files(order):
        beat = partial(progress, 0, 0, name)
        beat()
        is_parquet = content.startswith(MAGIC)
        sheets[name] = (
            read_parquet(content, beat) if is_parquet else read_text(content, asked, beat)
        )
    if not sheets:
        raise NoTableError
    if len(sheets) == 1:
        return Table(next(iter(sheets.values())))
    return _joined(sheets)


def _files(order: Order) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the tables that were uploaded; raises a RefusalError."""
    glance = look(order.upload, order.name)
    if not glance.is_zip:
        if order.upload.stat().st_size > MAX_BYTES:
            raise TooLargeTableError(limit=MAX_BYTES // 2**20)
        yield order.name, order.upload.read_bytes()
        return
    if WORKBOOK in glance.members:
        raise WorkbookError
    with Archive(order.upload) as archive:
        tables = [m for m in archive.members if m.name.lower().endswith(ENDINGS)]
        _check_names([member.name for member in tables])
        left = MAX_BYTES
        for member in tables:
            content = bytearray()
            try:
                for piece in archive.pieces(member):
                    content += piece
                    if len(content) > left:
                        raise TooLargeTableError(limit=MAX_BYTES // 2**20)
            except UnreadableError as error:
                raise DamagedTableError from error
            left -= len(content)
            yield member.name, bytes(content)


def _check_names(names: list[str]) -> None:
    """Raise SeveralTablesError unless it is clear which part of the data each of the files is."""
    parts = [part_of(name) for name in names]
    if len(names) > 1 and (TRAIN not in parts or None in parts or len(set(parts)) < len(parts)):
        raise SeveralTablesError(count=len(names), name=names[0][:200], other=names[1][:200])


def part_of(name: str) -> str | None:
    """The split that a file is named after, such as “data/iris_train.csv”; None if after none."""
    path = PurePosixPath(name.lower())
    words = re.findall(r"[a-z]+", "/".join([*path.parts[:-1], path.stem]))
    named = [SPLIT_FOLDERS[word] for word in words if word in SPLIT_FOLDERS]
    return named[-1] if named else None


def _joined(sheets: dict[str, Sheet]) -> Table:
    """The sheets below one another, with the columns of the one to train on.

    A sheet that lacks some of them cannot be used: that is what a test part without answers looks like.
    """
    by_part = {part_of(name): (name, sheet) for name, sheet in sheets.items()}
    _name, train = by_part[TRAIN]
    columns = list(train.frame.columns)
    used: dict[str, pd.DataFrame] = {}
    unused = []
    for part in SPLITS:
        if part not in by_part:
            continue
        name, sheet = by_part[part]
        if set(columns) <= set(sheet.frame.columns):
            used[part] = sheet.frame[columns]
        else:
            unused.append(name)
    parts = np.repeat(np.array(list(used), dtype=object), [len(frame) for frame in used.values()])
    joined = pd.concat(_alike(list(used.values())), ignore_index=True)
    if joined.size > MAX_CELLS:
        raise TooLargeTableError(limit=MAX_BYTES // 2**20)
    skipped = sum(sheet.skipped for sheet in sheets.values())
    sheet = Sheet(joined, train.left_out, skipped, train.spelling)
    return Table(sheet, parts if len(used) > 1 else None, unused)


def _alike(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The frames with the same type for each column: words, where they differ."""
    first, *others = frames
    different = [
        name for name in first if any(other[name].dtype != first[name].dtype for other in others)
    ]
    return [frame.astype(dict.fromkeys(different, "str")) for frame in frames]
