"""Prepared tables for tests: made up with everything that is odd in a table, or scikit-learn's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

SHARES = {"train": 0.6, "validation": 0.2, "test": 0.2}
TOWNS = ["Bonn", "Ålesund", "São Paulo", "東京", "a, b", "x" * 60]


def odd_table(rows: int = 300, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers with gaps and of all sizes, categories rare, missing and oddly named; a score to learn."""
    rng = np.random.default_rng(seed)
    size = rng.normal(70, 12, rows)
    town = rng.choice(TOWNS, rows, p=[0.4, 0.3, 0.2, 0.07, 0.02, 0.01])
    paid = rng.random(rows) < 0.5
    score = size / 12 + 2 * (town == "Bonn") - 1.5 * paid + rng.normal(0, 0.3, rows)
    columns = {
        "size [m²]": np.where(rng.random(rows) < 0.1, np.nan, size),
        "probabilities": rng.exponential(1e6, rows).round(),
        "value": np.where(rng.random(rows) < 0.3, np.nan, rng.integers(0, 5, rows)),
        "nothing": np.full(rows, np.nan),
        "always": np.ones(rows),
        "town": pd.Series(town).where(rng.random(rows) > 0.05, None),
        "paid": pd.Series(paid).map({True: "true", False: "false"}),
    }
    return pd.DataFrame(columns), score


def prepared(
    folder: Path,
    rows: pd.DataFrame,
    target: np.ndarray,
    classes: list[str] | None = None,
    seed: int = 0,
) -> Path:
    """Write a table as its preparation leaves it: of classes if they are named, else of values."""
    folder.mkdir(parents=True)
    order = np.random.default_rng(seed).permutation(len(rows))
    ends = np.cumsum([round(share * len(rows)) for share in SHARES.values()])[:-1]
    parts = dict(zip(SHARES, np.split(order, ends), strict=True))
    for name, index in parts.items():
        rows.iloc[index].reset_index(drop=True).to_parquet(folder / f"{name}.parquet")
        np.save(folder / f"{name}-target.npy", target[index])
    meta = {
        "kind": "tables",
        "task": "classification" if classes else "regression",
        "target": "what",
        "classes": classes or [],
        "columns": [_column(name, rows[name]) for name in rows],
        "counts": {name: len(index) for name, index in parts.items()},
        "group": None,
    }
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    return folder


def _column(name: str, values: pd.Series) -> dict:
    told = {"name": name, "missing": int(values.isna().sum()), "categories": []}
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
        return {**told, "type": "number", "low": low, "high": high}
    return {**told, "type": "category", "categories": sorted(values.dropna().unique())}


def odd_classes(folder: Path, rows: int = 300, classes: int = 3) -> Path:
    """The odd table with its score cut into classes, of which the last is small."""
    table, score = odd_table(rows)
    cuts = np.quantile(score, np.linspace(0, 0.9, classes)[1:])
    return prepared(folder, table, np.digitize(score, cuts), [f"class {i}" for i in range(classes)])


def odd_values(folder: Path, rows: int = 300) -> Path:
    """The odd table with its score in large units, far from zero."""
    table, score = odd_table(rows)
    return prepared(folder, table, 1e6 + 5e3 * score)


def bunch(folder: Path, loaded) -> Path:
    """One of scikit-learn's tables, loaded with `as_frame=True`."""
    target = loaded.target.to_numpy()
    classes = [str(name) for name in getattr(loaded, "target_names", [])]
    values = target.astype(np.int64) if classes else target.astype(np.float64)
    return prepared(folder, loaded.data, values, classes or None)
