"""Rows beside those of `compare.py`: Optuna's TPE and NNI's evolution, in an environment of their own.

    python benchmarks/nas/peers.py accuracies.json --seeds 100

`compare.py --write accuracies.json` writes the accuracies of all cells. Both choose the operations of six
edges by their own defaults.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nni
import optuna
from nni.nas.evaluator import FunctionalEvaluator
from nni.nas.execution import SequentialExecutionEngine
from nni.nas.nn.pytorch import ModelSpace
from nni.nas.space import RawFormatModelSpace
from nni.nas.strategy import RegularizedEvolution

OPS, EDGES = 5, 6
Ask = Callable[[tuple[int, ...]], float]


def optuna_tpe(accuracy: Ask, queries: int, seed: int) -> None:
    """Six categoricals, each by its own densities, as is Optuna's default."""
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))

    def trial(asked: optuna.Trial) -> float:
        edges = range(EDGES)
        return accuracy(tuple(asked.suggest_categorical(f"e{e}", list(range(OPS))) for e in edges))

    study.optimize(trial, n_trials=queries)


class Cell(ModelSpace):  # type: ignore[misc]
    """A cell as NNI declares it; it trains nothing."""

    chosen: tuple[int, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        for edge in range(EDGES):
            self.add_mutable(nni.choice(f"e{edge}", list(range(OPS))))

    def freeze(self, sample: Mapping[str, Any]) -> Cell:
        """The cell of a sample."""
        made = Cell()
        made.chosen = tuple(sample[f"e{edge}"] for edge in range(EDGES))
        return made


def nni_evolution(accuracy: Ask, queries: int, seed: int) -> None:
    """Population 100, samples of 25, each operation drawn anew with probability 0.05; no cell twice."""
    space = RawFormatModelSpace.from_model(Cell())
    space.evaluator = FunctionalEvaluator(
        lambda model: nni.report_final_result(accuracy(model.chosen))
    )
    engine = SequentialExecutionEngine(max_model_count=queries)
    RegularizedEvolution(seed=seed)(space, engine)


PEERS = {"Optuna's TPE": optuna_tpe, "NNI's regularised evolution": nni_evolution}


def regret(
    peer: Callable[[Ask, int, int], None], table: list[float], queries: int, seed: int
) -> float:
    """Percentage points between the best cell that a peer has asked for and the best there is."""
    seen: list[float] = []

    def accuracy(cell: tuple[int, ...]) -> float:
        seen.append(table[int("".join(map(str, cell)), OPS)])
        return seen[-1]

    peer(accuracy, queries, seed)
    return max(table) - max(seen[:queries])


def main(arguments: argparse.Namespace) -> None:
    """Print the regrets of each peer, and their mean."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.disable(logging.WARNING)
    table = json.loads(arguments.table.read_text())
    for title, peer in PEERS.items():
        found = [regret(peer, table, arguments.queries, seed) for seed in range(arguments.seeds)]
        error = statistics.stdev(found) / len(found) ** 0.5
        print(
            f"| {title} | {len(found)} | {statistics.mean(found):.3f} ± {error:.3f} |", flush=True
        )


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("table", type=Path)
    asked.add_argument("--queries", type=int, default=300)
    asked.add_argument("--seeds", type=int, default=30)
    main(asked.parse_args())
