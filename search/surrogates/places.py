"""Trials as points on axes from 0 to 1, for a page to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from search import insight
from search.history import History, Trial
from search.insight import Point, Points
from search.method import Problem
from search.surrogates.encoding import Array, Axis, axes_of, vectors

MOST = 500
"""Points that are drawn at most, beside those that the search goes on from."""

TICKS = 5
"""Steps of a linear axis, at most."""

DECADES = 1.6
"""Powers of ten that an axis must span if marks at these alone are to be enough."""


def free(problem: Problem) -> list[Axis]:
    """The axes on which trials can differ."""
    return [axis for axis in axes_of(problem.space) if not axis.is_fixed]


def axes(
    problem: Problem, trials: Sequence[Trial], levels: Sequence[float] = ()
) -> list[insight.Axis]:
    """The free hyper-parameters; `levels` are those of a grid, if the trials are compared with one."""
    told = []
    for place, axis in enumerate(free(problem)):
        seen = {t.candidate.config[axis.name] for t in trials if axis.name in t.candidate.config}
        hyperparameter = problem.space.configuration_space[axis.name]
        ticks = _choices(axis, hyperparameter) if axis.choices else _numbers(hyperparameter)
        compared = int(levels[place]) if levels else None
        told.append(insight.Axis(axis.name, False, ticks, len(seen), compared))
    return told


def points(problem: Problem, trials: Sequence[Trial]) -> list[Point]:
    """One a trial, with its places and values on the free axes."""
    drawn = free(problem)
    encoded = vectors(problem.space, [trial.candidate.config for trial in trials])
    index = [problem.space.names.index(axis.name) for axis in drawn]
    widths = np.array([max(axis.choices, 1) for axis in drawn], dtype=float)
    middles = np.array([0.5 if axis.choices else 0.0 for axis in drawn])
    placed = (encoded[:, index] + middles) / widths
    return [
        Point(
            number=trial.number,
            places=rounded(row),
            values=[trial.candidate.config.get(axis.name) for axis in drawn],
            loss=trial.loss if math.isfinite(trial.loss) else None,
        )
        for trial, row in zip(trials, placed, strict=True)
    ]


def coverage(problem: Problem, history: History, levels: Sequence[float]) -> Points:
    """All trials and, beside what they have tried of each axis, what a grid of as many tries."""
    known = history.incumbent()
    told = points(problem, history.trials)
    best = [replace(p, best=known is not None and p.number == known.number) for p in told]
    return Points("", axes(problem, history.trials, levels), drawn(best))


def drawn(told: Sequence[Point]) -> list[Point]:
    """The latest of the points, and those earlier ones that still count."""
    first = len(told) - MOST
    return [p for place, p in enumerate(told) if place >= first or p.alive or p.best]


def rounded(row: Array, digits: int = 4) -> list[float | None]:
    """Places as they are told; None in place of what is no number."""
    return [None if math.isnan(place) else place for place in np.round(row, digits).tolist()]


def objectives(problem: Problem, trials: Sequence[Trial]) -> list[insight.Axis]:
    """The objectives as axes, each from the least to the largest value that a trial has."""
    told = []
    for objective in problem.objectives:
        values = _values(trials, objective.name)
        low, high = _span(values)
        ticks = [((value - low) / (high - low), value) for value in linear(low, high)]
        known = len(set(values[np.isfinite(values)].tolist()))
        told.append(insight.Axis(objective.name, True, ticks, known))
    return told


def reached(problem: Problem, trials: Sequence[Trial]) -> list[tuple[list[Any], list[Any]]]:
    """Of each trial the places and the values on the axes of the objectives."""
    columns, scaled = [], []
    for objective in problem.objectives:
        values = _values(trials, objective.name)
        low, high = _span(values)
        columns.append([value if math.isfinite(value) else None for value in values.tolist()])
        scaled.append(rounded((values - low) / (high - low)))
    return [
        ([column[n] for column in scaled], [column[n] for column in columns])
        for n in range(len(trials))
    ]


def _values(trials: Sequence[Trial], name: str) -> Array:
    found = np.array([trial.values.get(name, math.nan) for trial in trials], dtype=float)
    return np.where(np.isfinite(found), found, np.nan)


def _span(values: Array) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _choices(axis: Axis, hyperparameter: Any) -> list[tuple[float, Any]]:
    """Each in the middle of a part of the axis of its own."""
    values = _plain(hyperparameter.to_value(np.arange(axis.choices, dtype=float)))
    return [((place + 0.5) / axis.choices, value) for place, value in enumerate(values)]


def _numbers(hyperparameter: Any) -> list[tuple[float, Any]]:
    low, high = _plain(hyperparameter.to_value(np.array([0.0, 1.0])))
    values = logarithmic(low, high) if getattr(hyperparameter, "log", False) else linear(low, high)
    if isinstance(low, int):
        values = sorted({round(value) for value in values})
    return list(zip(hyperparameter.to_vector(np.array(values)).tolist(), values, strict=True))


def linear(low: float, high: float) -> list[float]:
    """Round values between two numbers."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(np.clip(count * step, low, high)) for count in range(first, last + 1)]


def logarithmic(low: float, high: float) -> list[float]:
    """Powers of ten between two numbers; where these would be few, twice and five times these, too."""
    factors = (1, 2, 5) if math.log10(high / low) < DECADES else (1,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [factor * 10.0**power for power in powers for factor in factors]
    within = [float(np.clip(v, low, high)) for v in values if 0.999 * low <= v <= 1.001 * high]
    return within if len(within) > 2 else linear(low, high)


def _plain(values: Any) -> list[Any]:
    """Values as Python's own types."""
    return [value.item() if isinstance(value, np.generic) else value for value in values]
