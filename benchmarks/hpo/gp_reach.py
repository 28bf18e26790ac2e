"""Bayesian optimisation on Hartmann-6: how near it is after some trials, and when random search is passed.

`python -m benchmarks.hpo.gp_reach [--seeds 30] [--trials 60] [--kernels likeliest|drawn]`
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.hpo.surfaces import HARTMANN_6, best_so_far, searched
from search.strategies.gaussian_process import DRAWN, LIKELIEST
from search.surrogates.encoding import Array

RANDOM_TRIALS, AT, GOAL = 100, 40, 0.05
"""Random search is given so many trials; the regret, at most, that is wanted after so many."""

SECOND_BEST = 0.12
"""The regret at the bottom of the second-best basin."""


def curves(method: str, trials: int, seeds: int, **options: object) -> Array:
    """The least loss after each trial (seeds, trials)."""
    runs = (searched(method, HARTMANN_6, trials, seed, **options) for seed in range(seeds))
    return np.array([best_so_far(run) for run in runs])


def report(trials: int, seeds: int, kernels: str) -> None:
    """Print the quartiles as the trials go on, and what was wanted."""
    bar = float(np.median(curves("random_search", RANDOM_TRIALS, seeds)[:, -1]))
    found = curves("gaussian_process", trials, seeds, kernels=kernels)
    print("| trials | median regret (quartiles) | mean |\n|---|---|---|")
    for at in range(20, trials + 1, 10):
        low, middle, high = np.quantile(found[:, at - 1], (0.25, 0.5, 0.75))
        print(f"| {at} | {middle:.3f} ({low:.3f} to {high:.3f}) | {found[:, at - 1].mean():.3f} |")
    passed = np.where((found <= bar).any(axis=1), (found <= bar).argmax(axis=1) + 1, np.inf)
    low, middle, high = np.quantile(passed, (0.25, 0.5, 0.75), method="nearest")
    then = found[:, min(AT, trials) - 1]
    print(
        f"\nRandom search's {bar:.2f} after {RANDOM_TRIALS} trials is passed after {middle:g} ",
        end="",
    )
    print(
        f"({low:g} to {high:g}); goal: 30. Median after {AT}: {np.median(then):.3f}; goal: {GOAL}."
    )
    print(f"Better than the second-best basin can be: {(then < SECOND_BEST).sum()} of {seeds}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--kernels", choices=(LIKELIEST, DRAWN), default=LIKELIEST)
    given = parser.parse_args()
    report(given.trials, given.seeds, given.kernels)
