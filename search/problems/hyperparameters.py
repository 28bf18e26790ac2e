"""What may be searched of each hyper-parameter of a kind of data, and the limits of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ConfigSpace import (
    Categorical,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    InCondition,
    Integer,
    hyperparameters,
)
from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)

from search.message import Message
from search.space import Space


@dataclass(frozen=True)
class Hyperparameter:
    """What may be searched of one hyper-parameter, and how it is explained.

    `minimum` and `maximum` are hard limits, `usual` the range of the ready-made space, in which one
    that is `fixed` keeps its default; `weights` say how often each choice is drawn there; `when`
    names the parent and then the values without which it has no effect. `default` is what training
    takes where a config does not say. One that is `extra` need not be in a space, and is not in the
    ready-made space of its kind.
    """

    name: str
    title: str
    help: str
    kind: Literal["float", "integer", "choice"]
    minimum: float | None = None
    maximum: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    usual: tuple[float, float] | None = None
    when: tuple[str, ...] = ()
    fixed: bool = False
    default: Any = None
    extra: bool = False


Hyperparameters = Mapping[str, Hyperparameter]
"""All that training on a kind of data reads, by name."""


def named(declared: Iterable[Hyperparameter]) -> dict[str, Hyperparameter]:
    return {h.name: h for h in declared}


def usual_space(name: str, known: Hyperparameters) -> Space:
    """Every hyper-parameter over its usual range."""
    space = ConfigurationSpace(name=name)
    usual = [h for h in known.values() if not h.extra]
    space.add([_searched(h) for h in usual])
    space.add([_condition(space, h) for h in usual if h.when])
    return Space(space)


def _condition(space: ConfigurationSpace, h: Hyperparameter) -> EqualsCondition | InCondition:
    parent, *values = h.when
    if len(values) == 1:
        return EqualsCondition(space[h.name], space[parent], values[0])
    return InCondition(space[h.name], space[parent], values)


def _searched(h: Hyperparameter) -> hyperparameters.Hyperparameter[Any, Any]:
    if h.fixed:
        return Constant(h.name, h.default)
    if h.usual is None:
        return Categorical(h.name, h.choices, weights=h.weights or None, default=h.default)
    low, high = h.usual
    if h.kind == "integer":
        return Integer(h.name, (int(low), int(high)), default=h.default, log=h.log)
    return Float(h.name, (float(low), float(high)), default=h.default, log=h.log)


def check(space: Space, known: Hyperparameters) -> dict[str, Message]:
    """What is wrong with a space, by hyper-parameter; empty if it can be searched.

    A hyper-parameter may be fixed to a constant, or a number be chosen from a list; it may be given
    any condition, because one that is inactive takes its default.
    """
    searched = space.configuration_space
    errors = {
        name: Message("Training knows no such hyper-parameter. Remove it.")
        for name in searched
        if name not in known
    }
    for name, h in known.items():
        if name not in searched:
            if h.extra:
                continue
            errors[name] = Message("Missing. Add this hyper-parameter, or fix it to one value.")
        elif error := _error(h, _ends(searched[name])):
            errors[name] = error
    return errors


def _ends(searched: hyperparameters.Hyperparameter[Any, Any]) -> tuple[Any, ...]:
    """The values between which everything that can be drawn lies, or all of them."""
    match searched:
        case CategoricalHyperparameter():
            return tuple(searched.choices)
        case OrdinalHyperparameter():
            return tuple(searched.sequence)
        case Constant():
            return (searched.value,)
        case UniformFloatHyperparameter() | UniformIntegerHyperparameter():
            return (searched.lower, searched.upper)
    return ()


def _error(h: Hyperparameter, values: tuple[Any, ...]) -> Message | None:
    if not values:
        return Message("Use a uniform range, a list of values, or a constant.")
    if h.kind == "choice":
        unknown = [str(value) for value in values if value not in h.choices]
        named = {"unknown": ", ".join(unknown), "known": ", ".join(h.choices)}
        return Message("Unknown: %(unknown)s. Choose from %(known)s.", named) if unknown else None
    wanted: tuple[type, ...] = (int,) if h.kind == "integer" else (int, float)
    if not all(isinstance(value, wanted) and not isinstance(value, bool) for value in values):
        return Message("Use whole numbers." if h.kind == "integer" else "Use numbers.")
    assert h.minimum is not None
    assert h.maximum is not None
    if min(values) < h.minimum or max(values) > h.maximum:
        limits = {"minimum": f"{h.minimum:g}", "maximum": f"{h.maximum:g}"}
        return Message("Must lie between %(minimum)s and %(maximum)s.", limits)
    return None
