"""Random search, and its points that are spread evenly."""

from __future__ import annotations

import numpy as np

from benchmarks.hpo.surfaces import HARTMANN_6, searched
from search.surrogates.encoding import vectors


def points(seed: int, trials: int = 64, **options) -> np.ndarray:
    history = searched("random_search", HARTMANN_6, trials, seed, **options)
    space = HARTMANN_6.problem().space
    return vectors(space, [trial.candidate.config for trial in history])


def test_evenly_spread_points_fall_once_into_each_part_of_every_axis():
    for seed in range(3):
        for column in points(seed, evenly=True).T:
            assert sorted((64 * column).astype(int)) == list(range(64))


def test_draws_that_know_nothing_of_each_other_leave_gaps():
    assert len(set((64 * points(0)[:, 0]).astype(int))) < 64


def test_another_seed_spreads_its_points_elsewhere():
    assert not np.allclose(points(0, evenly=True), points(1, evenly=True))
