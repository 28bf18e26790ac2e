"""The Gaussian process, its fit, and the scale of its values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from search.surrogates import gaussian
from search.surrogates.encoding import Axis
from search.surrogates.gaussian import GaussianProcess, Inputs, Kernel, fit
from search.surrogates.observations import Warp
from search.surrogates.slices import drawn_kernels

AXES = (Axis("x"), Axis("colour", choices=3), Axis("y"))


def some(count: int, seed: int = 0) -> Inputs:
    rng = np.random.default_rng(seed)
    points = rng.random((count, 3))
    points[:, 1] = rng.integers(3, size=count)
    points[::4, 2] = np.nan
    return Inputs.of(AXES, points)


def values_at(inputs: Inputs) -> np.ndarray:
    points = inputs.points
    found = np.sin(5 * points[:, 0]) + (points[:, 1] == 1)
    values: np.ndarray = (found - found.mean()) / found.std()
    return values


def test_the_posterior_passes_through_what_was_seen_and_doubts_what_was_not():
    points = some(12)
    process = GaussianProcess(points, values_at(points), Kernel(np.eye(1), np.full(3, 0.3), 1e-6))
    mean, deviation = process.predict(points)
    assert np.allclose(mean, values_at(points), atol=1e-3)
    far = Inputs.of(AXES, np.array([[5.0, 2.0, 5.0]]))
    assert deviation.max() < 0.01 < process.predict(far)[1][0]


def test_joint_draws_have_the_moments_that_are_predicted():
    points = some(8)
    process = GaussianProcess(points, values_at(points), Kernel(np.eye(1), np.full(3, 0.5), 1e-3))
    asked = some(5, seed=1)
    drawn = process.draw(asked, 20_000, np.random.default_rng(0))
    mean, deviation = process.predict(asked)
    assert np.allclose(drawn.mean(axis=1), mean, atol=0.03)
    assert np.allclose(drawn.std(axis=1), deviation, atol=0.03)


@pytest.mark.parametrize("features", [1, 2])
def test_the_gradient_of_the_fit_is_that_of_its_loss(features):
    points = some(10)
    told = np.random.default_rng(0).random((10, features))
    distances, values = gaussian.squares(points, points), values_at(points)
    size = features * (features + 1) // 2 + 4
    for theta in (np.zeros(size), np.random.default_rng(1).normal(size=size)):
        error = check_grad(
            lambda t: gaussian._loss(t, distances, told, values)[0],
            lambda t: gaussian._loss(t, distances, told, values)[1],
            theta,
        )
        assert error < 1e-3


def test_the_fit_finds_out_which_axes_matter():
    points = some(60)
    kernel = fit(points, values_at(points))
    assert kernel.scales[0] < kernel.scales[2] / 3


def test_drawn_kernels_lie_around_the_likeliest_one():
    points = some(30)
    rng = np.random.default_rng(0)
    drawn = drawn_kernels(points, values_at(points), 20, rng)
    scales = np.log([kernel.scales[0] for kernel in drawn])
    assert abs(np.median(scales) - np.log(fit(points, values_at(points)).scales[0])) < 1
    assert len({kernel.noise for kernel in drawn}) == 20


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.integers(0, 3))
@settings(max_examples=60)
def test_losses_come_back_from_the_scale_of_the_model_but_for_the_very_bad(found, failed):
    losses = np.array(found + [np.inf] * failed)
    warp = Warp.of(losses)
    values = warp.values(losses)
    assert np.isfinite(values).all()
    wanted = np.minimum(np.where(np.isfinite(losses), losses, max(found)), warp.cap)
    assert warp.losses(values) == pytest.approx(wanted, rel=1e-4, abs=1e-4 * warp.scale)


def test_the_scale_keeps_the_order_of_losses():
    losses = np.sort(np.random.default_rng(0).lognormal(size=40))
    assert (np.diff(Warp.of(losses).values(losses)) >= 0).all()


def test_one_that_is_a_thousand_times_worse_leaves_the_others_apart():
    losses = np.array([0.1, 0.2, 0.3, 0.4, 1000.0])
    values = Warp.of(losses).values(losses)
    assert values[3] - values[0] > 1
