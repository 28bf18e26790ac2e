"""A grid against random search where few axes matter: how near each comes to the optimum on those.

    python -m benchmarks.hpo.grid_random [--repeats 200]

Bergstra & Bengio, JMLR 2012, figure 1: a bowl in the unit cube of which some axes matter, which and where
the optimum is being drawn anew each time.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace, Float

from search.draws import is_tried
from search.history import History
from search.loop import Plan, next_proposal, trial_of
from search.method import Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.strategies.grid import Grid
from search.surrogates.encoding import Array, vectors

Places = np.ndarray[Any, np.dtype[np.int64]]

CASES = ((1, 3, 4), (1, 4, 3), (2, 4, 3))
"""Axes that matter, axes, and levels of the grid; as many trials as the grid has points."""


def problem(d: int) -> Problem:
    space = ConfigurationSpace()
    space.add([Float(f"x{number}", (0.0, 1.0)) for number in range(d)])
    return Problem("bowl", Space(space), "nowhere:never", (Objective("loss"),))


def grid_points(on: Problem, levels: int) -> Array:
    grid = Grid(on.space, levels)
    return vectors(on.space, [grid.point(index) for index in range(grid.size)])


def random_points(on: Problem, trials: int, seed: int) -> Array:
    method = METHODS["random_search"]
    plan, history = Plan(method, method.options(), seed, trials), History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, on, history)
        assert proposal is not None
        assert not is_tried(proposal.candidate, history)
        history = History((*history.trials, trial_of(proposal, number)))
    return vectors(on.space, [trial.candidate.config for trial in history])


def nearest(points: Array, live: Places, optimum: Array) -> float:
    """How near the best of the points comes on the axes that matter: the root of its mean square."""
    distances = np.sqrt(((points[:, live] - optimum) ** 2).mean(axis=1))
    return float(distances.min())


def compare(matter: int, d: int, levels: int, repeats: int) -> tuple[Array, Array]:
    """Distances (repeats,) of the grid and of random search."""
    on, chances = problem(d), np.random.default_rng(0)
    grid, found = grid_points(on, levels), []
    for repeat in range(repeats):
        live = chances.choice(d, size=matter, replace=False)
        optimum = chances.random(matter)
        drawn = random_points(on, len(grid), repeat)
        found.append((nearest(grid, live, optimum), nearest(drawn, live, optimum)))
    both = np.array(found)
    return both[:, 0], both[:, 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    repeats = parser.parse_args().repeats
    for matter, d, levels in CASES:
        grid, random = compare(matter, d, levels, repeats)
        print(
            f"{matter} of {d} axes matter, {levels**d} trials: grid {grid.mean():.4f}, random "
            f"{random.mean():.4f} (deviation {random.std():.4f}), ratio "
            f"{grid.mean() / random.mean():.1f}, random nearer in {(random < grid).mean():.0%}"
        )


if __name__ == "__main__":
    main()
