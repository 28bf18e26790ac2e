"""What happens in a run, as plain data.

The browser knows the same events in TypeScript. Adding a field: change the dataclass, run `make events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from search.history import EdgeWeights


@dataclass(frozen=True)
class RunMoved:
    """The run changed its state; `total` is about how many trials it will have."""

    type: ClassVar = "run"
    state: str
    total: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class TrialCreated:
    """A trial waits to be trained."""

    type: ClassVar = "created"
    number: int
    stage: str
    config: dict[str, Any]
    fidelity: dict[str, float]
    parent: int | None
    why: str
    why_values: dict[str, Any] = field(default_factory=dict)
    genotype: str | None = None


@dataclass(frozen=True)
class TrialMoved:
    """A trial went from the state `was` to `state`; `values` and `loss` are given when it has ended."""

    type: ClassVar = "moved"
    number: int
    was: str
    state: str
    attempt: int
    reason: str = ""
    values: dict[str, float] = field(default_factory=dict)
    loss: float | None = None
    cost: float = 0.0


@dataclass(frozen=True)
class Reported:
    """Training reached these steps; `values` holds one list a metric, null where it was not measured."""

    type: ClassVar = "reported"
    number: int
    steps: list[int]
    values: dict[str, list[float | None]]
    cost: float = 0.0


@dataclass(frozen=True)
class Logged:
    """Lines that a trial printed."""

    type: ClassVar = "logged"
    number: int
    lines: list[str]


@dataclass(frozen=True)
class Derived:
    """A search that shares weights would choose this genotype after `step`, from these edge weights."""

    type: ClassVar = "derived"
    number: int
    step: int
    genotype: str
    edge_weights: EdgeWeights | None = None


Event = RunMoved | TrialCreated | TrialMoved | Reported | Logged | Derived
EVENTS: dict[str, type[Event]] = {
    e.type: e for e in (RunMoved, TrialCreated, TrialMoved, Reported, Logged, Derived)
}


def to_json(event: Event) -> dict[str, Any]:
    return {"type": event.type, **asdict(event)}


def from_json(document: Mapping[str, Any]) -> Event:
    """Read one event; an unknown type raises KeyError, an unknown field TypeError."""
    fields = dict(document)
    return EVENTS[fields.pop("type")](**fields)
