"""NSGA-II on the tables of NAS-Bench-201: cells that are accurate and fast, against random search."""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.nas.cells201 import Array, Table, read_table
from benchmarks.nas.compare import parser
from benchmarks.nas.tabular import Setting, mean, problem_of, ratio, searched
from search.loop import Plan
from search.method import Objective, Problem
from search.methods import METHODS
from search.pareto import hypervolume

SECOND = ("latency_ms", "params")
GUESSED = 15.0
"""Percent that a cell without a way through it does not reach."""

METHOD_NAMES = {"random_search": "random search", "nsga2": "NSGA-II as offered"}


def missing(history: Array, reference: Array, most: float) -> float:
    """The share of the table's hypervolume that losses (n, 2) do not dominate."""
    return 1 - hypervolume(history, reference) / most


def losses_of(problem: Problem, table: Table) -> Array:
    """The losses (n, 2) of all cells that learnt something: those without a way through guess."""
    second = getattr(table, problem.objectives[1].name)
    return np.stack([-table.accuracy, second], axis=1)[table.accuracy > GUESSED]


def main(arguments: argparse.Namespace) -> None:
    """Print the missing share of the hypervolume for each pair of objectives and each method."""
    table = read_table(arguments.wheel, arguments.images)
    setting = Setting(arguments.queries, arguments.workers)
    print("| objectives | method | missing hypervolume | ratio to random |\n|---|---|---|---|")
    for second in SECOND:
        problem = problem_of(Objective("val_accuracy", maximise=True), Objective(second))
        every = losses_of(problem, table)
        reference = every.max(axis=0)
        most = hypervolume(every, reference)
        found: dict[str, Array] = {}
        for name, title in METHOD_NAMES.items():
            method = METHODS[name]
            plans = (
                Plan(method, method.options(), seed, arguments.queries)
                for seed in range(arguments.seeds)
            )
            runs = (searched(plan, problem, table, setting) for plan in plans)
            told = (np.array([trial.losses for trial in run]) for run in runs)
            found[name] = np.array([missing(losses, reference, most) for losses in told])
            against = ratio(found[name], found["random_search"]) if name == "nsga2" else "1"
            print(f"| accuracy, {second} | {title} | {mean(found[name])} | {against} |", flush=True)


if __name__ == "__main__":
    main(parser().parse_args())
