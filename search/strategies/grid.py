"""Grid search: every combination of a few levels of each hyper-parameter, in an order drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    Constant,
    Hyperparameter,
    OrdinalHyperparameter,
)

from search.history import Candidate, History
from search.insight import Points
from search.message import Message
from search.method import CONFIG, Method, Problem, Proposal
from search.options import option
from search.space import Space
from search.surrogates.places import coverage, free

MOST = 100_000
"""Points of a grid that are counted one by one: no run has more trials."""


@dataclass(frozen=True)
class Options:
    """Options of grid search."""

    levels: int = option(
        3,
        title="Levels",
        help="Values of each number, in the middle of as many equal parts of its range; of the range of "
        "its logarithm where that is searched. Choices have all their values.",
        minimum=1,
        maximum=100,
    )


class Grid:
    """The points of a grid, numbered without being listed: a grid may have more than fit anywhere.

    A hyper-parameter that is inactive under the values before it adds no factor, so a conditional
    space is the sum over its branches, not the product.
    """

    def __init__(self, space: Space, levels: int) -> None:
        self.space = space
        declared = space.configuration_space
        self.names = tuple(declared.keys())  # parents come before their children
        self.levels = {name: _levels(declared[name], levels) for name in self.names}
        self._conditions = {n: declared.parent_conditions_of[n] for n in self.names}
        parents = {p.name for c in declared.conditions for p in _parents(c)}
        self._parents = tuple(name in parents for name in self.names)
        self._counted: dict[Any, int] = {}

    @cached_property
    def size(self) -> int:
        return self.count({})

    def count(self, fixed: Mapping[str, Any]) -> int:
        """How many points have the values `fixed`."""
        self._counted = {}
        return self._below(0, {}, fixed)

    def _below(self, place: int, above: Mapping[str, Any], fixed: Mapping[str, Any]) -> int:
        """How many ways there are to go on from the values `above` of those before `place`."""
        if place == len(self.names):
            return 1
        # What is below depends only on the values that conditions look at.
        known = (place, tuple(v for n, v in above.items() if self._parents[self.names.index(n)]))
        if known not in self._counted:
            name = self.names[place]
            self._counted[known] = sum(
                self._below(place + 1, after, fixed)
                for value, after in self._steps(name, above)
                if name not in fixed or value == fixed[name]
            )
        return self._counted[known]

    def _steps(
        self, name: str, above: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """The values that a hyper-parameter may take, with what stands then; None where it is inactive."""
        if not all(_holds(condition, above) for condition in self._conditions[name]):
            yield None, above
            return
        for value in self.levels[name]:
            yield value, {**above, name: value}

    def point(self, index: int) -> dict[str, Any]:
        """The point with this number, by mixed radix."""
        self._counted = {}
        config: Mapping[str, Any] = {}
        for place, name in enumerate(self.names):
            for _value, after in self._steps(name, config):
                below = self._below(place + 1, after, {})
                if index < below:
                    config = after
                    break
                index -= below
        return dict(config)


def _levels(hyperparameter: Hyperparameter[Any, Any], count: int) -> tuple[Any, ...]:
    """The values of one hyper-parameter; whole numbers that several levels would round to, once."""
    match hyperparameter:
        case CategoricalHyperparameter():
            return tuple(hyperparameter.choices)
        case OrdinalHyperparameter():
            return tuple(hyperparameter.sequence)
        case Constant():
            return (hyperparameter.value,)
    middles = (np.arange(count) + 0.5) / count
    values = (hyperparameter.to_value(middle) for middle in middles)
    return tuple(dict.fromkeys(v.item() if isinstance(v, np.generic) else v for v in values))


def _parents(condition: Any) -> list[Any]:
    parts = getattr(condition, "components", None)
    return [p for part in parts for p in _parents(part)] if parts else [condition.parent]


def _holds(condition: Any, above: Mapping[str, Any]) -> bool:
    """Whether a child may be active; an inactive parent makes it inactive."""
    return all(p.name in above for p in _parents(condition)) and bool(
        condition.satisfied_by_value(dict(above))
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """A point that was not tried, drawn at random: a grid that is cut off is still a fair sample."""
    grid = Grid(problem.space, options.levels)
    tried = {int(trial.memo["point"]) for trial in history.proposed()}
    for index in _order(grid.size, tried, rng):
        candidate = Candidate(grid.point(index))
        if problem.allows(candidate):
            values = {"number": len(tried) + 1, "of": grid.size}
            why = Message("Point %(number)s of a grid of %(of)s, in random order", values)
            return Proposal(candidate, why=why, memo={"point": index})
    return None


def _order(size: int, tried: set[int], rng: np.random.Generator) -> Iterator[int]:
    """Points that were not tried, in an order drawn at random."""
    if size > MOST and 2 * len(tried) < size:
        for _ in range(MOST):  # draws that hit what was tried are few
            index = _number_below(size, rng)
            if index not in tried:
                yield index
        return
    left = np.setdiff1d(np.arange(size), np.fromiter(tried, int, len(tried)))
    yield from map(int, rng.permutation(left))


def _number_below(size: int, rng: np.random.Generator) -> int:
    """A whole number below `size`, however large; 8 bytes more than needed leave no part preferred."""
    return int.from_bytes(rng.bytes(size.bit_length() // 8 + 9), "little") % size


def plan(problem: Problem, options: Options) -> list[float]:
    """The epochs of each point: those of the middle level, if all are trained in epochs."""
    grid = Grid(problem.space, options.levels)
    by_epochs = problem.fidelity("epochs") is not None
    epochs = grid.levels.get("epochs", (1,)) if by_epochs else (1,)
    return [float(epochs[len(epochs) // 2])] * min(grid.size, MOST)


def insight(problem: Problem, history: History, options: Options) -> Points:
    """The trials, and the values that they have tried: the levels of the grid, however many there are."""
    levels = Grid(problem.space, options.levels).levels
    return coverage(problem, history, [len(levels[axis.name]) for axis in free(problem)])


METHOD = Method(
    name="grid",
    title="Grid search",
    family="Hyper-parameter optimisation",
    paper="Bergstra & Bengio, Random search for hyper-parameter optimization, JMLR 2012, section 1",
    summary=(
        "Tries every combination of a few values of each hyper-parameter. Complete and easy to read, "
        "and soon very large: two more levels or one more hyper-parameter multiply the work."
    ),
    use_when=(
        "There are two or three hyper-parameters with a few values each, and a table of all "
        "combinations is wanted."
    ),
    avoid_when=(
        "There are more than three or four hyper-parameters: the number of points is the product "
        "of their levels."
    ),
    corrected=(
        "It is said to be thorough. Of each hyper-parameter it tries as many values as it has "
        "levels, however many trials there are, so most of them tell nothing new about the one "
        "that matters."
    ),
    propose=propose,
    options=Options,
    searches=(CONFIG,),
    plan=plan,
    insight=insight,
)
