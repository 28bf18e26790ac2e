"""Prepared tables: read once a process, taken in a fixed order, cut into folds."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

from search.training.card import MAXIMUM_COMPARED, MINIMUM_COMPARED
from search.training.data import in_proportion

CLASSIFICATION, REGRESSION = "classification", "regression"
NUMBER, CATEGORY = "number", "category"

MISSING = ""
"""What stands for a category that is missing: training, the ONNX model and the try-it form agree on it."""

FEWEST_ROWS = 20
"""That any model is trained on: a share of a small table could be too few to fit one at all."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Meta:
    """What is known of a prepared table; `columns` are the features in order, each name with its kind."""

    task: str
    target: str
    classes: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def is_classification(self) -> bool:
        return self.task == CLASSIFICATION

    def places(self, kind: str) -> list[int]:
        """Where the columns of a kind stand."""
        return [place for place, (_name, of) in enumerate(self.columns) if of == kind]


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows: numbers as float64 with NaN, categories as texts; and what is to be predicted.

    `target` is a class each, int64 (N,), or a value each, float64 (N,).
    """

    rows: pd.DataFrame
    target: Array

    def __len__(self) -> int:
        return len(self.target)

    def take(self, index: Array) -> Part:
        return Part(self.rows.iloc[index].reset_index(drop=True), self.target[index])


@lru_cache(maxsize=16)
def meta(folder: Path) -> Meta:
    document = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    columns = tuple((column["name"], column["type"]) for column in document["columns"])
    return Meta(document["task"], document["target"], tuple(document["classes"]), columns)


@lru_cache(maxsize=8)
def part(folder: Path, name: str) -> Part:
    """Read `train`, `validation` or `test`, once a process: a version never changes."""
    known = meta(folder)
    read = pd.read_parquet(folder / f"{name}.parquet")
    columns = {name: _column(read[name], kind) for name, kind in known.columns}
    return Part(pd.DataFrame(columns), np.load(folder / f"{name}-target.npy"))


def _column(values: pd.Series, kind: str) -> pd.Series:
    if kind == NUMBER:
        numbers = values.astype(np.float64)
        return numbers.where(np.isfinite(numbers))  # no model takes what is not finite
    # Python's own texts, which every encoder takes; a missing one is a category like others.
    texts = values.astype(object).where(values.notna(), MISSING)
    return pd.Series(texts.to_list(), index=values.index, dtype=object)


def joined(first: Part, second: Part) -> Part:
    rows = pd.concat([first.rows, second.rows], ignore_index=True)
    return Part(rows, np.concatenate([first.target, second.target]))


def share(known: Meta, whole: Part, fraction: float) -> Part:
    """The share `fraction`, in (0, 1], of a part: the first rows of an order that the data alone fixes.

    Smaller shares lie within larger ones, classes are in proportion, and each has a row at least.
    """
    if fraction >= 1:
        return whole
    wanted = math.ceil(fraction * len(whole) - 1e-9)
    count = max(wanted, FEWEST_ROWS, 2 * len(known.classes))
    return whole.take(order(known, whole.target)[:count])


def order(known: Meta, target: Array) -> Array:
    """The places (N,) of rows in the order in which they are taken."""
    labels = target if known.is_classification else np.zeros(len(target), dtype=np.int64)
    return in_proportion(labels).numpy()


def folds(known: Meta, whole: Part, count: int) -> Iterator[tuple[Part, Part]]:
    """Cut a part into `count` folds, the classes in proportion; each with all the others before it.

    There are at most as many as rows. They are drawn from a fixed seed, so that all candidates are
    judged on the same ones.
    """
    cut = StratifiedKFold if known.is_classification else KFold
    splitter = cut(count, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a class has fewer rows than there are folds
        cuts = list(splitter.split(whole.rows, whole.target))
    for others, fold in cuts:
        yield whole.take(others), whole.take(fold)


def compared(folder: Path) -> pd.DataFrame:
    """The rows on which what is exported is compared with what was trained.

    Held-out rows come first: test, then validation, then training. Where all of them are too few,
    more are made up by mixing: each column is shuffled on its own.
    """
    known, found = meta(folder), []
    for name in ("test", "validation", "train"):
        found.append(part(folder, name).rows)
        if sum(map(len, found)) >= MINIMUM_COMPARED:
            break
    rows = pd.concat(found, ignore_index=True)[:MAXIMUM_COMPARED]
    rng = np.random.default_rng(0)
    while len(rows) < MINIMUM_COMPARED:
        mixed = {name: rng.permutation(rows[name].to_numpy()) for name, _kind in known.columns}
        rows = pd.concat([rows, pd.DataFrame(mixed).astype(rows.dtypes)], ignore_index=True)
    return rows


def inputs(known: Meta, rows: pd.DataFrame) -> dict[str, Array]:
    """Rows as an ONNX model takes them: of each column one array (N, 1), float64 or of texts."""
    return {
        name: rows[name].to_numpy(dtype=np.float64 if kind == NUMBER else object)[:, None]
        for name, kind in known.columns
    }
