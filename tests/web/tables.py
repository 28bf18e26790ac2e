"""Makers of small tables, and short ways to have them taken in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.order import Order, Prepared
from automl_web.datasets.tables.prepare import prepare
from automl_web.datasets.tables.sheet import Sheet
from automl_web.datasets.tables.text_file import read_text
from tests.web.hostile import zipped

PARTS = ("train", "validation", "test")


def written(rows: Iterable[Sequence[object]], separator: str = ",", **how: Any) -> str:
    """The rows as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n", **how).writerows(rows)
    return text.getvalue()


def read(text: str | bytes, **asked: Any) -> Sheet:
    """The text as the site reads it."""
    content = text.encode() if isinstance(text, str) else text
    return read_text(content, asked, lambda: None)


def flowers(rows: int = 120, seed: int = 0) -> pd.DataFrame:
    """A table with a number, a category, and a class that follows from them."""
    rng = np.random.default_rng(seed)
    length = rng.normal(5, 2, rows).round(9)
    colour = rng.choice(["red", "white", "blue"], rows)
    noise = rng.normal(0, 0.8, rows)
    kind = np.where(length + (colour == "red") + noise > 5.3, "rose", "tulip")
    return pd.DataFrame({"length": length, "colour": colour, "species": kind})


def houses(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """A table with numbers, a date, and a price that follows from them."""
    rng = np.random.default_rng(seed)
    area = rng.uniform(30, 200, rows).round(1)
    built = pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 12_000, rows), unit="D")
    price = (1000 * area + rng.normal(0, 2e4, rows)).round(2)
    days = built.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {"area": area, "rooms": (area // 25).astype(int), "built": days, "price": price}
    )


def taken_in(
    tmp_path: Path,
    content: pd.DataFrame | str | bytes | dict[str, pd.DataFrame],
    name: str = "table.csv",
    folder: str = "ready",
    earlier: Path | None = None,
    **options: Any,
) -> Prepared:
    """What comes of an upload, prepared into `folder` of the temporary path; several frames as a zip."""
    path = tmp_path / "upload"
    if isinstance(content, dict):
        files = {key: frame.to_csv(index=False).encode() for key, frame in content.items()}
        zipped(path, files)
    elif isinstance(content, pd.DataFrame):
        path.write_text(content.to_csv(index=False), encoding="utf-8")
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return prepare(Order(path, tmp_path / folder, name=name, options=options, earlier=earlier))


def meta(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return document


def features(folder: Path, part: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{part}.parquet")


def answers(folder: Path, part: str) -> np.ndarray:
    return np.asarray(np.load(folder / f"{part}-target.npy", allow_pickle=False))


def codes(result: Prepared) -> list[str]:
    return [finding["code"] for finding in result.facts["findings"]]


def column(result: Prepared, name: str) -> dict[str, Any]:
    """What the facts say of a column."""
    return next(c for c in result.facts["columns"] if c["name"] == name)


def finding(result: Prepared, code: str) -> dict[str, Any]:
    """The first finding of this code."""
    return next(found for found in result.facts["findings"] if found["code"] == code)
