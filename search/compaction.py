"""The same story in fewer events: what a live page is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from search.events import (
    LOG_LINES,
    Event,
    Logged,
    Reported,
    TrialCreated,
    TrialMoved,
    extend,
)


def compact(events: Iterable[Event]) -> list[Event]:
    """Join the points that one trial tells in a row, and its log lines.

    Folding the result gives the state that folding `events` gives.
    """
    told: list[Event] = []
    last: dict[tuple[str, int], int] = {}  # where a trial's latest joinable event stands in `told`
    for event in events:
        match event:
            case Reported():
                index = last.get(("reported", event.number))
                if index is not None and _follows(told[index], event):
                    told[index] = _joined(told[index], event)
                    continue
                last["reported", event.number] = len(told)
            case Logged():
                index = last.get(("logged", -1))
                if index is not None and told[index].number == event.number:  # type: ignore[union-attr]
                    earlier = told[index]
                    assert isinstance(earlier, Logged)
                    told[index] = Logged(event.number, (earlier.lines + event.lines)[-LOG_LINES:])
                    continue
                last["logged", -1] = len(told)
            case TrialCreated() | TrialMoved():
                last.pop(("reported", event.number), None)
        told.append(event)
    return told


def _follows(earlier: Event, later: Reported) -> bool:
    assert isinstance(earlier, Reported)
    return bool(earlier.steps and later.steps and earlier.steps[-1] < later.steps[0])


def _joined(earlier: Event, later: Reported) -> Reported:
    assert isinstance(earlier, Reported)
    row: Any = {
        "steps": list(earlier.steps),
        "curves": {k: list(v) for k, v in earlier.values.items()},
    }
    extend(row, later.steps, later.values)
    return Reported(later.number, row["steps"], row["curves"], max(earlier.cost, later.cost))
