"""Who works on what: new trials, claims, lost leases, cancels. The database is the queue."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now
from django.db.utils import IntegrityError

from automl_web.compute.models import Device, Queue
from automl_web.runs.hints import hint_advance, hint_take_home, hint_work
from automl_web.runs.history import history_of, plan_of, problem_of
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.record import Claim, lease, move_run, move_trial, telling
from search import history as library
from search.events import TrialCreated, TrialMoved
from search.history import History, TrialState
from search.loop import expected_trials, next_proposal, trial_of
from search.message import Message

log = logging.getLogger(__name__)

CLAIMABLE = (TrialState.WAITING.value, TrialState.LOST.value)
OPEN = (*CLAIMABLE, TrialState.RUNNING.value)
BEAT_AGE = Value(timedelta(seconds=30))
LOST_CAP = 50
"""Lost leases after which a trial is given up: a storm must not fail a healthy trial."""


def begin(run: Run) -> None:
    """Let a created run search. Raises ConflictError."""
    total = expected_trials(plan_of(run), problem_of(run))
    move_run(run, Run.State.RUNNING, total=total, started_at=Now())
    hint_advance(run.pk)


def advance(run_id: int) -> None:
    """Decide what the run does next: new trials, wait, or the end. Idempotent; safe to run twice.

    The proposals are computed outside any transaction; losing the race to commit them is harmless.
    """
    run = Run.objects.select_related("dataset", "queue").get(pk=run_id)
    if run.state != Run.State.RUNNING:
        return
    plan, problem = plan_of(run), problem_of(run)
    history = history_of(run, problem)
    fresh: list[library.Trial] = []
    while len(history.running()) < run.concurrency:
        proposal = next_proposal(plan, problem, history)
        if proposal is None:
            break
        fresh.append(trial_of(proposal, number=len(history) + 1, view=run.seq))
        history = History((*history.trials, fresh[-1]), history.earlier)
    try:
        if fresh:
            _create(run, fresh)
        elif not history.running():
            _conclude(run, history)
    except (ConflictError, IntegrityError):
        hint_advance(run_id)  # somebody else decided meanwhile; look again at what stands now


def _create(run: Run, fresh: list[library.Trial]) -> None:
    with telling(run.pk, [_created(trial) for trial in fresh]):
        same = Run.objects.filter(pk=run.pk, version=run.version, state=Run.State.RUNNING)
        if same.update(version=F("version") + 1) != 1:
            raise ConflictError
        Trial.objects.bulk_create(_row(run, trial) for trial in fresh)
    for _ in fresh:
        hint_work(run.queue.name)


def _created(trial: library.Trial) -> TrialCreated:
    return TrialCreated(
        number=trial.number,
        stage=trial.stage,
        config=dict(trial.candidate.config),
        fidelity=dict(trial.fidelity),
        parent=trial.parent,
        why=trial.why.text,
        why_values=dict(trial.why.values),
        genotype=trial.candidate.genotype,
    )


def _row(run: Run, trial: library.Trial) -> Trial:
    return Trial(
        run=run,
        number=trial.number,
        stage=trial.stage.value,
        config=dict(trial.candidate.config),
        genotype=trial.candidate.genotype,
        fidelity=dict(trial.fidelity),
        parent=trial.parent,
        view=trial.view,
        why=_document(trial.why),
        memo=dict(trial.memo),
    )


def _document(message: Message) -> dict[str, object]:
    return {"text": message.text, "values": dict(message.values)}


def _conclude(run: Run, history: History) -> None:
    if history.ranked():
        move_run(run, Run.State.COMPLETED)
    else:
        move_run(run, Run.State.FAILED, reason="no_trial_completed")
    hint_take_home(run.pk)


def claim(queue: str, device: Device) -> Claim | None:
    """Take the best waiting trial of `queue` for `device`, or None if there is nothing to do.

    Fair share: the run with the fewest running trials comes first, then the older run.
    """
    for trial in _claimable(queue)[:20]:
        taken = _take(trial, device)
        if taken is not None:
            return taken
    return None


def _claimable(queue: str) -> QuerySet[Trial]:
    running = Count("run__trials", filter=Q(run__trials__state=TrialState.RUNNING.value))
    return (
        Trial.objects.filter(
            state__in=CLAIMABLE,
            cancel_requested=False,
            run__state=Run.State.RUNNING,
            run__queue__name=queue,
            run__queue__paused=False,
        )
        .select_related("run")
        .annotate(busy=running)
        .order_by("busy", "run_id", "number")
    )


def _take(trial: Trial, device: Device) -> Claim | None:
    moved = TrialMoved(
        trial.number,
        was=trial.state,
        state=TrialState.RUNNING,
        attempt=trial.attempt,
        cost=trial.cost,
    )
    try:
        with telling(trial.run_id, [moved]):
            still = Trial.objects.filter(
                Exists(Run.objects.filter(pk=OuterRef("run_id"), state=Run.State.RUNNING)),
                pk=trial.pk,
                state=trial.state,
                fence=trial.fence,
                cancel_requested=False,
            )
            changed = still.update(
                state=TrialState.RUNNING.value,
                fence=F("fence") + 1,
                device=device,
                lease_until=lease(),
                started_at=Now(),
                reason="",
            )
            if changed != 1:
                raise ConflictError
    except (ConflictError, IntegrityError):  # taken by another; or this device already works
        return None
    return Claim(
        run_id=trial.run_id,
        trial_id=trial.pk,
        number=trial.number,
        fence=trial.fence + 1,
        attempt=trial.attempt,
        cost=trial.cost,
    )


def cancel_trial(trial: Trial) -> None:
    """Stop one trial: at once if it waits, else as soon as its worker looks. Raises ConflictError."""
    if trial.state == TrialState.RUNNING.value:
        running = Trial.objects.filter(pk=trial.pk, state=TrialState.RUNNING.value)
        if running.update(cancel_requested=True) != 1:
            raise ConflictError
        return
    move_trial(trial, TrialState.CANCELLED, reason="cancelled")
    hint_advance(trial.run_id)


def cancel_run(run: Run) -> None:
    """End the run; its waiting trials are cancelled, its running ones asked to stop."""
    move_run(run, Run.State.CANCELLED, reason="cancelled", taken_home=True)
    for trial in Trial.objects.filter(run=run, state__in=OPEN):
        try:
            cancel_trial(trial)
        except ConflictError:  # claimed or ended in between: reap() looks after it
            log.info("trial %s moved while its run was cancelled", trial.pk)


def pause(run: Run) -> None:
    """Begin nothing new; what trains goes on. Raises ConflictError."""
    move_run(run, Run.State.PAUSED)


def resume(run: Run) -> None:
    move_run(run, Run.State.RUNNING)
    hint_advance(run.pk)
    hint_work(run.queue.name)


def reap() -> None:
    """Expire leases, finish cancels that nobody holds, and send hints again that may be lost."""
    _expire_leases()
    _finish_cancels()
    opened = Count("trials", filter=Q(trials__state__in=OPEN))
    hungry = Run.objects.filter(state=Run.State.RUNNING).annotate(opened=opened)
    for pk in hungry.filter(opened__lt=F("concurrency")).values_list("pk", flat=True):
        hint_advance(pk)
    for queue in Queue.objects.filter(_has_idle_device(), _has_waiting_trial(), paused=False):
        hint_work(queue.name)
    for run in Run.objects.filter(
        state__in=(Run.State.COMPLETED, Run.State.FAILED), taken_home=False
    ):
        hint_take_home(run.pk)


def _expire_leases() -> None:
    expired = Q(lease_until__lt=Now())
    for trial in Trial.objects.filter(expired, state=TrialState.RUNNING.value):
        too_often = trial.lost >= LOST_CAP
        target = TrialState.FAILED if too_often else TrialState.LOST
        reason = "lost_too_often" if too_often else "lost"
        try:
            move_trial(trial, target, reason, guard=expired, lost=F("lost") + 1)
        except ConflictError:
            log.info("trial %s came back just before it was given up", trial.pk)


def _finish_cancels() -> None:
    asked = Trial.objects.filter(state__in=CLAIMABLE).filter(
        Q(cancel_requested=True) | Q(run__state=Run.State.CANCELLED)
    )
    for trial in asked:
        try:
            move_trial(trial, TrialState.CANCELLED, reason="cancelled")
        except ConflictError:
            log.info("trial %s moved before its cancel was finished", trial.pk)
    Trial.objects.filter(state=TrialState.RUNNING.value, run__state=Run.State.CANCELLED).update(
        cancel_requested=True
    )


def _has_idle_device() -> Exists:
    alive = Q(beat_at__gt=Now() - BEAT_AGE)
    busy = Trial.objects.filter(device=OuterRef("pk"), state=TrialState.RUNNING.value)
    return Exists(Device.objects.filter(alive, ~Exists(busy), queue=OuterRef("pk")))


def _has_waiting_trial() -> Exists:
    waiting = Trial.objects.filter(
        state__in=CLAIMABLE, run__state=Run.State.RUNNING, run__queue=OuterRef("pk")
    )
    return Exists(waiting)
