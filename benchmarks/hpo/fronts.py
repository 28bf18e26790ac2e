"""Two objectives: how much of the hypervolume that can be had is missing after some trials.

`python -m benchmarks.hpo.fronts [METHOD ...] [--trials 200] [--seeds 10]`

ZDT1 to ZDT3 in ten dimensions (Zitzler, Deb & Thiele, "Comparison of multiobjective evolutionary
algorithms", Evolutionary Computation 2000), whose fronts are known, measured from the worst that they
have; and the recorded networks of `digits_mlp.py`: error after all epochs and training time, measured
from the worst of the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace, Float

from benchmarks.hpo.digits_mlp import recording
from benchmarks.hpo.simulated import bootstrap
from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Objective, Problem
from search.methods import METHODS
from search.pareto import hypervolume
from search.space import Space
from search.surrogates.encoding import Array

DEFAULT = ("random_search", "nsga2")
D, FINE = 10, 2001
"""Dimensions of ZDT, and points of its fronts."""


@dataclass(frozen=True)
class Plane:
    """Two losses (2,) of a config, the worst of them (2,), and the front (n, 2)."""

    name: str
    space: Space
    losses: Callable[[Mapping[str, Any]], Array]
    worst: Array
    front: Array

    def missing(self, seen: Array) -> float:
        """The share of the front's hypervolume that is not dominated by what was seen (n, 2)."""
        return 1 - hypervolume(seen, self.worst) / hypervolume(self.front, self.worst)


SHAPES: Mapping[str, Callable[[Array, Array], Array]] = {
    "ZDT1": lambda first, g: 1 - np.sqrt(first / g),
    "ZDT2": lambda first, g: 1 - (first / g) ** 2,
    "ZDT3": lambda first, g: 1 - np.sqrt(first / g) - first / g * np.sin(10 * np.pi * first),
}


def zdt(name: str) -> Plane:
    shape, declared = SHAPES[name], ConfigurationSpace()
    declared.add([Float(f"x{place}", (0.0, 1.0)) for place in range(D)])
    line = np.linspace(0, 1, FINE)

    def losses(config: Mapping[str, Any]) -> Array:
        x = np.array([config[f"x{place}"] for place in range(D)])
        g = 1 + 9 * x[1:].mean()
        return np.array([x[0], g * shape(x[0], g)])

    best = np.stack([line, shape(line, np.ones(FINE))], axis=1)
    return Plane(name, Space(declared), losses, np.array([1.0, 10.0]), best)


def networks() -> Plane:
    table = recording()
    pairs = np.stack([table.errors[:, -1], table.seconds[:, -1]], axis=1)
    return Plane(
        "recorded networks",
        table.space,
        lambda config: pairs[table.row(config)],
        pairs.max(axis=0),
        pairs,
    )


def path(plane: Plane, method: str, trials: int, seed: int) -> Array:
    """The missing share after each tenth of the trials (10,)."""
    found = METHODS[method]
    plan, history = Plan(found, found.options(), seed, 1_000_000), History()
    objectives = Objective("first"), Objective("second")
    problem = Problem(plane.name, plane.space, "nowhere:never", objectives)
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        trial = trial_of(proposal, number)
        first, second = (float(loss) for loss in plane.losses(trial.candidate.config))
        ended = replace(
            trial,
            state=TrialState.COMPLETE,
            values={"first": first, "second": second},
            losses=(first, second),
            ended=number,
        )
        history = History((*history.trials, ended))
    seen = np.array([trial.losses for trial in history])
    ends = np.linspace(trials / 10, trials, 10).round().astype(int)
    return np.array([plane.missing(seen[:end]) for end in ends])


def report(names: Sequence[str], trials: int, seeds: int) -> None:
    """Print a row for each problem and method."""
    print(f"Missing hypervolume after {trials // 2} and {trials} trials; {seeds} seeds.\n")
    print("| problem | method | half-way | at the end | of the first method's (95 %) |")
    print("|---" * 5 + "|")
    for plane in (*map(zdt, SHAPES), networks()):
        first: Array | None = None
        for name in names:
            found = np.array([path(plane, name, trials, seed) for seed in range(seeds)])
            means, errors = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(seeds)
            first = found[:, -1] if first is None else first
            low, high = bootstrap(found[:, -1], first)
            cells = " | ".join(f"{means[at]:.2%} ± {errors[at]:.2%}" for at in (4, -1))
            ratio = means[-1] / first.mean()
            print(
                f"| {plane.name} | {name} | {cells} | {ratio:.2f} ({low:.2f} to {high:.2f}) |",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=DEFAULT)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    report(given.methods, given.trials, given.seeds)
