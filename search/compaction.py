"""The same story in fewer events: what a live page is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from search.events import Derived, Event, Logged, Reported, TrialCreated, TrialMoved
from search.state import LOG_LINES, extend, short, thin


def compact(events: Iterable[Event], whole: Collection[int] = ()) -> list[Event]:
    """Join the points that one trial tells in a row, and its log lines; leave out what no page keeps.

    Folding the result gives the state that folding `events` gives. The trials `whole` are pinned on
    some page, which wants all their points.
    """
    return [
        _lean(event, event.number in whole) if isinstance(event, Reported) else event
        for event in _joined(events)
    ]


def _lean(event: Reported, is_whole: bool) -> Reported:
    chosen = range(len(event.steps)) if is_whole else thin(event.steps)
    values = {name: [short(curve[i]) for i in chosen] for name, curve in event.values.items()}
    return Reported(event.number, [event.steps[i] for i in chosen], values, event.cost)


def _joined(events: Iterable[Event]) -> list[Event]:
    told: list[Event] = []
    last: dict[tuple[str, int], int] = {}  # where a trial's latest joinable event stands in `told`
    for event in events:
        match event:
            case Reported():
                index = last.get(("reported", event.number))
                if index is not None and _follows(told[index], event):
                    told[index] = _together(told[index], event)
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
            case Derived():
                index = last.setdefault(("derived", -1), len(told))
                if index < len(told):  # only the latest is kept
                    told[index] = event
                    continue
            case TrialCreated() | TrialMoved():
                last.pop(("reported", event.number), None)
        told.append(event)
    return told


def _follows(earlier: Event, later: Reported) -> bool:
    assert isinstance(earlier, Reported)
    return bool(earlier.steps and later.steps and earlier.steps[-1] < later.steps[0])


def _together(earlier: Event, later: Reported) -> Reported:
    assert isinstance(earlier, Reported)
    row: Any = {
        "steps": list(earlier.steps),
        "curves": {k: list(v) for k, v in earlier.values.items()},
        "pinned": True,  # all points, for now
    }
    extend(row, later.steps, later.values)
    return Reported(later.number, row["steps"], row["curves"], max(earlier.cost, later.cost))
