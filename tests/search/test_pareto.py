"""Fronts and hypervolumes, held against their definitions."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.pareto import front, hypervolume

SIDE = 5
"""Losses are drawn from so many whole numbers, so that ties and equal rows are common."""


@st.composite
def rows(draw: st.DrawFn, values: st.SearchStrategy[float]) -> np.ndarray:
    width = draw(st.integers(1, 4))
    drawn = draw(st.lists(st.lists(values, min_size=width, max_size=width), max_size=12))
    return np.array(drawn, dtype=float).reshape(-1, width)


whole = st.integers(0, SIDE - 1).map(float)
odd = st.one_of(whole, st.sampled_from([np.inf, -np.inf, np.nan]))


@given(rows(odd))
def test_on_the_front_is_what_no_other_row_dominates(losses):
    finite = [row for row in losses if np.isfinite(row).all()]
    expected = [
        bool(np.isfinite(row).all())
        and not any((other <= row).all() and (other < row).any() for other in finite)
        for row in losses
    ]
    assert front(losses).tolist() == expected


@given(rows(odd))
def test_hypervolume_counts_the_unit_cubes_that_some_row_dominates(losses):
    width = losses.shape[1]
    finite = [row for row in losses if np.isfinite(row).all()]
    cubes = product(range(SIDE), repeat=width)
    dominated = sum(any((row <= cube).all() for row in finite) for cube in cubes)
    assert hypervolume(losses, np.full(width, float(SIDE))) == pytest.approx(dominated)


@given(rows(whole))
def test_what_is_beyond_the_reference_adds_nothing(losses):
    reference = np.full(losses.shape[1], 2.0)
    inside = losses[(losses < reference).all(axis=1)]
    assert hypervolume(losses, reference) == hypervolume(inside, reference)


def test_equal_rows_are_on_the_front_together():
    losses = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 3.0], [2.0, 2.0], [0.0, 9.0], [1.0, 2.0]])
    assert front(losses).tolist() == [True, True, False, False, True, True]


def test_a_front_of_many_pairs_needs_no_comparison_of_all_with_all():
    """All against all would take a hundred billion comparisons."""
    first = np.linspace(0, 1, 300_000)
    assert front(np.column_stack([first, 1 - first])).all()
