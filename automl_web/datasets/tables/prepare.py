"""From an uploaded table to the files that models of tables train on."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from automl_web.datasets.disk import put_in_place, refusing_when_full
from automl_web.datasets.order import CHECKING, Order, Prepared, Progress, in_silence
from automl_web.datasets.parts import SHARES, SPLITS, TEST
from automl_web.datasets.readings import about_table
from automl_web.datasets.refusals.of_tables import TooHeavyTableError
from automl_web.datasets.tables.arrangement import TEST_ROWS, Arranged, arrange
from automl_web.datasets.tables.column_types import CATEGORY
from automl_web.datasets.tables.facts import facts_of
from automl_web.datasets.tables.reading import read
from automl_web.datasets.tables.splits import sizes
from automl_web.datasets.tables.table_findings import findings_of
from automl_web.datasets.text import prepare as text
from automl_web.datasets.text.as_rows import Rows
from automl_web.datasets.text.columnar import Columnar
from automl_web.datasets.text.rows import is_parquet


def prepare(order: Order, progress: Progress = in_silence) -> Prepared:
    """Write the features and answers of the table that is ordered; raises RefusalError.

    `folder` appears complete or not at all, and in place of an earlier one. The same rows and columns
    give the same digest and the same split, in whatever order they come and however they are written.
    """
    try:
        if not order.kind and _holds_texts(order.upload):
            return text.prepare(order, progress)
        return _prepared(order, progress)
    except MemoryError as error:
        raise TooHeavyTableError from error


def _holds_texts(upload: Path) -> bool:
    """Whether a file is Parquet of texts with their classes, which is only seen once it is read."""
    with upload.open("rb") as file:
        if not is_parquet(file):
            return False
        table = Columnar(file)
        return Rows(table.names, table.head, 1.0).hold_texts


def _prepared(order: Order, progress: Progress) -> Prepared:
    folder = order.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    table = read(order, progress)
    count = len(table.sheet.frame)
    beat = partial(progress, count // 2, count, order.name)
    beat()
    arranged = arrange(table, order.options, order.earlier, beat)
    beat()
    with (
        refusing_when_full(),
        TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as scratch,
    ):
        ready = Path(scratch) / "ready"
        ready.mkdir()
        meta = _meta(arranged, order)
        digest = _write(ready, arranged, meta)
        put_in_place(ready, folder)
    facts = facts_of(table, arranged, meta["shares"])
    looking = partial(progress, count // 2, count, order.name, CHECKING)
    facts["findings"] = findings_of(table, arranged, looking)
    if not order.kind:
        facts["findings"] += about_table(order.name, len(table.sheet.frame.columns))
    return Prepared(digest, len(arranged.rows), facts, kind="tables")


def _meta(arranged: Arranged, order: Order) -> dict[str, Any]:
    return {
        "kind": "tables",
        "task": arranged.target.task,
        "target": arranged.target.column.name,
        "classes": arranged.target.classes,
        "columns": [feature.to_json() for feature in arranged.features],
        "counts": sizes(arranged.parts),
        "group": arranged.group.name if arranged.group else None,
        "shares": SHARES | dict(order.options.get("shares", {})),
    }


def _write(folder: Path, arranged: Arranged, meta: dict[str, Any]) -> str:
    """Write `meta.json` and the parts; return the digest of what a model sees."""
    digest = hashlib.sha256(json.dumps([meta["task"], meta["classes"], meta["columns"]]).encode())
    for split in SPLITS:
        rows = np.flatnonzero(arranged.parts == split)
        # In the order of their hashes, which is as good as chance, and the same for the same rows.
        rows = rows[np.lexsort((arranged.raw[rows], arranged.content[rows]))]
        answers = arranged.target.answers[rows]
        digest.update(f"{split} {len(rows)}".encode() + answers.tobytes())
        (folder / f"{split}-target.npy").write_bytes(_npy(answers))
        digest.update(_write_features(folder / f"{split}.parquet", arranged, rows))
        if split == TEST:
            (folder / TEST_ROWS).write_bytes(_npy(np.sort(arranged.raw[rows])))
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    return digest.hexdigest()


def _write_features(path: Path, arranged: Arranged, rows: np.ndarray) -> bytes:
    """Write one part's features; return a digest of them."""
    arrays = [feature.array(rows) for feature in arranged.features]
    digest = hashlib.sha256()
    for feature, array in zip(arranged.features, arrays, strict=True):
        if feature.type == CATEGORY:
            digest.update(json.dumps(array.to_pylist()).encode())
        else:
            digest.update(array.to_numpy().tobytes())
    with path.open("wb") as file:
        pq.write_table(pa.table(arrays, names=[f.name for f in arranged.features]), file)
    return digest.digest()


def _npy(array: np.ndarray) -> bytes:
    """The array as a file of numpy. np.save on a file itself would hide that a disk is full."""
    file = BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
