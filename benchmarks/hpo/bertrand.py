"""What it costs to find the best of a table of trainings: Hyperband, with and without a Gaussian process.

`python -m benchmarks.hpo.bertrand [METHOD ...] [--seeds 20] [--share 0.004]`

The table is that of `kernel_ridge.py`. A unit of cost is a training on all images, and one on a third of
them costs a third. The goal is reached when a configuration of the best share was trained on all. Only
what is in the table can be trained: who draws at random draws rows, and what a method proposes beside
them is taken for the nearest row that was not tried.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from benchmarks.hpo.kernel_ridge import NAME, SIZES, space
from benchmarks.hpo.recorded import Recording, read
from search.history import Candidate, History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Problem
from search.methods import METHODS
from search.surrogates.encoding import axes_of, spread, vectors

FIDELITY = Fidelity("train_fraction", SIZES[0] / SIZES[-1], 1.0, resumes=False)
DEFAULT = ("random_search", "gaussian_process", "hyperband", "hyperband_gp", "bohb")
LONGEST, MANY = round(SIZES[-1] / SIZES[0]), 1_000_000
OF_HYPERBAND, OF_BAYESIAN = 1.3, 5.0


@dataclass(frozen=True)
class Pool(Problem):
    """A problem whose candidates are the rows of a table."""

    rows: tuple[Candidate, ...] = ()

    def sample(self, rng: np.random.Generator) -> Candidate:
        return self.rows[rng.integers(len(self.rows))]


class Desk:
    """The table, and which of its rows were tried."""

    def __init__(self, table: Recording, fidelity: Fidelity = FIDELITY) -> None:
        self.table, self.axes = table, axes_of(table.space)
        rows = tuple(Candidate(table.space.config(point)) for point in table.points)
        self.number = {str(row.config): number for number, row in enumerate(rows)}
        plain = table.problem(fidelity)
        self.problem = Pool(**{f.name: getattr(plain, f.name) for f in fields(plain)}, rows=rows)
        self.spread = spread(self.axes, table.points)
        self.free = np.ones(len(rows), dtype=bool)

    def row(self, candidate: Candidate) -> int:
        """Its own row, or the nearest one that is free."""
        number = self.number.get(str(candidate.config))
        if number is None:
            asked = spread(self.axes, vectors(self.table.space, [candidate.config]))
            distances = np.square(self.spread - asked).sum(axis=1)
            number = int(np.where(self.free, distances, np.inf).argmin())
        self.free[number] = False
        return number


def cost(name: str, table: Recording, target: float, seed: int, patience: float) -> float:
    """What was spent until the goal was reached; all of the patience if it was not."""
    method = METHODS[name]
    endless = {"min_epochs": 1, "max_epochs": LONGEST, "cycles": 100}
    known = {field.name for field in fields(method.options)}
    options: Any = method.options(**{k: v for k, v in endless.items() if k in known})
    plan, desk, history, spent = Plan(method, options, seed, MANY), Desk(table), History(), 0.0
    while spent < patience:
        proposal = next_proposal(plan, desk.problem, history)
        assert proposal is not None
        trial = trial_of(proposal, len(history) + 1)
        share = trial.fidelity.get(FIDELITY.name, 1.0)
        budget = int(np.abs(table.budgets / table.budgets[-1] - share).argmin())
        row = desk.row(trial.candidate)
        error = float(table.errors[row, budget])
        spent += share
        if share == 1 and error <= target:
            return spent
        ended = replace(
            trial,
            candidate=desk.problem.rows[row],
            state=TrialState.COMPLETE,
            values={"error": error},
            losses=(error,),
            ended=trial.number,
        )
        history = History((*history.trials, ended))
    return patience


def report(names: Sequence[str], seeds: int, share: float, patience: float) -> None:
    """Print a row for each method, and the ratios that are wanted."""
    table = read(NAME, space())
    target = table.target(share)
    print(f"Goal: {target:.2%} error, the best {share:.1%} of the table; {seeds} seeds.\n")
    print("| method | mean cost | standard error | median | not reached |\n|---|---|---|---|---|")
    means = {}
    for name in names:
        found = np.array([cost(name, table, target, seed, patience) for seed in range(seeds)])
        means[name], error = found.mean(), found.std(ddof=1) / np.sqrt(seeds)
        missed = int((found >= patience).sum())
        print(
            f"| {name} | {means[name]:.1f} | {error:.1f} | {np.median(found):.1f} | {missed} |",
            flush=True,
        )
    for other, goal in (("hyperband", OF_HYPERBAND), ("gaussian_process", OF_BAYESIAN)):
        if {other, "hyperband_gp"} <= means.keys():
            ratio = means[other] / means["hyperband_gp"]
            print(f"\n{other} costs {ratio:.1f} times as much as hyperband_gp; goal: {goal}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=DEFAULT)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.004)
    parser.add_argument("--patience", type=float, default=100.0)
    given = parser.parse_args()
    report(given.methods, given.seeds, given.share, given.patience)
