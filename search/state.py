"""The bounded state of a live page, and how events fold to it.

The browser folds the same events in TypeScript (`frontend/src/state.ts`); both are held together by
`tests/golden/events.json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from search.events import Derived, Event, Logged, Reported, RunMoved, TrialCreated, TrialMoved
from search.history import EdgeWeights

WINDOW = 200
"""Latest trials that a live page holds; the rest is fetched as it is looked at."""

POINTS = 48
"""Parts that a curve is cut into on a live page, which keeps the last point of each; see `thin`."""

DIGITS = 5
"""Significant digits of the points of a curve."""

LOG_LINES = 100
"""Lines that a live page holds of all logs together."""


class TrialRow(TypedDict):
    """What a live page knows of one trial; `curves` holds one list a metric, as long as `steps`.

    A row is `pinned` on the page of that trial: it is kept whatever the window, with all its points.
    """

    number: int
    stage: str
    state: str
    attempt: int
    reason: str
    config: dict[str, Any]
    genotype: str | None
    fidelity: dict[str, float]
    parent: int | None
    why: str
    why_values: dict[str, Any]
    values: dict[str, float]
    loss: float | None
    cost: float
    steps: list[int]
    curves: dict[str, list[float | None]]
    pinned: bool


class Derivation(TypedDict):
    """What a search that shares weights has derived last."""

    number: int
    step: int
    genotype: str
    edge_weights: EdgeWeights | None


class LiveState(TypedDict):
    """The state of a live page: bounded whatever the size of the run.

    `trials` is keyed by the number as text, as JSON has it. `best` is the incumbent's number, and
    `improvements` its path: how many search trials had completed, the number, the loss and the resource.
    """

    state: str
    reason: str
    total: int | None
    counts: dict[str, int]
    completed: int
    trials: dict[str, TrialRow]
    best: int | None
    improvements: list[list[float]]
    log: list[list[Any]]
    derived: Derivation | None


FULL = -1.0
"""The resource of a trial trained in full, in `improvements`, where JSON has no infinity."""


def empty() -> LiveState:
    return {
        "state": "created",
        "reason": "",
        "total": None,
        "counts": {},
        "completed": 0,
        "trials": {},
        "best": None,
        "improvements": [],
        "log": [],
        "derived": None,
    }


def apply(state: LiveState, event: Event) -> None:
    """Fold one event into `state`."""
    match event:
        case RunMoved():
            state["state"], state["reason"] = event.state, event.reason
            state["total"] = event.total if event.total is not None else state["total"]
        case TrialCreated():
            state["trials"][str(event.number)] = _row(event)
            _count(state, "waiting", +1)
            _trim(state)
        case TrialMoved():
            _move(state, event)
        case Reported():
            if row := state["trials"].get(str(event.number)):
                extend(row, event.steps, event.values)
                row["cost"] = max(row["cost"], event.cost)
        case Logged():
            state["log"] += [[event.number, line] for line in event.lines]
            del state["log"][:-LOG_LINES]
        case Derived():
            state["derived"] = derivation(event)


def fold(events: Iterable[Event], state: LiveState | None = None) -> LiveState:
    state = empty() if state is None else state
    for event in events:
        apply(state, event)
    return state


def derivation(event: Derived) -> Derivation:
    return {
        "number": event.number,
        "step": event.step,
        "genotype": event.genotype,
        "edge_weights": event.edge_weights,
    }


def _row(event: TrialCreated) -> TrialRow:
    return {
        "number": event.number,
        "stage": event.stage,
        "state": "waiting",
        "attempt": 1,
        "reason": "",
        "config": event.config,
        "genotype": event.genotype,
        "fidelity": event.fidelity,
        "parent": event.parent,
        "why": event.why,
        "why_values": event.why_values,
        "values": {},
        "loss": None,
        "cost": 0.0,
        "steps": [],
        "curves": {},
        "pinned": False,
    }


def _count(state: LiveState, name: str, change: int) -> None:
    state["counts"][name] = state["counts"].get(name, 0) + change


def _trim(state: LiveState) -> None:
    """Keep the latest trials, the open ones, the incumbent and what is pinned."""
    oldest = max(map(int, state["trials"]), default=0) - WINDOW + 1
    for key, row in list(state["trials"].items()):
        is_open = row["state"] in ("waiting", "running", "lost")
        if row["number"] < oldest and not (
            is_open or row["pinned"] or row["number"] == state["best"]
        ):
            del state["trials"][key]


def _move(state: LiveState, event: TrialMoved) -> None:
    _count(state, event.was, -1)
    _count(state, event.state, +1)
    row = state["trials"].get(str(event.number))
    if row is None:
        return
    row["state"], row["attempt"], row["reason"] = event.state, event.attempt, event.reason
    row["values"], row["loss"], row["cost"] = event.values, event.loss, event.cost
    if event.state == "complete" and row["stage"] != "confirm":
        state["completed"] += 1
        improve(state, row["number"], row["loss"], resource_of(row["fidelity"]))
    _trim(state)


def resource_of(fidelity: Mapping[str, float]) -> float:
    """How far a trial may train; `FULL` where no fidelity is named."""
    return min(fidelity.values(), default=FULL)


def improve(state: LiveState, number: int, loss: float | None, resource: float) -> None:
    """Make the trial the incumbent if it was trained further than the incumbent, or as far and better."""
    if loss is None:
        return
    if state["improvements"]:
        _, _, least, reached = state["improvements"][-1]
        further = resource != reached and (
            resource == FULL or (reached != FULL and resource > reached)
        )
        if not further and (resource != reached or loss >= least):
            return
    state["best"] = number
    state["improvements"].append([state["completed"], number, loss, resource])


def extend(row: TrialRow, steps: list[int], values: Mapping[str, list[float | None]]) -> None:
    """Append points to the curves; a step seen before cuts them there, as a retry goes back."""
    if not steps:
        return
    kept = sum(1 for step in row["steps"] if step < steps[0])
    names = {**row["curves"], **values}
    for name in names:
        old = row["curves"].get(name, [None] * len(row["steps"]))[:kept]
        row["curves"][name] = old + [short(v) for v in values.get(name, [None] * len(steps))]
    row["steps"] = row["steps"][:kept] + list(steps)
    if not row["pinned"]:
        chosen = thin(row["steps"])
        row["curves"] = {name: [curve[i] for i in chosen] for name, curve in row["curves"].items()}
        row["steps"] = [row["steps"][i] for i in chosen]


def short(value: float | None) -> float | None:
    """A point as a live page has it, which the browser is sent; the database keeps all digits."""
    return None if value is None else float(f"{value:.{DIGITS}g}")


def thin(steps: Sequence[int]) -> Sequence[int]:
    """Which points of a curve a live page keeps: the first, and the last of each of equal parts.

    A part is as long as the smallest power of two that makes fewer than POINTS of them. So the parts
    of a longer curve are pairs of the former ones, and it does not matter whether a curve is thinned
    once or as it grows.
    """
    length = 1
    while steps and steps[-1] // length >= POINTS:
        length *= 2
    if length == 1:
        return range(len(steps))
    ends = (i for i in range(1, len(steps) - 1) if steps[i] // length != steps[i + 1] // length)
    return [0, *ends, *([len(steps) - 1] if len(steps) > 1 else [])]
