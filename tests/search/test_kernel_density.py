"""BOHB's kernel densities: they are densities on any space, and draws fall where points are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.surrogates.encoding import Axis, axes_of, deactivate, vectors
from search.surrogates.kernel_density import LEAST, KernelDensity
from tests.search.test_parzen import conditional

NUMBER, CHOICE, SINGLE = Axis("rate"), Axis("kind", choices=3), Axis("only", choices=1)

numbers = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def column(values) -> np.ndarray:
    return np.array(values, dtype=float).reshape(-1, 1)


@given(numbers)
def test_the_density_of_a_number_holds_one_in_all(values):
    edge = np.linspace(0, 1, 20_001)
    middles = (edge[1:] + edge[:-1]) / 2
    density = np.exp(KernelDensity((NUMBER,), column(values)).log_density(column(middles)))
    assert density.mean() == pytest.approx(1, abs=5e-3)


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=1, max_size=30))
def test_the_shares_of_choices_sum_to_one_and_none_is_impossible(seen):
    density = KernelDensity((CHOICE,), column(seen))
    shares = np.exp(density.log_density(column(range(3))))
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()


def test_a_choice_with_a_single_level_is_no_division_by_zero():
    density = KernelDensity((SINGLE, NUMBER), np.array([[0, 0.2], [0, 0.4]]))
    drawn = density.sample(50, np.random.default_rng(0))
    assert (drawn[:, 0] == 0).all()
    assert np.isfinite(density.log_density(drawn)).all()


def test_points_that_lie_on_one_another_still_have_a_width():
    density = KernelDensity((NUMBER, CHOICE), np.array([[0.3, 1.0]] * 5))
    assert (density.bandwidths == LEAST).all()
    assert np.isfinite(density.log_density(np.array([[0.9, 2.0]]))).all()


def test_bandwidths_follow_the_normal_reference_rule():
    points = np.random.default_rng(0).random((40, 1))
    expected = 1.06 * points.std() * 40 ** (-1 / 5)
    assert KernelDensity((NUMBER,), points).bandwidths == pytest.approx([expected])


@given(st.permutations(range(3)))
def test_it_does_not_matter_in_which_order_choices_are_declared(order):
    seen = np.array([0, 0, 0, 1, 1, 2])
    renamed = np.array(order)[seen]
    one, other = (KernelDensity((CHOICE,), column(s)) for s in (seen, renamed))
    assert other.log_density(column(order)) == pytest.approx(one.log_density(column(range(3))))


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_every_draw_is_a_config_of_its_space_and_has_a_density(seed):
    space = conditional()
    axes, rng = axes_of(space), np.random.default_rng(seed)
    density = KernelDensity(axes, vectors(space, [space.sample(rng) for _ in range(6)]))
    drawn = deactivate(space, density.sample(10, rng))
    assert np.isfinite(density.log_density(drawn)).all()
    for point in drawn:
        space.check(space.config(point))


def test_draws_fall_where_points_are():
    density = KernelDensity((NUMBER,), column([0.7, 0.72, 0.74]))
    drawn = density.sample(500, np.random.default_rng(0))
    assert abs(drawn - 0.72).mean() < 0.1


def test_the_density_sees_what_belongs_together():
    points = np.array([[0.1, 0.1], [0.9, 0.9]] * 10)
    together, apart = KernelDensity((NUMBER, NUMBER), points).log_density(
        np.array([[0.1, 0.1], [0.1, 0.9]])
    )
    assert together > apart + 1
