"""Methods of the catalogue on tables of architectures: many seeds, and their regret against random search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ConfigSpace import ConfigurationSpace, Constant

from benchmarks.nas.cells201 import Array, Cells, Table
from search.history import Candidate, History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Method, Objective, Problem
from search.space import Space

RESAMPLED = 2000
"""Draws of the bootstrap."""


def problem_of(*objectives: Objective, table: Table | None = None) -> Problem:
    """To find a cell; its accuracy is what counts, unless `objectives` are given. A `table` counts sizes."""
    space = ConfigurationSpace()
    space.add([Constant("epochs", 200)])
    wanted = objectives or (Objective("val_accuracy", maximise=True),)

    def count(candidate: Candidate) -> dict[str, float]:
        assert table is not None
        return {"params": table.values(str(candidate.genotype))["params"]}

    return Problem(
        "table",
        Space(space),
        "nowhere:never",
        wanted,
        architectures=Cells(),
        count=count if table else None,
    )


@dataclass(frozen=True)
class Setting:
    """How a table is asked: queries a run, trainings at once, and the deviation of their accuracy.

    Of a run the `judged` cells that looked best are judged once more, without noise.
    """

    queries: int = 300
    workers: int = 1
    noise: float = 0.0
    judged: int = 1


def searched(plan: Plan, problem: Problem, table: Table, setting: Setting) -> History:
    """A run of `plan` on a table: all trainings take as long, so they end in the order of their begin."""
    luck = np.random.default_rng([plan.seed, 201])
    trials: list[Trial] = []
    open_from = 0
    for number in range(1, setting.queries + setting.workers):
        if number <= setting.queries:
            proposal = next_proposal(plan, problem, History(tuple(trials)))
            assert proposal is not None
            trials.append(trial_of(proposal, number))
        if number >= setting.workers:
            trial = trials[open_from]
            values = table.values(str(trial.candidate.genotype))
            values["val_accuracy"] += setting.noise * float(luck.standard_normal())
            trials[open_from] = replace(
                trial,
                state=TrialState.COMPLETE,
                values=values,
                losses=problem.losses(values),
                ended=open_from + 1,
            )
            open_from += 1
    return History(tuple(trials))


def regrets_of(
    method: Method, options: Any, table: Table, seeds: Sequence[int], setting: Setting | None = None
) -> Array:
    """The regret (n,) of a run with each seed: how far its best cell is below the best of the table."""
    setting, problem = setting or Setting(), problem_of(table=table)
    plans = (Plan(method, options, seed, setting.queries) for seed in seeds)
    return np.array([_regret(searched(p, problem, table, setting), table, setting) for p in plans])


def _regret(history: History, table: Table, setting: Setting) -> float:
    best = history.ranked()[: setting.judged]
    return float(table.regrets([trial.candidate.genotype for trial in best]).min())


@dataclass(frozen=True)
class Estimate:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def mean(values: Array) -> Estimate:
    """The mean with its interval, by bootstrap."""
    return _bootstrapped((values,), lambda drawn: drawn.mean(axis=1))


def ratio(ours: Array, theirs: Array) -> Estimate:
    """How the mean of one compares with that of the other, by bootstrap of both."""
    return _bootstrapped((ours, theirs), lambda a, b: a.mean(axis=1) / b.mean(axis=1))


def _bootstrapped(samples: Sequence[Array], statistic: Callable[..., Array]) -> Estimate:
    rng = np.random.default_rng(0)
    drawn = (rng.choice(values, size=(RESAMPLED, len(values))) for values in samples)
    low, high = np.quantile(statistic(*drawn), [0.025, 0.975])
    return Estimate(float(statistic(*(v[None] for v in samples))[0]), float(low), float(high))


def compared(rows: Mapping[str, Array]) -> str:
    """A table of the mean regret of each row and its ratio to the first row, which is random search."""
    against = next(iter(rows.values()))
    lines = ["| method | seeds | mean regret | ratio to random |", "|---|---|---|---|"]
    for title, found in rows.items():
        told = "1" if found is against else str(ratio(found, against))
        lines.append(f"| {title} | {len(found)} | {mean(found)} | {told} |")
    return "\n".join(lines)
