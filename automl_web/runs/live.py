"""What a live page shows: the state of a run at one event number, and the story after a number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from automl_web.runs.models import Event, Report, Run, Trial
from search.compaction import compact
from search.events import (
    LOG_LINES,
    WINDOW,
    LiveState,
    TrialCreated,
    TrialMoved,
    TrialRow,
    apply,
    empty,
    extend,
    from_json,
    to_json,
)
from search.history import OPEN, Stage, TrialState

BEHIND = 5_000
"""Events after which a page that fell behind gets the whole state anew."""


@dataclass(frozen=True)
class Frame:
    """What takes a page from one event number to another."""

    after: int
    seq: int
    document: dict[str, Any]


def snapshot(run_id: int) -> Frame:
    """The state of the run now. Holding the run's row keeps writers out while its rows are read."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        state = _state(run)
    return Frame(0, run.seq, {"seq": run.seq, "state": state})


def newer(run_id: int, after: int) -> Frame | None:
    """What happened after the event `after`; None if nothing did."""
    rows = list(
        Event.objects.filter(run_id=run_id, seq__gt=after)
        .order_by("seq")
        .values_list("seq", "body")[: BEHIND + 1]
    )
    if not rows:
        return None
    if len(rows) > BEHIND:
        return snapshot(run_id)
    seq = rows[-1][0]
    patch = [to_json(event) for event in compact(from_json(body) for _, body in rows)]
    return Frame(after, seq, {"after": after, "seq": seq, "patch": patch})


def _state(run: Run) -> LiveState:
    trials = Trial.objects.filter(run=run)
    state = empty()
    _judge_all(state, trials)
    state["state"], state["reason"], state["total"] = run.state, run.reason, run.total
    counted = trials.values_list("state").annotate(n=Count("pk")).order_by("state")
    state["counts"] = dict(counted)
    state["trials"] = {str(row["number"]): row for row in _window(trials, state["best"])}
    logged = (
        Event.objects.filter(run=run, type="logged").order_by("-seq").values_list("body", flat=True)
    )
    for body in reversed(logged[:LOG_LINES]):
        apply(state, from_json(body))
    return state


def _judge_all(state: LiveState, trials: QuerySet[Trial]) -> None:
    """Fold the ends of all complete search trials, so that the incumbents are found by one rule."""
    complete = trials.filter(state=TrialState.COMPLETE.value).exclude(stage=Stage.CONFIRM.value)
    fields = complete.order_by("finished_seq").values_list("number", "fidelity", "loss")
    for number, fidelity, loss in fields:
        apply(state, TrialCreated(number, Stage.SEARCH, {}, fidelity, None, ""))
        ended = TrialMoved(number, "waiting", TrialState.COMPLETE, 1, loss=loss)
        apply(state, ended)


def _window(trials: QuerySet[Trial], best: int | None) -> list[TrialRow]:
    """The trials that are open, the incumbent, and the latest of the others, in order."""
    latest = set(trials.order_by("-number").values_list("number", flat=True)[:WINDOW])
    open_states = [state.value for state in OPEN]
    kept = latest | set(trials.filter(state__in=open_states).values_list("number", flat=True))
    if best is not None:
        kept.add(best)
    rows = list(trials.filter(number__in=kept).order_by("number"))
    reports: dict[int, list[Report]] = defaultdict(list)
    for report in Report.objects.filter(trial__in=rows).order_by("step"):
        reports[report.trial_id].append(report)
    return [trial_row(trial, reports[trial.pk]) for trial in rows]


def trial_row(trial: Trial, reports: list[Report]) -> TrialRow:
    """One trial as a live page knows it."""
    ended = TrialState(trial.state).is_final
    row: TrialRow = {
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
        "values": trial.values if ended else {},
        "loss": trial.loss,
        "cost": trial.cost,
        "steps": [],
        "curves": {},
    }
    if reports:
        names = {name: None for report in reports for name in report.values}
        values = {name: [report.values.get(name) for report in reports] for name in names}
        extend(row, [report.step for report in reports], values)
    return row
