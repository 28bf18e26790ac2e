"""A run's story folds to one bounded state, in Python as in the browser."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import events, typescript
from search.compaction import compact
from search.events import (
    Event,
    Logged,
    Reported,
    RunMoved,
    TrialCreated,
    TrialMoved,
    from_json,
    to_json,
)
from search.state import LOG_LINES, POINTS, WINDOW, fold, thin

ROOT = Path(__file__).parents[2]
GOLDEN: list[dict[str, Any]] = json.loads((ROOT / "tests" / "golden" / "events.json").read_text())

golden = pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])


def created(number: int, **changes: Any) -> TrialCreated:
    fields: dict[str, Any] = {
        "stage": "search",
        "config": {},
        "fidelity": {},
        "parent": None,
        "why": "",
    }
    return TrialCreated(number, **{**fields, **changes})


def a_long_run(trials: int) -> list[Event]:
    """Every trial created and completed, the first the best."""
    return [
        event
        for number in range(1, trials + 1)
        for event in (
            created(number),
            TrialMoved(number, "waiting", "running", 1),
            TrialMoved(number, "running", "complete", 1, loss=float(number)),
        )
    ]


@golden
def test_the_golden_stories_fold_to_the_golden_states(case):
    assert fold(map(from_json, case["events"])) == case["state"]


@golden
def test_the_golden_stories_fold_the_same_when_compacted(case):
    assert fold(compact(map(from_json, case["events"]))) == case["state"]


@golden
def test_events_survive_a_trip_through_json(case):
    assert [to_json(from_json(event)) for event in case["events"]] == case["events"]


def test_the_golden_stories_tell_every_kind_of_event():
    assert {event["type"] for case in GOLDEN for event in case["events"]} == set(events.EVENTS)


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError):
        from_json({"type": "logged", "number": 1, "lines": [], "colour": "red"})


def test_the_window_keeps_the_incumbent_and_the_latest_trials():
    state = fold(a_long_run(WINDOW + 50))
    assert len(state["trials"]) == WINDOW + 1
    assert min(map(int, state["trials"])) == 1 == state["best"]
    assert "2" not in state["trials"]


def test_the_window_keeps_open_trials_however_old():
    waiting = [created(number) for number in range(1, WINDOW + 51)]
    assert len(fold(waiting)["trials"]) == WINDOW + 50


def test_counts_hold_for_trials_that_the_window_forgot():
    assert fold(a_long_run(WINDOW + 50))["counts"]["complete"] == WINDOW + 50


def test_the_log_keeps_its_last_lines():
    state = fold(Logged(1, [str(n)]) for n in range(LOG_LINES + 7))
    assert [line for _, line in state["log"]] == [str(n) for n in range(7, LOG_LINES + 7)]


NUMBERS = st.integers(1, 4)
METRICS = st.sampled_from(["val_accuracy", "val_loss"])
STATES = st.sampled_from(["waiting", "running", "lost", "complete", "failed", "cancelled"])


@st.composite
def reports(draw: st.DrawFn) -> Reported:
    steps = draw(st.lists(st.integers(1, 12), max_size=4, unique=True).map(sorted))
    points = st.lists(st.none() | st.floats(0, 1), min_size=len(steps), max_size=len(steps))
    return Reported(draw(NUMBERS), steps, draw(st.dictionaries(METRICS, points)))


STORIES = st.lists(
    st.one_of(
        reports(),
        st.builds(Logged, NUMBERS, st.lists(st.text(max_size=3), max_size=70)),
        NUMBERS.map(created),
        st.builds(TrialMoved, NUMBERS, STATES, STATES, st.integers(1, 3), loss=st.floats(0, 1)),
        st.builds(RunMoved, st.sampled_from(["running", "paused", "completed"])),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(STORIES)
def test_a_compacted_story_folds_to_the_same_state(story):
    assert fold(compact(copy.deepcopy(story))) == fold(story)


@settings(deadline=None)
@given(STORIES, STORIES)
def test_a_story_may_be_compacted_in_parts(first, second):
    parts = [*compact(copy.deepcopy(first)), *compact(copy.deepcopy(second))]
    assert fold(parts) == fold([*first, *second])


@st.composite
def growing_curves(draw: st.DrawFn) -> list[Event]:
    """One trial that reports hundreds of steps, in parts and not at every step."""
    gaps = draw(st.lists(st.integers(1, 9), min_size=60, max_size=200))
    steps = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    cuts = sorted(draw(st.sets(st.integers(1, len(steps) - 1), max_size=12)))
    parts = [steps[a:b] for a, b in itertools.pairwise([0, *cuts, len(steps)])]
    return [created(1), *(Reported(1, part, {"val_loss": [1 / s for s in part]}) for part in parts)]


@settings(deadline=None)
@given(growing_curves())
def test_a_curve_is_thinned_alike_at_once_and_as_it_grows(story):
    grown = fold(story)["trials"]["1"]
    assert grown == fold(compact(copy.deepcopy(story)))["trials"]["1"]
    steps = [step for part in story[1:] for step in part.steps]
    assert grown["steps"] == [steps[i] for i in thin(steps)]
    assert {steps[0], steps[-1]} <= set(grown["steps"])
    assert len(grown["steps"]) <= POINTS + 1


@given(STORIES)
def test_folding_leaves_the_events_as_they_were(story):
    before = copy.deepcopy(story)
    fold(story)
    assert story == before


def test_the_types_of_the_front_end_are_those_of_the_events():
    written = (ROOT / "frontend" / "src" / "events.gen.ts").read_text()
    assert written == typescript.module(), "run `make events`"


def test_an_annotation_without_a_word_in_typescript_is_refused():
    with pytest.raises(TypeError, match="no word"):
        typescript.type_of(set[int])
