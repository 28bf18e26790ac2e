"""From typed columns to what models read: numbers and categories, dates taken apart into numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from automl_web.datasets.tables.column_types import CATEGORY, DATE, NUMBER, Column

EPOCH, DAY = pd.Timestamp(0), pd.Timedelta(days=1)


@dataclass(frozen=True)
class Feature:
    """A column of the prepared table: float64 with NaN, or words with gaps.

    One that comes from a date says `from_` which, and which `part` it is: "day", the days since 1970
    with the time as a fraction; "month", 1 to 12; or "weekday", 0 for Monday.
    """

    name: str
    type: str
    values: Any
    from_: str = ""
    part: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the meta data say of it."""
        told: dict[str, Any] = {"name": self.name, "type": self.type}
        told["missing"] = int(self.values.isna().sum())
        if self.type == CATEGORY:
            told["categories"] = self.categories
        else:
            told |= {"low": float(self.values.min()), "high": float(self.values.max())}
        if self.from_:
            told |= {"from": self.from_, "part": self.part}
        return told

    @property
    def categories(self) -> list[str]:
        return sorted(map(str, self.values.dropna().unique()))

    def array(self, rows: np.ndarray) -> pa.Array:
        """The values of these rows; a number that is missing is NaN and not null."""
        values = self.values.iloc[rows]
        if self.type == CATEGORY:
            return pa.array(values, type=pa.string(), from_pandas=True)
        return pa.array(values.to_numpy(dtype=np.float64), type=pa.float64(), from_pandas=False)


def features_of(columns: Iterable[Column], taken: Iterable[str] = ()) -> list[Feature]:
    """The features of all columns in their order; parts of dates that never change are none.

    Their names differ from each other and from those that are `taken`.
    """
    columns = list(columns)
    names = {column.name for column in columns} | set(taken)
    features: list[Feature] = []
    for column in columns:
        if column.type != DATE:
            features.append(Feature(column.name, column.type, column.values))
            continue
        for part, values in _parts(column.values):
            if values.nunique() > 1:
                name = _free(f"{column.name} ({part})", names)
                features.append(Feature(name, NUMBER, values, column.name, part))
    return features


def _parts(times: Any) -> Iterator[tuple[str, Any]]:
    yield "day", (times - EPOCH) / DAY
    yield "month", times.dt.month.astype("float64")
    yield "weekday", times.dt.day_of_week.astype("float64")


def _free(name: str, names: set[str]) -> str:
    while name in names:
        name += "'"
    names.add(name)
    return name
