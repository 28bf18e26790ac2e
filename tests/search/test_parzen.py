"""Parzen estimators: they are densities, and they are high where points are."""

from __future__ import annotations

import numpy as np
import pytest
from ConfigSpace import (
    AndConjunction,
    Categorical,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    GreaterThanCondition,
    Integer,
)
from hypothesis import given
from hypothesis import strategies as st

from search.space import Space
from search.surrogates.encoding import Axis, axes_of, deactivate, gather, spread, vectors
from search.surrogates.parzen import Parzen, gap_widths, joint_widths

NUMBER, CHOICE = Axis("rate"), Axis("kind", choices=3)


def conditional() -> Space:
    space = ConfigurationSpace()
    space.add(
        [
            Categorical("kind", ["a", "b", "c"]),
            Float("inner", (0.0, 1.0)),
            Float("deep", (1e-4, 1.0), log=True),
            Integer("layers", (1, 9)),
            Constant("fixed", 3),
        ]
    )
    inner = EqualsCondition(space["inner"], space["kind"], "a")
    deep = AndConjunction(
        GreaterThanCondition(space["deep"], space["inner"], 0.5),
        EqualsCondition(space["deep"], space["kind"], "a"),
    )
    space.add([inner, deep])
    return Space(space)


def density(values, widths=joint_widths, axis=NUMBER) -> Parzen:
    points = np.array(values, dtype=float).reshape(-1, 1)
    return Parzen((axis,), points, widths((axis,), points))


numbers = st.lists(st.floats(0, 1), max_size=30)


@given(numbers, st.sampled_from([joint_widths, gap_widths]))
def test_the_density_of_a_number_holds_one_in_all(values, widths):
    middles = (np.arange(4000) + 0.5) / 4000
    found = np.exp(density(values, widths).log_density(middles[:, None]))
    assert found.mean() == pytest.approx(1, abs=2e-3)


@given(st.lists(st.integers(0, 2), max_size=30))
def test_the_shares_of_choices_sum_to_one_and_none_is_impossible(seen):
    shares = np.exp(density(seen, axis=CHOICE).log_density(np.arange(3.0)[:, None]))
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()


@given(numbers, st.integers(0, 2**32 - 1))
def test_what_is_drawn_lies_in_the_cube_and_comes_again_from_the_same_seed(values, seed):
    first, again = (density(values).sample(20, np.random.default_rng(seed)) for _ in range(2))
    assert (first == again).all()
    assert ((first >= 0) & (first <= 1)).all()


def test_draws_are_as_dense_as_the_density_says():
    parzen = density([0.2, 0.25, 0.9])
    drawn = parzen.sample(40_000, np.random.default_rng(0))[:, 0]
    found, edges = np.histogram(drawn, bins=20, range=(0, 1), density=True)
    middles = (edges[1:] + edges[:-1]) / 2
    assert found == pytest.approx(np.exp(parzen.log_density(middles[:, None])), abs=0.1)


def test_an_axis_that_is_inactive_says_nothing():
    axes = (CHOICE, NUMBER)
    points = np.array([[0, 0.5], [1, np.nan], [1, np.nan]])
    parzen = Parzen(axes, points, joint_widths(axes, points))
    without = Parzen((CHOICE,), points[:, :1], joint_widths((CHOICE,), points[:, :1]))
    asked = np.array([[1, np.nan]])
    assert parzen.log_density(asked) == pytest.approx(without.log_density(asked[:, :1]))


def test_the_joint_density_sees_what_belongs_together():
    axes = (Axis("x"), Axis("y"))
    points = np.array([[0.1, 0.1], [0.9, 0.9]] * 10)
    parzen = Parzen(axes, points, joint_widths(axes, points))
    together, apart = parzen.log_density(np.array([[0.1, 0.1], [0.1, 0.9]]))
    assert together > apart + 1


@given(st.integers(0, 2**32 - 1))
def test_vectors_of_configs_are_active_where_their_conditions_hold(seed):
    space = conditional()
    rng = np.random.default_rng(seed)
    encoded = vectors(space, [space.sample(rng) for _ in range(8)])
    filled = np.where(np.isnan(encoded), 0.7, encoded)
    assert np.array_equal(deactivate(space, filled), encoded, equal_nan=True)


@given(st.integers(0, 2**32 - 1))
def test_every_draw_is_a_config_of_its_space(seed):
    space = conditional()
    axes, rng = axes_of(space), np.random.default_rng(seed)
    points = vectors(space, [space.sample(rng) for _ in range(6)])
    drawn = Parzen(axes, points, joint_widths(axes, points)).sample(10, rng)
    for point in deactivate(space, drawn):
        space.check(space.config(point))


@given(st.integers(0, 2**32 - 1))
def test_configs_are_encoded_as_the_space_encodes_each(seed):
    space = conditional()
    rng = np.random.default_rng(seed)
    configs = [space.sample(rng) for _ in range(8)]
    one_by_one = np.array([space.vector(config) for config in configs])
    assert np.array_equal(vectors(space, configs), one_by_one, equal_nan=True)


@given(st.integers(0, 2**32 - 1))
def test_the_cube_of_numbers_and_choices_leads_back(seed):
    space = conditional()
    axes, rng = axes_of(space), np.random.default_rng(seed)
    points = vectors(space, [space.sample(rng) for _ in range(8)])
    there = spread(axes, points)
    assert ((there >= 0) & (there <= 1)).all()
    back = deactivate(space, gather(axes, there))
    assert np.array_equal(back, points, equal_nan=True)
