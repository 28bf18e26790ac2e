"""The only writer of what happens to trials and runs: fenced, numbered, in one short transaction.

Every transaction takes the run's row first, then the trial's: the row lock makes event numbers
visible in order, and one order for all means that no two writers wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from automl_web.runs.courier import Courier
from automl_web.runs.models import ConflictError, Derivation, Event, Report, Run, Trial
from search.events import Derived, Logged, Reported, RunMoved, TrialMoved, to_json
from search.events import Event as Story
from search.history import EdgeWeights, TrialState

COURIER = Courier()
TICK_SECONDS = 0.5


class LeaseLostError(Exception):
    """Another worker owns this trial now, or nobody does; stop working on it."""


@dataclass(frozen=True)
class Claim:
    """The right to write about one trial, as long as its fence is the latest and its lease runs."""

    run_id: int
    trial_id: int
    number: int
    fence: int
    attempt: int
    cost: float = 0.0  # seconds that earlier attempts spent


@dataclass(frozen=True)
class Progress:
    """What a training has told since the last time it was recorded."""

    reports: Sequence[tuple[int, dict[str, float | None]]] = ()
    lines: Sequence[str] = ()
    checkpoint: str = ""
    costs: Mapping[str, float] = field(default_factory=dict)
    derived: Sequence[tuple[int, str, EdgeWeights | None]] = ()


def from_now(length: timedelta) -> Combinable:
    """A time from now, by the database's clock: hosts' clocks may differ."""
    return ExpressionWrapper(Now() + Value(length), output_field=DateTimeField())


def lease() -> Combinable:
    """The end of a lease that begins now."""
    return from_now(timedelta(seconds=settings.LEASE_SECONDS))


def group_of(run_id: int) -> str:
    return f"run.{run_id}"


@contextmanager
def telling(run_id: int, events: Sequence[Story]) -> Iterator[int]:
    """A transaction that tells `events`: yields the last number; raise inside to take it all back."""
    with transaction.atomic():
        Run.objects.filter(pk=run_id).update(seq=F("seq") + len(events))
        seq = Run.objects.values_list("seq", flat=True).get(pk=run_id)
        yield seq
        first = seq - len(events) + 1
        Event.objects.bulk_create(
            Event(run_id=run_id, seq=first + i, type=event.type, body=to_json(event))
            for i, event in enumerate(events)
        )
        if events:
            transaction.on_commit(lambda: _tick(run_id, seq), robust=True)


def _tick(run_id: int, seq: int) -> None:
    """Tell the web processes that there is news. It may get lost: they look by themselves, too."""
    COURIER.deliver(f"tick of run {run_id}", lambda: async_to_sync(_send_tick)(run_id, seq))


async def _send_tick(run_id: int, seq: int) -> None:
    """Whoever waited longer for a broker that does not answer might lose its lease."""
    async with asyncio.timeout(TICK_SECONDS):
        await get_channel_layer().group_send(
            group_of(run_id), {"type": "tick", "run": run_id, "seq": seq}
        )


def _held(claim: Claim) -> Any:
    return Trial.objects.filter(
        pk=claim.trial_id, fence=claim.fence, state=TrialState.RUNNING.value
    )


def beat(claim: Claim) -> None:
    """Renew the lease. Raises LeaseLostError."""
    if _held(claim).update(lease_until=lease()) != 1:
        raise LeaseLostError


def wish(claim: Claim) -> Trial.Wish:
    """What the trial's worker is asked to do. Raises LeaseLostError."""
    asked = _held(claim).values_list("wish", flat=True).first()
    if asked is None:
        raise LeaseLostError
    return Trial.Wish(asked)


def record(claim: Claim, progress: Progress, seconds: float) -> None:
    """Store reports, log lines and the checkpoint of a training. Raises LeaseLostError."""
    cost = claim.cost + seconds
    events = _events_of(claim.number, progress, cost)
    with telling(claim.run_id, events):
        fields: dict[str, Any] = {"lease_until": lease()}
        if progress.reports:
            fields["cost"] = cost
            fields["step"] = progress.reports[-1][0]
        if progress.reports or progress.costs:
            last = progress.reports[-1][1] if progress.reports else {}
            fields["values"] = {**progress.costs, **_finite(last)}
        if progress.checkpoint:
            fields["checkpoint"] = progress.checkpoint
        if _held(claim).update(**fields) != 1:
            raise LeaseLostError
        _store_reports(claim.trial_id, progress.reports)
        _store_derivations(claim.trial_id, progress.derived)


