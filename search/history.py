"""What has happened so far: candidates, reports and trials, all frozen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict

from search.message import Message


class TrialState(StrEnum):
    """Where a trial stands; `lost` means that its lease ended and that it will be taken up again."""

    WAITING = "waiting"
    RUNNING = "running"
    LOST = "lost"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in OPEN


OPEN = frozenset({TrialState.WAITING, TrialState.RUNNING, TrialState.LOST})

KEPT = (TrialState.COMPLETE, TrialState.STOPPED)
"""States in which the values of a trial count."""


class Stage(StrEnum):
    """Why a trial trains: to search, to judge what a weight-sharing search found, or to confirm."""

    SEARCH = "search"
    EVALUATE = "evaluate"
    CONFIRM = "confirm"


ASKED_BY, GIVEN = "asked_by", "given"
"""In the memo of a trial that no method proposed: who asked for it, or which of an earlier run it is."""

FOREIGN = {ASKED_BY, GIVEN}


class EdgeWeights(TypedDict):
    """How a supernet weights the operations of its edges: of each cell one list an edge, one share an op."""

    ops: list[str]
    edges: list[list[int]]
    weights: dict[str, list[list[float]]]


@dataclass(frozen=True)
class Candidate:
    """What is tried: hyper-parameters, and an architecture as canonical JSON where one is searched."""

    config: Mapping[str, Any]
    genotype: str | None = None


@dataclass(frozen=True)
class Report:
    """What training yields: the step it reached, its metrics, and where it could go on from.

    A report of a step that was told before takes its place: training went back to a checkpoint, or a
    long epoch was told while it was on its way.

    `values` become curves; `costs` are what the network costs, which has none. A search that shares
    weights tells the genotype that it would choose now, and the weights of its edges.
    """

    step: int
    values: Mapping[str, float] = field(default_factory=dict)
    checkpoint: Path | None = None
    note: str = ""
    costs: Mapping[str, float] = field(default_factory=dict)
    genotype: str | None = None
    edge_weights: EdgeWeights | None = None


@dataclass(frozen=True)
class Trial:
    """One candidate trained at one fidelity. `loss` is minimised; infinite unless values are kept.

    `ended` orders the trials by when they ended; `derived` is the genotype that a search which shares
    weights has found last.
    """

    number: int
    candidate: Candidate
    stage: Stage = Stage.SEARCH
    state: TrialState = TrialState.WAITING
    fidelity: Mapping[str, float] = field(default_factory=dict)
    parent: int | None = None
    attempt: int = 1
    cost: float = 0.0
    reason: str = ""
    view: int = 0
    why: Message = field(default_factory=Message)
    memo: Mapping[str, Any] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    losses: tuple[float, ...] = ()
    ended: int = 0
    derived: str | None = None

    @property
    def loss(self) -> float:
        """The first objective's loss; failed trials and values that are not numbers rank last."""
        if not self.losses or math.isnan(self.losses[0]):
            return math.inf
        return self.losses[0]

    @property
    def resource(self) -> float:
        """How much fidelity was spent; a trial without a named fidelity was trained in full."""
        return min(self.fidelity.values(), default=math.inf)


@dataclass(frozen=True)
class History:
    """All trials of a run in order of their numbers, and earlier runs to learn from."""

    trials: tuple[Trial, ...] = ()
    earlier: tuple[History, ...] = ()

    def __len__(self) -> int:
        return len(self.trials)

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    def at_stage(self, *stages: Stage) -> History:
        return History(tuple(t for t in self.trials if t.stage in stages), self.earlier)

    def proposed(self) -> History:
        """Trials that the method itself has proposed: nobody else's have its memo."""
        return History(tuple(t for t in self.trials if not t.memo.keys() & FOREIGN), self.earlier)

    def finished(self) -> tuple[Trial, ...]:
        """Trials that have ended, well or badly, in the order in which they ended."""
        ended = (t for t in self.trials if t.state.is_final)
        return tuple(sorted(ended, key=lambda t: (t.ended, t.number)))

    def running(self) -> tuple[Trial, ...]:
        """Trials that have not ended: waiting, running or lost."""
        return tuple(t for t in self.trials if not t.state.is_final)

    def ranked(self) -> tuple[Trial, ...]:
        """Trials whose values count, best first; equal losses in order of number."""
        scored = (t for t in self.trials if t.state in KEPT and math.isfinite(t.loss))
        return tuple(sorted(scored, key=lambda t: (t.loss, t.number)))

    def at_fidelity(self, resource: float) -> History:
        return History(tuple(t for t in self.trials if t.resource == resource), self.earlier)

    def incumbent(self) -> Trial | None:
        """The best of those trained furthest: an early score flatters, so longer training outranks it.

        A trial that was stopped did not reach what its fidelity names, so it counts only where no
        trial is complete.
        """
        ranked = self.ranked()
        complete = [t for t in ranked if t.state is TrialState.COMPLETE]
        furthest = complete or ranked
        return min(furthest, key=lambda t: (-t.resource, t.loss, t.number), default=None)
