"""TPE on Hartmann-6: jointly against each hyper-parameter on its own, and random search.

`python -m benchmarks.hpo.tpe_reach [--seeds 15] [--trials 100]`
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.hpo.surfaces import HARTMANN_6, best_so_far, searched
from search.surrogates.encoding import Array

GOAL, PART = 0.3, 0.5
"""Regret at the end, at most, and what part of that of the univariate one."""

ENTRANTS: dict[str, tuple[str, dict[str, bool]]] = {
    "random search": ("random_search", {}),
    "TPE, each on its own": ("tpe", {"alone": True}),
    "TPE, jointly": ("tpe", {"alone": False}),
}


def curves(name: str, trials: int, seeds: int) -> Array:
    """The least loss after each trial (seeds, trials)."""
    method, options = ENTRANTS[name]
    return np.array(
        [best_so_far(searched(method, HARTMANN_6, trials, s, **options)) for s in range(seeds)]
    )


def matched(curve: Array, level: float) -> str:
    """After how many trials a curve is as low as `level`."""
    reached = np.flatnonzero(curve <= level)
    return str(reached[0] + 1) if len(reached) else "not"


def report(trials: int, seeds: int) -> None:
    """Print a row for each entrant, and whether the goal is met."""
    found = {name: curves(name, trials, seeds) for name in ENTRANTS}
    medians = {name: np.median(each, axis=0) for name, each in found.items()}
    bar = medians["random search"][-1]
    print(f"| method | median regret at {trials} (quartiles) | random's median reached after |")
    print("|---|---|---|")
    for name, each in found.items():
        low, high = np.quantile(each[:, -1], (0.25, 0.75))
        end = medians[name][-1]
        print(f"| {name} | {end:.3f} ({low:.3f} to {high:.3f}) | {matched(medians[name], bar)} |")
    alone, joint = (medians[name][-1] for name in list(ENTRANTS)[1:])
    print(
        f"\nJointly {joint:.3f} (goal: {GOAL} at most), {joint / alone:.2f} of alone (goal: {PART})."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--trials", type=int, default=100)
    given = parser.parse_args()
    report(given.trials, given.seeds)
