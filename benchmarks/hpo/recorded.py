"""Searches on recorded trainings: a configuration is answered by the row of a table nearest to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace

from search.method import Fidelity, Objective, Problem
from search.space import Space
from search.surrogates.encoding import Array, axes_of, spread, vectors

TABLES = Path(__file__).parent / "tables"

Train = Callable[[Mapping[str, Any], int], tuple[Array, Array]]
"""Trains a config with a seed; its errors and its CPU seconds, each (budgets,)."""


@dataclass(frozen=True)
class Recording:
    """What configurations (n, d) of a space came to at each budget: errors and CPU seconds (n, b).

    Budgets are in the order of their size; `seconds` counts from the beginning of a training.
    """

    space: Space
    budgets: Array
    points: Array
    errors: Array
    seconds: Array

    def row(self, config: Mapping[str, Any]) -> int:
        """The row nearest to a config in the unit cube."""
        axes = axes_of(self.space)
        asked = spread(axes, vectors(self.space, [config]))
        return int(np.square(spread(axes, self.points) - asked).sum(axis=1).argmin())

    def target(self, share: float) -> float:
        """The error at the full budget that this share of the rows reaches, 0.02 for the top 2 %."""
        ranked = np.sort(self.errors[:, -1])
        return float(ranked[max(1, round(share * len(ranked))) - 1])

    def problem(self, fidelity: Fidelity) -> Problem:
        return Problem(
            "recorded", self.space, "nowhere:never", (Objective("error"),), (), (fidelity,)
        )


def record(
    name: str, declared: ConfigurationSpace, budgets: Array, train: Train, count: int, seed: int
) -> None:
    """Train `count` configurations drawn with `seed`, and write their table."""
    space, rng = Space(declared), np.random.default_rng(seed)
    configs = [space.sample(rng) for _ in range(count)]
    errors, seconds = (np.empty((count, len(budgets))) for _ in range(2))
    for number, config in enumerate(configs):
        errors[number], seconds[number] = train(config, number)
        if number % 50 == 49:
            print(f"{number + 1} of {count}, best {errors[: number + 1, -1].min():.4f}", flush=True)
    TABLES.mkdir(exist_ok=True)
    np.savez_compressed(
        TABLES / f"{name}.npz",
        budgets=budgets,
        points=vectors(space, configs).astype(np.float32),
        errors=errors.astype(np.float32),
        seconds=seconds.astype(np.float16),
    )


def read(name: str, declared: ConfigurationSpace) -> Recording:
    """The table of this name; the commands that write it are in docs/benchmarks.md."""
    with np.load(TABLES / f"{name}.npz") as stored:
        arrays = {key: stored[key].astype(np.float64) for key in stored.files}
    return Recording(Space(declared), **arrays)
