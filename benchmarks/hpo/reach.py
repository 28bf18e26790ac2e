"""What the methods reach on surfaces with a known minimum, with seeds and spread.

python -m benchmarks.hpo.reach rbf|swarm|game|forest|evolution [--seeds 15]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.hpo.surfaces import ACKLEY_20, HARTMANN_6, Surface, best_so_far, searched
from search.surrogates.encoding import Array

LEVELS = np.linspace(0, 1, 7)


def _on_levels(cube: Array) -> float:
    """Hartmann-6 where each axis has seven values."""
    return HARTMANN_6.loss(LEVELS[np.abs(cube[:, None] - LEVELS).argmin(axis=1)])


STEPS = Surface("Hartmann-6 on 7 levels", 6, _on_levels)

PARTS: Mapping[str, tuple[Surface, int, tuple[str, ...]]] = {
    "rbf": (ACKLEY_20, 200, ("random_search", "tpe", "particle_swarm", "rbf")),
    "swarm": (ACKLEY_20, 200, ("random_search", "particle_swarm")),
    "game": (STEPS, 100, ("random_search", "tpe", "fictitious_play")),
    "forest": (HARTMANN_6, 100, ("random_search", "tpe", "random_forest")),
    "evolution": (ACKLEY_20, 200, ("random_search", "particle_swarm", "cma_es")),
}


def paths(method: str, surface: Surface, trials: int, seeds: int, **options: Any) -> Array:
    """The least loss after each trial (seeds, trials)."""
    runs = (searched(method, surface, trials, seed, **options) for seed in range(seeds))
    return np.array([best_so_far(run) for run in runs])


def passes(found: Array, bar: float) -> Array:
    """After how many trials each run (seeds,) is as good as `bar`; infinite if it never is."""
    reached = found <= bar
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, np.inf)


def report(part: str, seeds: int, tell: Callable[[str], None] = print) -> None:
    """A line a method: what it has reached, and when it passed where the others ended."""
    surface, trials, methods = PARTS[part]
    found = {method: paths(method, surface, trials, seeds) for method in methods}
    bars = {method: float(np.median(found[method][:, -1])) for method in methods}
    tell(f"{surface.name}, {trials} trials, seeds 0 to {seeds - 1}; median [quartiles]")
    for method in methods:
        low, middle, high = np.percentile(found[method][:, -1], [25, 50, 75])
        path = np.median(found[method], axis=0)[None]
        when = ", ".join(
            f"{other} at {passes(path, bar)[0]:g}" for other, bar in bars.items() if other != method
        )
        tell(f"{method:16} {middle:6.3f} [{low:.3f}, {high:.3f}]  its median passes {when}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--seeds", type=int, default=15)
    arguments = parser.parse_args()
    for part in arguments.parts:
        report(part, arguments.seeds)


if __name__ == "__main__":
    main()