def _events_of(number: int, progress: Progress, cost: float) -> list[Story]:
    events: list[Story] = []
    if progress.reports:
        names = list(dict.fromkeys(name for _, values in progress.reports for name in values))
        events.append(
            Reported(
                number,
                steps=[step for step, _ in progress.reports],
                values={n: [values.get(n) for _, values in progress.reports] for n in names},
                cost=cost,
            )
        )
    events += [Derived(number, *derived) for derived in progress.derived]
    if progress.lines:
        events.append(Logged(number, list(progress.lines)))
    return events


def _store_reports(trial_id: int, reports: Sequence[tuple[int, dict[str, float | None]]]) -> None:
    """Write the points; a training that went back to a checkpoint replaces what came after it."""
    if not reports:
        return
    Report.objects.filter(trial_id=trial_id, step__gte=reports[0][0]).delete()
    Report.objects.bulk_create(
        Report(trial_id=trial_id, step=step, values=values) for step, values in reports
    )


def _store_derivations(
    trial_id: int, derived: Sequence[tuple[int, str, EdgeWeights | None]]
) -> None:
    """As the points."""
    if not derived:
        return
    Derivation.objects.filter(trial_id=trial_id, step__gte=derived[0][0]).delete()
    Derivation.objects.bulk_create(
        Derivation(trial_id=trial_id, step=step, genotype=genotype, edge_weights=edge_weights)
        for step, genotype, edge_weights in derived
    )


def _finite(values: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def finish(
    claim: Claim,
    state: TrialState,
    *,
    seconds: float,
    loss: float | None = None,
    reason: str = "",
    detail: str = "",
    crashed: bool = False,
    parts: int | None = None,
) -> None:
    """End the claim: the trial has ended, or waits again. Raises LeaseLostError.

    Only a crash of the trial's own counts as an attempt; a trial that was given back does not pay.
    """
    values: dict[str, float] = Trial.objects.values_list("values", flat=True).get(pk=claim.trial_id)
    again = state is TrialState.WAITING
    attempt = claim.attempt + (again and crashed)
    moved = TrialMoved(
        claim.number,
        was=TrialState.RUNNING,
        state=state,
        attempt=attempt,
        reason=reason,
        values={} if again else values,
        loss=None if again else loss,
        cost=claim.cost + seconds,
    )
    with telling(claim.run_id, [moved]) as seq:
        ended = {} if again else {"finished_at": Now(), "finished_seq": seq, "loss": loss}
        if parts is not None:
            ended["parts"] = parts
        changed = _held(claim).update(
            state=state.value,
            attempt=attempt,
            wish=Trial.Wish.NONE,
            reason=reason,
            detail=detail[-20_000:],
            cost=claim.cost + seconds,
            device=None,
            lease_until=None,
            **ended,
        )
        if changed != 1:
            raise LeaseLostError


def move_trial(
    trial: Trial, target: TrialState, reason: str = "", guard: Q | None = None, **fields: Any
) -> None:
    """Move a trial that no worker holds, if `guard` is still true. Raises ConflictError."""
    was = TrialState(trial.state)
    if target not in Trial.MOVES[was]:
        raise ConflictError
    moved = TrialMoved(
        trial.number,
        was=was,
        state=target,
        attempt=fields.get("attempt", trial.attempt),
        reason=reason,
        values=trial.values if target.is_final else {},
        cost=trial.cost,
    )
    with telling(trial.run_id, [moved]) as seq:
        if target.is_final:
            fields |= {"finished_at": Now(), "finished_seq": seq}
        same = Trial.objects.filter(guard or Q(), pk=trial.pk, state=was.value, fence=trial.fence)
        changed = same.update(
            state=target.value, reason=reason, device=None, lease_until=None, **fields
        )
        if changed != 1:
            raise ConflictError


def move_run(run: Run, target: Run.State, reason: str = "", **fields: Any) -> None:
    """Change a run's state by compare-and-set on its version and its table of moves.

    Raises ConflictError if the run has moved on or the move is not allowed.
    """
    was = Run.State(run.state)
    if target not in Run.MOVES[was]:
        raise ConflictError
    with telling(run.pk, [RunMoved(target, total=fields.get("total"), reason=reason)]):
        same = Run.objects.filter(pk=run.pk, state=was, version=run.version)
        if target in Run.OVER:
            fields["finished_at"] = Now()
        changed = same.update(state=target, reason=reason, version=F("version") + 1, **fields)
        if changed != 1:
            raise ConflictError
    run.state, run.reason, run.version = target, reason, run.version + 1
