"""No unit is torn, every split gets its share, and chance has no part in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets.tables.splits import carve, sizes
from tests.web.tables import PARTS


@st.composite
def tables_to_split(draw):
    """Strata, units and shares of some rows."""
    rows = draw(st.integers(30, 200))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    units = rng.integers(0, draw(st.integers(4, rows)), rows).astype(np.uint64)
    strata = rng.integers(0, draw(st.integers(1, 4)), rows)
    shares = {"validation": draw(st.floats(0.05, 0.4)), "test": draw(st.floats(0.05, 0.4))}
    return strata, units, shares


@settings(deadline=None, max_examples=60)
@given(tables_to_split())
def test_no_unit_is_torn_and_the_order_of_the_rows_changes_nothing(table):
    strata, units, shares = table
    given_parts = np.full(len(units), "train", dtype=object)
    parts = carve(given_parts, strata, units, shares)
    assert pd.Series(parts).groupby(units).nunique().max() == 1
    assert set(parts) <= set(PARTS)
    mixed = np.random.default_rng(1).permutation(len(units))
    assert (carve(given_parts, strata[mixed], units[mixed], shares) == parts[mixed]).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(60, 400), st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.integers(0, 99))
def test_rows_on_their_own_are_split_by_the_shares(rows, validation, test, seed):
    units = np.random.default_rng(seed).permutation(rows).astype(np.uint64)
    shares = {"validation": validation, "test": test}
    free = np.full(rows, "train", dtype=object)
    counts = sizes(carve(free, np.zeros(rows, dtype=np.int64), units, shares))
    assert counts["test"] == pytest.approx(test * rows, abs=1)
    assert counts["validation"] == pytest.approx(validation * rows, abs=1)
