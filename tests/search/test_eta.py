"""The end of a run is told as a band that most runs end in."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from search.brackets import brackets
from search.eta import Piece, band
from search.strategies import hyperband

RUNS = 40


def a_hyper_parameter_search(rng):
    """Widths differ by eight, and with them what an epoch costs; the best is trained once more."""
    costs = 0.1 * 2 ** rng.uniform(0, 3, size=rng.integers(20, 60))
    trials = [("search", 10.0, 10 * cost * np.exp(rng.normal(0, 0.05)) + 0.3) for cost in costs]
    return [*trials, ("confirm", 10.0, 12 * rng.choice(costs))]


def a_hyperband(rng):
    """Many short trainings, few long ones, and those of the same candidates; each takes a while to begin."""
    pieces = []
    for bracket in brackets(hyperband.Options(max_epochs=27)):
        costs = 0.2 * 2 ** rng.uniform(0, 2, size=bracket[0].size)
        behind = 0
        for rung in bracket:
            costs = rng.permutation(costs)[: rung.size]
            epochs = float(rung.resource - behind)
            pieces += [("search", epochs, epochs * cost + 0.2) for cost in costs]
            behind = rung.resource
    return [*pieces, ("confirm", 27.0, 27 * 1.2 * costs[0])]


def an_evolution(rng):
    """Designs drift: later ones cost more, or less."""
    drift = rng.normal(0, 0.004)
    costs = [0.3 * np.exp(drift * i + rng.normal(0, 0.3)) for i in range(rng.integers(20, 60))]
    return [*(("search", 8.0, 8 * cost) for cost in costs), ("confirm", 8.0, 9.6 * costs[-1])]


def a_search_that_shares_weights(rng):
    """One long training, then some that cost about half as much an epoch."""
    cost = np.exp(rng.normal(0, 0.5))
    ratio = 0.5 * np.exp(rng.normal(0, 0.4))
    costs = [cost * ratio * np.exp(rng.normal(0, 0.15)) for _ in range(rng.integers(3, 7))]
    evaluated = [("evaluate", 12.0, 12 * each) for each in costs]
    return [("search", 12.0, 12 * cost), *evaluated, ("confirm", 12.0, 14.4 * costs[0])]


def spans_of(pieces, workers):
    """Begin and end of each piece: stage after stage, on workers that take one after the other."""
    spans, over = [], 0.0
    for stage in dict.fromkeys(stage for stage, _, _ in pieces):
        free = [over] * workers
        for seconds in (s for of, _, s in pieces if of == stage):
            begin = heapq.heappop(free)
            heapq.heappush(free, begin + seconds)
            spans.append((begin, begin + seconds))
        over = max(free)
    return spans


def at(now, pieces, spans):
    """What is done and what is left at that time; what trains has told of its whole epochs."""
    done, left = [], []
    for (stage, epochs, seconds), (begin, end) in zip(pieces, spans, strict=True):
        told = np.floor(epochs * np.clip((now - begin) / (end - begin), 0, 1) + 1e-9)
        if told:
            done.append(Piece(stage, told, seconds * told / epochs))
        if told < epochs:
            left.append(Piece(stage, epochs - told - (0.5 if begin < now else 0)))
    return done, left


@pytest.mark.parametrize(
    "search", [a_hyper_parameter_search, a_hyperband, an_evolution, a_search_that_shares_weights]
)
def test_about_eight_of_ten_runs_end_inside_their_band(search):
    rng, inside = np.random.default_rng(1), []
    for _ in range(RUNS):
        pieces, workers = search(rng), int(rng.integers(1, 4))
        spans = spans_of(pieces, workers)
        over = max(end for _, end in spans)
        for share in (0.25, 0.5, 0.75):
            low, high = band(*at(share * over, pieces, spans), workers, rng)
            inside.append(low <= (1 - share) * over <= high)
    assert 0.65 <= np.mean(inside) <= 0.97


def test_without_anything_trained_there_is_no_band(rng):
    assert band([], [Piece("search", 3)], 2, rng) is None


def test_with_nothing_left_it_is_over(rng):
    assert band([Piece("search", 3, 1.0)], [], 2, rng) == (0.0, 0.0)


def test_the_same_numbers_give_the_same_band():
    done, left = [Piece("search", 10, 3.0), Piece("search", 10, 5.0)], [Piece("search", 10)] * 9
    first, second = (band(done, left, 2, np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_more_observations_make_it_narrower(rng):
    left = [Piece("search", 1)] * 20
    few, many = (band([Piece("search", 1, 2.0)] * n, left, 1, rng) for n in (1, 100))
    assert many[1] - many[0] < few[1] - few[0]


def test_a_stage_that_was_not_seen_yet_is_judged_by_those_that_were(rng):
    low, high = band([Piece("search", 10, 10.0)] * 50, [Piece("confirm", 30)], 4, rng)
    assert low < 1.15 * 30 < high


def test_stages_follow_each_other_and_the_pieces_of_one_are_trained_side_by_side(rng):
    done = [Piece("search", 10, 10.0)] * 50
    low, high = band(done, [Piece("search", 10)] * 4 + [Piece("evaluate", 20)], 4, rng)
    alone_low, alone_high = band(done, [Piece("search", 10)] * 4, 4, rng)
    assert alone_low < 10 < alone_high
    assert low < 10 + 0.5 * 20 < high


def test_half_a_worker_takes_twice_as_long(rng):
    done, left = [Piece("search", 10, 10.0)] * 50, [Piece("search", 10)] * 4
    low, high = band(done, left, 0.5, rng)
    assert low < 80 < high


def test_what_a_trial_takes_to_begin_is_not_taken_for_epochs(rng):
    done = [Piece("search", epochs, 5 + 0.1 * epochs) for epochs in (1, 2, 5, 10, 20) * 10]
    low, high = band(done, [Piece("search", 100)], 1, rng)
    assert low < 15 < high


def test_very_many_pieces_are_shared_out_evenly(rng):
    low, high = band([Piece("search", 10, 10.0)] * 50, [Piece("search", 10)] * 5000, 2, rng)
    assert low < 25_000 < high
