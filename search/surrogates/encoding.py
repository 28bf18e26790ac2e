"""A search space as axes of the unit cube, for the models that strategies share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import CategoricalHyperparameter, Constant, OrdinalHyperparameter

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


def vectors(space: Space, configs: Sequence[Any]) -> Array:
    """Encode configs as (n, d), with NaN where a hyper-parameter is inactive."""
    encoded = [space.vector(config) for config in configs]
    return np.array(encoded).reshape(len(encoded), len(space.names))


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
