"""A model of the loss as slices through the best trial, for a page to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from search.history import History, Trial
from search.insight import Seen, Slice, Slices
from search.method import Problem
from search.surrogates.encoding import Array, Axis, deactivate, vectors
from search.surrogates.merit import Merit

STEPS = 41
"""Points of a slice along a number."""


def slices_through(problem: Problem, history: History, merit: Merit) -> Slices:
    """One slice a hyper-parameter that is active in the best trial, and the trials as they lie on it."""
    best = history.ranked()[0]
    start = vectors(problem.space, [best.candidate.config])[0]
    places = [p for p, axis in enumerate(merit.axes) if not (axis.is_fixed or np.isnan(start[p]))]
    cut = [_slice(problem, merit, start, place) for place in places]
    names = [merit.axes[place].name for place in places]
    return Slices(best.number, cut, [_seen(trial, names) for trial in history.finished()])


def _slice(problem: Problem, merit: Merit, start: Array, place: int) -> Slice:
    axis = merit.axes[place]
    along = np.linspace(0, 1, STEPS) if not axis.choices else np.arange(axis.choices, dtype=float)
    points = np.tile(start, (len(along), 1))
    points[:, place] = along
    points = deactivate(problem.space, points)
    mean, deviation = merit.predict(points)
    lows, means, highs = (merit.warp.losses(mean + by * deviation) for by in (-1, 0, 1))
    log_merit = merit(points)
    return Slice(
        name=axis.name,
        values=_values(problem, axis, along),
        means=means.tolist(),
        lows=lows.tolist(),
        highs=highs.tolist(),
        merits=np.exp(log_merit - log_merit.max()).tolist(),
    )


def _values(problem: Problem, axis: Axis, along: Array) -> list[Any]:
    """The hyper-parameter's own values at places of its axis."""
    hyperparameter = problem.space.configuration_space[axis.name]
    return [v.item() if isinstance(v, np.generic) else v for v in hyperparameter.to_value(along)]


def _seen(trial: Trial, names: Sequence[str]) -> Seen:
    config = trial.candidate.config
    loss = trial.loss if np.isfinite(trial.loss) else None
    return Seen(trial.number, [config.get(name) for name in names], loss)
