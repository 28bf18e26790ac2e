"""The words that methods, problems and the loop share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from search.history import Candidate, History, Report, Stage
from search.message import Message
from search.options import NoOptions
from search.space import Space


@dataclass(frozen=True)
class Objective:
    """What is optimised. Everything inside `search` is minimised; the sign is flipped here, once."""

    name: str
    maximise: bool = False

    def loss(self, values: Mapping[str, float]) -> float:
        """The value to minimise; infinite where the metric is missing or not a number."""
        value = values.get(self.name)
        if value is None or math.isnan(value):
            return math.inf
        return -value if self.maximise else value


@dataclass(frozen=True)
class Constraint:
    """An upper bound on a metric; trials beyond it are infeasible."""

    name: str
    maximum: float


@dataclass(frozen=True)
class Fidelity:
    """A budget that a trial may be given less of, and whether training can go on from less to more."""

    name: str
    minimum: float
    maximum: float
    resumes: bool


@dataclass(frozen=True)
class Context:
    """Everything about a training but the candidate: where it runs, how far, and from which checkpoint."""

    seed: int
    workdir: Path
    device: str = "cpu"
    stage: Stage = Stage.SEARCH
    fidelity: Mapping[str, float] = field(default_factory=dict)
    resume: Path | None = None
    deadline: float | None = None
    parts: int = 1  # that each batch is trained in: the same steps, with less memory


@dataclass(frozen=True)
class Problem:
    """What is optimised: the space, the objectives, the data, and how a candidate is trained.

    `evaluate` may be a dotted name, "module:function": it is resolved in the process that trains, so
    that pages and controllers, which only need the declaration, never import torch.
    """

    kind: str
    space: Space
    evaluate: Evaluate | str
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()
    fidelities: tuple[Fidelity, ...] = ()
    data: Path | None = None

    @property
    def objective(self) -> Objective:
        return self.objectives[0]

    def losses(self, values: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(objective.loss(values) for objective in self.objectives)


@dataclass(frozen=True)
class Proposal:
    """A trial that a method asks for.

    `parent` continues that trial's checkpoint; `why` is what the person sees; `memo` is what the
    method itself must find again.
    """

    candidate: Candidate
    fidelity: Mapping[str, float] = field(default_factory=dict)
    parent: int | None = None
    stage: Stage = Stage.SEARCH
    why: Message = field(default_factory=Message)
    memo: Mapping[str, Any] = field(default_factory=dict)


Evaluate = Callable[[Problem, Candidate, Context], Iterator[Report]]
Search = Callable[[Problem, Context, Any], Iterator[Report]]
Propose = Callable[[Problem, History, np.random.Generator, Any], Proposal | None]


@dataclass(frozen=True)
class Method:
    """One line of the catalogue: how a method is called, explained, set and run.

    `trials` says how many search trials the method will ask for, or None if it would go on for ever.
    `needs` names the fidelities without which it makes no sense.
    """

    name: str
    title: str
    family: str
    paper: str
    summary: str
    propose: Propose
    options: type = NoOptions
    search: Search | str | None = None
    needs: tuple[str, ...] = ()
    trials: Callable[[Problem, Any], int] | None = None
    insight: Callable[[History], Any] | None = None
