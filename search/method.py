"""The words that methods, problems and the loop share."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from search.decisions import Architectures
from search.history import Candidate, History, Report, Stage, Trial
from search.insight import Insight
from search.message import Message
from search.metrics import METRICS
from search.options import NoOptions
from search.space import Space, SpaceError

CONFIG, GENOTYPE = "config", "genotype"
"""The halves of a candidate."""

USUAL = ""
"""Stands for the fidelity that a problem names first, whichever that is."""

DRAWS = 500
"""Candidates drawn to find one that keeps the limits."""

GUIDED = "guided"
"""In the memo of a proposal that what the method has seen decided, not a draw from the prior."""


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
    """A limit of a metric: the least where more is better, else the most. Beyond it is infeasible."""

    name: str
    bound: float

    def is_broken(self, values: Mapping[str, float]) -> bool:
        """Whether `values` are beyond the limit; a metric that is not known yet breaks none."""
        value = values.get(self.name)
        if value is None:
            return False
        return value < self.bound if METRICS[self.name].maximise else value > self.bound


@dataclass(frozen=True)
class Fidelity:
    """A budget that a trial may be given less of, and whether training can go on from less to more.

    It is counted in whole numbers, as epochs are, or it is a share of the training data, at most 1.
    """

    name: str
    minimum: float
    maximum: float
    resumes: bool

    @property
    def is_share(self) -> bool:
        return self.minimum < self.maximum <= 1


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
    """What is optimised: the spaces, the objectives, the data, and how a candidate is trained.

    `evaluate` may be a dotted name, "module:function": it is resolved in the process that trains, so
    that pages and controllers, which only need the declaration, never import torch. `count` tells
    what a candidate costs before it is trained: the counted metrics.
    """

    kind: str
    space: Space
    evaluate: Evaluate | str
    objectives: tuple[Objective, ...]
    limits: tuple[Constraint, ...] = ()
    fidelities: tuple[Fidelity, ...] = ()
    data: Path | None = None
    architectures: Architectures | None = None
    count: Callable[[Candidate], Mapping[str, float]] | None = None

    @property
    def objective(self) -> Objective:
        return self.objectives[0]

    def fidelity(self, name: str) -> Fidelity | None:
        """The fidelity of this name, for `USUAL` the first; None if there is none."""
        return next((f for f in self.fidelities if name in (USUAL, f.name)), None)

    def losses(self, values: Mapping[str, float]) -> tuple[float, ...]:
        """What is minimised, objective by objective; infinite where a limit is broken."""
        if self.broken(values):
            return (math.inf,) * len(self.objectives)
        return tuple(objective.loss(values) for objective in self.objectives)

    def broken(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """The metrics whose limits `values` break."""
        return tuple(limit.name for limit in self.limits if limit.is_broken(values))

    def fits(self, candidate: Candidate) -> bool:
        """Whether the candidate keeps the limits that can be counted before it is trained."""
        counted = any(METRICS[limit.name].counted for limit in self.limits)
        return not counted or self.count is None or not self.broken(self.count(candidate))

    def allows(self, candidate: Candidate) -> bool:
        """Whether the space holds the candidate, and the limits that can be counted do."""
        try:
            self.space.check(candidate.config)
        except SpaceError:
            return False
        return self.fits(candidate)

    def sample(self, rng: np.random.Generator) -> Candidate:
        """Draw a candidate within the counted limits; if none turns up, the last one that was drawn."""
        for _ in range(DRAWS):
            genotype = self.architectures.sample(rng) if self.architectures else None
            candidate = Candidate(self.space.sample(rng), genotype)
            if self.fits(candidate):
                break
        return candidate


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
Search = Callable[[Problem, Candidate, Context, Any], Iterator[Report]]
Propose = Callable[[Problem, History, np.random.Generator, Any], Proposal | None]


@dataclass(frozen=True)
class Method:
    """One line of the catalogue: how a method is called, explained, set and run.

    `searches` names the halves of a candidate that it can search, `needs` the fidelities without
    which it makes no sense: `USUAL` means any. `plan` gives what each of its trials has to train, in
    order: in epochs on all training data, or in whole trainings where epochs are no fidelity of the
    problem; a method without one would go on for ever. With `search`, which shares weights among
    candidates, its trials of stage search run that generator, and it proposes trials of stage
    evaluate for what they derive. `curves` says that it reads the reports of the trials, `insight`
    draws how it thinks, and `refuses` says why it cannot work on a problem with some options, if it
    cannot. `incumbent` names the trial that it expects to be the best when trained in full, where
    that need not be the one of the best score; `final` makes of the best candidate the one that is
    confirmed, where designs are searched small and used large. `resumable` names the ended trials
    that it may yet go on with, now or later, whatever happens; a method without it may go on with
    any. `use_when` and `avoid_when` advise who must choose, and `corrected` says what is often told
    of the method and is not so. `by_decisions` is set where it searches architectures by their
    decisions, as if these were hyper-parameters (`search/joint.py`), so that it needs a set that has
    some.
    """

    name: str
    title: str
    family: str
    paper: str
    summary: str
    propose: Propose
    use_when: str = ""
    avoid_when: str = ""
    corrected: str = ""
    options: type = NoOptions
    search: Search | str | None = None
    needs: tuple[str, ...] = ()
    searches: tuple[str, ...] = (CONFIG, GENOTYPE)
    by_decisions: bool = False
    curves: bool = False
    plan: Callable[[Problem, Any], Sequence[float]] | None = None
    insight: Callable[[Problem, History, Any], Insight] | None = None
    refuses: Callable[[Problem, Any], Message | None] | None = None
    incumbent: Callable[[Problem, History, Any], Trial | None] | None = None
    final: Callable[[Problem, Candidate, Any], Candidate] | None = None
    resumable: Callable[[Problem, History, Any], Collection[int]] | None = None


def refusal(method: Method, problem: Problem, options: Any) -> Message | None:
    """Why the method cannot work on the problem with these options; None if it can."""
    if any(problem.fidelity(name) is None for name in method.needs):
        return Message(
            "This method begins with trainings that are shorter than the last, or on less data, and "
            "here there are none. Choose another one, such as random search."
        )
    return method.refuses(problem, options) if method.refuses else None
