"""Search spaces: a thin face over ConfigSpace with unit-cube vectors and JSON both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace
from ConfigSpace.exceptions import (
    ActiveHyperparameterNotSetError,
    ForbiddenValueError,
    IllegalValueError,
    InactiveHyperparameterSetError,
)

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]

_REFUSALS = (
    ActiveHyperparameterNotSetError,
    ForbiddenValueError,
    IllegalValueError,
    InactiveHyperparameterSetError,
    KeyError,
    ValueError,
    TypeError,
)


class SpaceError(ValueError):
    """This is not a search space, or this configuration is not in it."""


class Space:
    """A set of hyper-parameters with their ranges, conditions and forbidden clauses."""

    def __init__(self, configuration_space: ConfigurationSpace) -> None:
        self.configuration_space = configuration_space

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.configuration_space.keys())

    @property
    def parents(self) -> frozenset[str]:
        """The hyper-parameters that others depend on."""
        conditions = self.configuration_space.conditions
        return frozenset(name for condition in conditions for name in _parents(condition))

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw one configuration from the prior; all randomness comes from `rng`."""
        self.configuration_space.seed(int(rng.integers(2**31)))
        return _plain(self.configuration_space.sample_configuration())

    def default(self) -> dict[str, Any]:
        return _plain(self.configuration_space.get_default_configuration())

    def vector(self, config: Mapping[str, Any]) -> Vector:
        """Encode `config` as shape (n,), numbers in [0, 1], categories as their index, inactive as NaN.

        Raises SpaceError if the configuration is not in the space.
        """
        return np.asarray(self._configuration(config).get_array(), dtype=np.float64).copy()

    def config(self, vector: Vector) -> dict[str, Any]:
        """Decode what `vector` encodes; a vector of an encoded configuration gives it back."""
        return _plain(Configuration(self.configuration_space, vector=np.asarray(vector).copy()))

    def is_active(self, name: str, above: Mapping[str, Any]) -> bool:
        """Whether a hyper-parameter counts under the values of those before it in `names`."""
        conditions = self.configuration_space.parent_conditions_of[name]
        return all(
            all(parent in above for parent in _parents(condition))
            and bool(condition.satisfied_by_value(dict(above)))
            for condition in conditions
        )

    def check(self, config: Mapping[str, Any]) -> None:
        """Raise SpaceError unless `config` is in the space."""
        self._configuration(config)

    def _configuration(self, config: Mapping[str, Any]) -> Configuration:
        try:
            return Configuration(self.configuration_space, values=dict(config))
        except _REFUSALS as error:
            raise SpaceError(str(error)) from error

    def to_json(self) -> dict[str, Any]:
        """ConfigSpace's own format, 0.4, without the fields that say nothing."""
        raw = self.configuration_space.to_serialized_dict()
        return cast(dict[str, Any], json.loads(json.dumps(_without_nulls(raw))))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Space:
        """Read ConfigSpace's format, or raise SpaceError with what is wrong."""
        try:
            space = ConfigurationSpace.from_serialized_dict(_with_nulls(document))
        except Exception as error:  # the document is a person's; anything may be wrong
            raise SpaceError(f"This is not a search space: {error}") from error
        if not len(space):
            raise SpaceError("A search space needs at least one hyper-parameter.")
        return cls(space)


def _parents(condition: Any) -> list[str]:
    """The hyper-parameters that a condition looks at; one that is inactive fulfils none."""
    parts = getattr(condition, "components", None)
    return [n for part in parts for n in _parents(part)] if parts else [condition.parent.name]


def _plain(configuration: Configuration) -> dict[str, Any]:
    """Values as Python's own types, so that they are equal after a trip through JSON."""
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in configuration.items()
    }


def _without_nulls(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in raw.items() if value is not None}
    kept["hyperparameters"] = [
        {key: value for key, value in hyperparameter.items() if value is not None}
        for hyperparameter in raw["hyperparameters"]
    ]
    return kept


def _with_nulls(document: Mapping[str, Any]) -> dict[str, Any]:
    full = json.loads(json.dumps(document))
    full.setdefault("name", None)
    full.setdefault("conditions", [])
    full.setdefault("forbiddens", [])
    for hyperparameter in full["hyperparameters"]:
        hyperparameter.setdefault("meta", None)
        if hyperparameter.get("type") == "categorical":
            hyperparameter.setdefault("weights", None)
    return cast(dict[str, Any], full)
