"""What a live page shows: the state of a run at one event number, and the story after a number."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.html import json_script
from django.utils.safestring import SafeString

from automl_web.runs.models import Event, Report, Run, Trial
from search.compaction import compact
from search.events import from_json, to_json
from search.history import OPEN, Stage, TrialState
from search.state import (
    LOG_LINES,
    WINDOW,
    LiveState,
    TrialRow,
    apply,
    empty,
    improve,
    resource_of,
    short,
    thin,
)

BEHIND = 1_000
"""Events after which a page that fell behind gets the whole state anew."""

LARGEST = 200_000
"""Bytes of a story from which the whole state, whose size is bounded, takes no more."""

COMPACT = (",", ":")


class CompactEncoder(DjangoJSONEncoder):
    """JSON without the blanks between its parts, of which a page's data has very many."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "separators": COMPACT})


@dataclass(frozen=True)
class Frame:
    """What takes a page from one event number to another."""

    after: int
    seq: int
    document: dict[str, Any]

    @property
    def is_state(self) -> bool:
        return "state" in self.document

    @cached_property
    def text(self) -> str:
        return json.dumps(self.document, allow_nan=False, separators=COMPACT)

    @property
    def script(self) -> SafeString:
        """The element that a page carries its state in."""
        return json_script(self.document, encoder=CompactEncoder)


def snapshot(run_id: int, trial: int | None = None) -> Frame:
    """The state of the run now; with all points of `trial` and of those that it goes on from."""
    with reading():
        run = Run.objects.get(pk=run_id)
        state = _state(run, _line(run, trial))
    return Frame(0, run.seq, {"seq": run.seq, "state": state})


@contextmanager
def reading() -> Iterator[None]:
    """See the database as it stands at one moment, without a lock, so that no writer has to wait."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # where atomic() would begin with the lock of a writer
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def newer(
    run_id: int,
    after: int,
    upto: int | None = None,
    whole: Collection[int] = (),
    trial: int | None = None,
) -> Frame | None:
    """What happened after the event `after`, at most up to `upto`; None if nothing did.

    The trials `whole` keep all points of their curves. Where the story would be long, a page gets
    the state instead: the page of `trial` with all of its points.
    """
    if upto is not None and upto - after > BEHIND:
        return snapshot(run_id, trial)
    found = Event.objects.filter(run_id=run_id, seq__gt=after)
    if upto is not None:
        found = found.filter(seq__lte=upto)
    rows = list(found.order_by("seq").values_list("seq", "body")[: BEHIND + 1])
    if not rows:
        return None
    if len(rows) > BEHIND:
        return snapshot(run_id, trial)
    told = compact((from_json(body) for _, body in rows), whole)
    seq = rows[-1][0]
    patch = [to_json(event) for event in told]
    frame = Frame(after, seq, {"after": after, "seq": seq, "patch": patch})
    return frame if len(frame.text) <= LARGEST else snapshot(run_id, trial)


def _state(run: Run, pinned: Collection[int]) -> LiveState:
    trials = Trial.objects.filter(run=run)
    state = empty()
    state["state"], state["reason"], state["total"] = run.state, run.reason, run.total
    counted = trials.values_list("state").annotate(n=Count("pk")).order_by("state")
    state["counts"] = dict(counted)
    _judge_all(state, trials)
    rows = _window(trials, state["best"], pinned)
    state["trials"] = {str(row["number"]): row for row in rows}
    logged = (
        Event.objects.filter(run=run, type="logged").order_by("-seq").values_list("body", flat=True)
    )
    for body in reversed(logged[:LOG_LINES]):
        apply(state, from_json(body))
    latest = Event.objects.filter(run=run, type="derived").order_by("-seq")
    for body in latest.values_list("body", flat=True)[:1]:
        apply(state, from_json(body))
    return state


def _judge_all(state: LiveState, trials: QuerySet[Trial]) -> None:
    """Judge all complete search trials in the order in which they ended, as folding their ends does."""
    complete = trials.filter(state=TrialState.COMPLETE.value).exclude(stage=Stage.CONFIRM.value)
    fidelity = Cast("fidelity", TextField())  # as text, of which a run has few different ones
    resource = cache(lambda text: resource_of(json.loads(text)))
    ends = complete.order_by("finished_seq").values_list("number", "loss", fidelity)
    for number, loss, text in ends.iterator(chunk_size=2000):
        state["completed"] += 1
        improve(state, number, loss, resource(text))


def _line(run: Run, number: int | None) -> set[int]:
    """The trial and those that it goes on from."""
    line: set[int] = set()
    while number is not None and number not in line:
        line.add(number)
        parents = Trial.objects.filter(run=run, number=number).values_list("parent", flat=True)
        number = parents.first()
    return line


def _window(
    trials: QuerySet[Trial], best: int | None, pinned: Collection[int]
) -> Iterator[TrialRow]:
    """The latest trials, those that are open, the incumbent and the pinned, in order."""
    last = trials.aggregate(number=Max("number"))["number"] or 0
    kept = {*pinned, *([] if best is None else [best])}
    wanted = Q(number__gt=last - WINDOW) | Q(state__in=[state.value for state in OPEN])
    rows = list(trials.filter(wanted | Q(number__in=kept)).order_by("number"))
    points = _points(rows)
    for row in rows:
        yield trial_row(row, points[row.pk], row.number in pinned)


def _points(rows: Sequence[Trial]) -> dict[int, list[tuple[int, str]]]:
    """Steps and values of the trials' reports, the values as the text of their JSON."""
    found = (
        Report.objects.filter(trial__in=rows)
        .order_by("trial_id", "step")
        .values_list("trial_id", "step", Cast("values", TextField()))
    )
    points: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for trial, reports in groupby(found.iterator(chunk_size=5000), key=lambda row: row[0]):
        points[trial] = [(step, text) for _, step, text in reports]
    return points


def trial_row(trial: Trial, points: Sequence[tuple[int, str]], pinned: bool) -> TrialRow:
    """One trial as a live page knows it; only the points that it keeps are decoded."""
    chosen = points if pinned else [points[i] for i in thin([step for step, _ in points])]
    steps = [step for step, _ in chosen]
    reported = [json.loads(text) for _, text in chosen]
    names = dict.fromkeys(name for values in reported for name in values)
    return {
        "number": trial.number,
        "stage": trial.stage,
        "state": trial.state,
        "attempt": trial.attempt,
        "reason": trial.reason,
        "config": trial.config,
        "genotype": trial.genotype,
        "fidelity": trial.fidelity,
        "parent": trial.parent,
        "why": trial.why.get("text", ""),
        "why_values": trial.why.get("values", {}),
        "values": trial.values if TrialState(trial.state).is_final else {},
        "loss": trial.loss,
        "cost": trial.cost,
        "steps": steps,
        "curves": {name: [short(values.get(name)) for values in reported] for name in names},
        "pinned": pinned,
    }
