"""A model of the loss as slices through the best trial, for a page to draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from search.history import History, Trial
from search.insight import Seen, Slice, Slices
from search.method import Problem
from search.surrogates.encoding import Array, Axis, deactivate, vectors

STEPS = 41
"""Points of a slice along a number at most."""


class Scale(Protocol):
    """The scale of a model."""

    def losses(self, values: Array) -> Array:
        """Of values (n,) of the model the losses that they stand for."""


class Model(Protocol):
    """A belief about losses, and how much a trial would be worth."""

    @property
    def axes(self) -> Sequence[Axis]:
        """Of the space."""

    @property
    def warp(self) -> Scale:
        """What its predictions stand for."""

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Means (m,) and deviations (m,), on the scale of the warp."""

    def __call__(self, points: Array) -> Array:
        """The logarithm (m,) of a trial's merit."""


@dataclass(frozen=True)
class Surrogate:
    """A model that is put together of what a method has."""

    axes: Sequence[Axis]
    warp: Scale
    prediction: Callable[[Array], tuple[Array, Array]]
    merit: Callable[[Array], Array]

    def predict(self, points: Array) -> tuple[Array, Array]:
        return self.prediction(points)

    def __call__(self, points: Array) -> Array:
        return self.merit(points)


def slices_through(problem: Problem, history: History, through: Trial, model: Model) -> Slices:
    """One slice a hyper-parameter that is active in a trial, and all trials as they lie on it."""
    start = vectors(problem.space, [through.candidate.config])[0]
    places = [p for p, axis in enumerate(model.axes) if not (axis.is_fixed or np.isnan(start[p]))]
    cut = [_slice(problem, model, start, place) for place in places]
    names = [model.axes[place].name for place in places]
    return Slices(through.number, cut, [seen_of(trial, names) for trial in history.finished()])


def _slice(problem: Problem, model: Model, start: Array, place: int) -> Slice:
    axis = model.axes[place]
    steps = along(problem, axis)
    points = np.tile(start, (len(steps), 1))
    points[:, place] = steps
    points = deactivate(problem.space, points)
    mean, deviation = model.predict(points)
    lows, means, highs = (model.warp.losses(mean + by * deviation) for by in (-1, 0, 1))
    merit = model(points)
    return Slice(
        name=axis.name,
        values=values_at(problem, axis, steps),
        means=means.tolist(),
        lows=lows.tolist(),
        highs=highs.tolist(),
        merits=np.exp(merit - merit.max()).tolist(),
    )


def along(problem: Problem, axis: Axis) -> Array:
    """Places of an axis: every choice, or steps of which each stands at a value of its own."""
    if axis.choices:
        return np.arange(axis.choices, dtype=float)
    steps = np.linspace(0, 1, STEPS)
    if not axis.step:
        return steps
    whole = problem.space.configuration_space[axis.name]
    return np.unique(whole.to_vector(whole.to_value(steps)))


def values_at(problem: Problem, axis: Axis, steps: Array) -> list[Any]:
    """The hyper-parameter's own values at places of its axis."""
    hyperparameter = problem.space.configuration_space[axis.name]
    return [v.item() if isinstance(v, np.generic) else v for v in hyperparameter.to_value(steps)]


def seen_of(trial: Trial, names: Sequence[str]) -> Seen:
    """A trial as it lies along the hyper-parameters of these names."""
    config = trial.candidate.config
    loss = trial.loss if np.isfinite(trial.loss) else None
    return Seen(trial.number, [config.get(name) for name in names], loss)
