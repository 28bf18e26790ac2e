"""The end of a run is told as a band that most runs end in."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from search.eta import Piece, band


def the_end(times, workers):
    """When workers that take one after the other are done with all."""
    free = [0.0] * workers
    for time in times:
        heapq.heappush(free, heapq.heappop(free) + time)
    return max(free)


def a_hyper_parameter_search(rng):
    """Widths differ by eight, and with them what an epoch costs."""
    return [(10.0, 10 * 0.1 * 2 ** rng.uniform(0, 3)) for _ in range(60)]


def a_halving(rng):
    """Many short trainings, few long ones."""
    rungs = [(1, 27), (2, 9), (6, 3), (18, 1)]
    return [(e, e * 0.2 * 2 ** rng.uniform(0, 2) + 0.1) for e, n in rungs for _ in range(n)]


def an_evolution(rng):
    """Designs drift: later ones cost more."""
    drift = rng.normal(0, 0.004)
    return [(8.0, 8 * 0.3 * np.exp(drift * i + rng.normal(0, 0.3))) for i in range(40)]


@pytest.mark.parametrize("search", [a_hyper_parameter_search, a_halving, an_evolution])
def test_about_eight_of_ten_runs_end_inside_their_band(search):
    rng, inside, asked = np.random.default_rng(1), 0, 0
    for _ in range(60):
        pieces, workers = search(rng), int(rng.integers(1, 4))
        for share in (0.25, 0.5, 0.75):
            cut = int(share * len(pieces))
            done = [Piece("search", epochs, seconds) for epochs, seconds in pieces[:cut]]
            left = [Piece("search", epochs) for epochs, _ in pieces[cut:]]
            low, high = band(done, left, workers, rng)
            inside += low <= the_end([seconds for _, seconds in pieces[cut:]], workers) <= high
            asked += 1
    assert 0.65 <= inside / asked <= 0.97


def test_without_anything_trained_there_is_no_band(rng):
    assert band([], [Piece("search", 3)], 2, rng) is None
    assert band([Piece("search", 3, 1.0)], [], 2, rng) is None


def test_more_observations_make_it_narrower(rng):
    left = [Piece("search", 1)] * 20
    few, many = (band([Piece("search", 1, 2.0)] * n, left, 1, rng) for n in (1, 100))
    assert many[1] - many[0] < few[1] - few[0]


def test_a_stage_that_was_not_seen_yet_is_judged_by_those_that_were(rng):
    low, high = band([Piece("search", 10, 10.0)] * 50, [Piece("confirm", 30)], 4, rng)
    assert low < 30 < high
