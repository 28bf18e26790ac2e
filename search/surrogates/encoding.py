"""A search space as axes of the unit cube, for the models that strategies share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    Constant,
    NumericalHyperparameter,
    OrdinalHyperparameter,
)

from search.space import Space

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Axis:
    """One hyper-parameter: its place in a vector, and its choices; 0 for a number.

    Values of a choice are encoded as their index, those of a number in [0, 1], `step` apart; 0 if
    they are continuous. `only` encodes what is fixed.
    """

    name: str
    choices: int = 0
    step: float = 0.0
    only: float = 0.0

    @property
    def is_fixed(self) -> bool:
        return self.choices == 1


def axes_of(space: Space) -> tuple[Axis, ...]:
    """The axes of a space, in the order of its vectors."""
    declared = space.configuration_space
    return tuple(_axis(declared[name]) for name in space.names)


def _axis(hyperparameter: Any) -> Axis:
    match hyperparameter:
        case Constant():
            only = float(hyperparameter.to_vector(hyperparameter.value))
            return Axis(hyperparameter.name, choices=1, only=only)
        case CategoricalHyperparameter():
            return Axis(hyperparameter.name, choices=len(hyperparameter.choices))
        case OrdinalHyperparameter():
            return Axis(hyperparameter.name, choices=len(hyperparameter.sequence))
    size = float(hyperparameter.size)
    return Axis(hyperparameter.name, step=1 / (size - 1) if np.isfinite(size) else 0.0)


def vectors(space: Space, configs: Sequence[Mapping[str, Any]]) -> Array:
    """Encode configs of the space as (n, d), with NaN where a hyper-parameter is inactive.

    Axis by axis, since thousands of trials are encoded at each proposal.
    """
    encoded = np.full((len(configs), len(space.names)), np.nan)
    for place, name in enumerate(space.names):
        rows = [row for row, config in enumerate(configs) if name in config]
        values = [configs[row][name] for row in rows]
        encoded[rows, place] = _encoded(space.configuration_space[name], values)
    return encoded


def _encoded(hyperparameter: Any, values: Sequence[Any]) -> Any:
    """Numbers all at once; of choices, each of which there are few, every one but once."""
    if isinstance(hyperparameter, NumericalHyperparameter):
        return hyperparameter.to_vector(np.array(values))
    codes = {value: hyperparameter.to_vector(value) for value in set(values)}
    return [codes[value] for value in values]


def deactivate(space: Space, points: Array) -> Array:
    """The points (n, d) with NaN on every axis whose conditions do not hold; parents come first."""
    declared = space.configuration_space
    place = {name: index for index, name in enumerate(space.names)}
    points = points.copy()
    for name in space.names:
        for condition in declared.parent_conditions_of[name]:
            above = points[:, [place[parent.name] for parent in parents_of(condition)]]
            holds = condition.satisfied_by_vector_array(points.T) & ~np.isnan(above).any(axis=1)
            points[~holds, place[name]] = np.nan
    return points


def parents_of(condition: Any) -> list[Any]:
    """The hyper-parameters that a condition looks at, those of its parts where it has any."""
    parts = getattr(condition, "components", None)
    return [p for part in parts for p in parents_of(part)] if parts else [condition.parent]


def spread(axes: Sequence[Axis], points: Array) -> Array:
    """Points (n, d) as (n, e) in the unit cube: a number as it is, a choice one axis a value.

    What is inactive lies in the middle of all values; what is fixed has no axis.
    """
    columns = [_spread(axis, points[:, place]) for place, axis in enumerate(axes)]
    return np.concatenate(columns, axis=1)


def _spread(axis: Axis, values: Array) -> Array:
    if axis.is_fixed:
        return np.empty((len(values), 0))
    if not axis.choices:
        return np.nan_to_num(values, nan=0.5)[:, None]
    known = ~np.isnan(values)
    columns = np.full((len(values), axis.choices), 1 / axis.choices)
    columns[known] = np.eye(axis.choices)[values[known].astype(int)]
    return columns


def gather(axes: Sequence[Axis], points: Array) -> Array:
    """The way back: points (n, e) as (n, d), of a choice the value whose axis reaches highest."""
    gathered = np.empty((len(points), len(axes)))
    at = 0
    for place, axis in enumerate(axes):
        width = 0 if axis.is_fixed else max(axis.choices, 1)
        columns = points[:, at : at + width]
        at += width
        if axis.is_fixed:
            gathered[:, place] = axis.only
        else:
            gathered[:, place] = columns.argmax(axis=1) if axis.choices else columns[:, 0]
    return gathered
