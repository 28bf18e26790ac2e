"""Parquet says what its columns hold, and is taken at its word."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets.refusals.of_tables import TooManyCellsError
from automl_web.datasets.tables import parquet_file
from automl_web.datasets.tables.parquet_file import read_parquet
from automl_web.datasets.tables.target import columns_of
from tests.web.tables import column, flowers, meta, taken_in


def sheet_of(columns, **how):
    file = BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), file, **how)
    return read_parquet(file.getvalue(), lambda: None)


def types_of(sheet):
    return {found.name: found.type for found in columns_of(sheet, {})}


def test_every_simple_type_is_taken():
    day, moment = dt.date(2020, 2, 3), dt.datetime(2020, 2, 3, 4, 5, tzinfo=dt.UTC)
    sheet = sheet_of(
        {
            "whole": pa.array([7, 3, None], pa.int16()),
            "half": pa.array([0.5, np.nan, 2], pa.float32()),
            "money": pa.array([Decimal("1.25"), Decimal("2.50"), None]),
            "truth": [True, False, None],
            "word": ["a", "b", None],
            "kind": pa.array(["x", "y", "x"]).dictionary_encode(),
            "day": [day, day, None],
            "moment": [moment, moment, None],
            "nothing": pa.nulls(3),
        }
    )
    assert types_of(sheet) == {
        "whole": "number",
        "half": "number",
        "money": "number",
        "truth": "category",
        "word": "category",
        "kind": "category",
        "day": "date",
        "moment": "date",
        "nothing": "leave out",
    }
    assert list(sheet.frame["money"].dropna()) == [1.25, 2.5]
    assert list(sheet.frame["truth"].dropna()) == ["true", "false"]
    assert sheet.frame["moment"].iloc[0] == pd.Timestamp("2020-02-03 04:05")


def test_lists_structures_and_bytes_are_left_out_and_told(tmp_path):
    frame = flowers(100).assign(many=[[1, 2]] * 100, parts=[{"a": 1}] * 100, raw=[b"x"] * 100)
    frame["species"] = frame.pop("species")
    file = BytesIO()
    frame.to_parquet(file)
    result = taken_in(tmp_path, file.getvalue(), name="flowers.parquet")
    assert [c["name"] for c in meta(tmp_path / "ready")["columns"]] == ["length", "colour"]
    assert result.facts["nested"] == ["many", "parts", "raw"]
    assert result.facts["spelling"] == {}


def test_the_index_of_pandas_is_left_out(tmp_path):
    file = BytesIO()
    flowers(100).sample(frac=1, random_state=0).to_parquet(file)
    result = taken_in(tmp_path, file.getvalue(), name="flowers.parquet")
    assert column(result, "__index_level_0__")["reason"] == "identifier"


def test_names_that_are_there_twice_or_hold_points_are_kept_apart():
    table = pa.Table.from_arrays(
        [pa.array([1, 2]), pa.array([3, 4]), pa.array([5, 6])], names=["a.b", "a.b", "a"]
    )
    sheet = sheet_of(table)
    assert list(sheet.frame) == ["a.b", "a.b (2)", "a"]
    assert list(sheet.frame["a"]) == [5, 6]


def test_a_csv_and_a_parquet_of_one_table_give_the_same_digest(tmp_path):
    frame, file = flowers(100), BytesIO()
    frame.to_parquet(file)
    one = taken_in(tmp_path, frame, folder="one")
    other = taken_in(tmp_path, file.getvalue(), name="flowers.parquet", folder="other")
    assert one.digest == other.digest


def test_too_many_cells_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(parquet_file, "MAX_CELLS", 100)
    with pytest.raises(TooManyCellsError):
        sheet_of({"a": list(range(60)), "b": list(range(60))})


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1, max_size=30),
    st.sampled_from(["snappy", "zstd", "gzip", "none"]),
    st.booleans(),
    st.integers(1, 9),
)
def test_numbers_come_back_however_they_are_packed(numbers, packing, dictionary, group):
    column = pa.array(numbers, pa.float64())
    sheet = sheet_of(
        {"x": column}, compression=packing, use_dictionary=dictionary, row_group_size=group
    )
    assert [None if np.isnan(x) else x for x in sheet.frame["x"]] == numbers
