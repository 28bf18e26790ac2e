"""Who works on what: new trials, claims, lost leases, cancels. The database is the queue."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Now
from django.db.utils import IntegrityError

from automl_web.compute.models import Device, Queue
from automl_web.runs.hints import hint_advance, hint_take_home, hint_work
from automl_web.runs.history import history_of, plan_of, problem_of
from automl_web.runs.live import reading
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.pruning import prune
from automl_web.runs.record import Claim, from_now, lease, move_run, move_trial, telling
from search import history as library
from search.events import TrialCreated, TrialMoved
from search.history import History, Stage, TrialState
from search.loop import expected_trials, next_proposal, trial_of
from search.message import Message

log = logging.getLogger(__name__)

CLAIMABLE = (TrialState.WAITING.value, TrialState.LOST.value)
OPEN = (*CLAIMABLE, TrialState.RUNNING.value)
HARMLESS = (Trial.Wish.NONE, Trial.Wish.GIVE_BACK)
"""Wishes with which a trial that waits may be taken up."""

BEAT_AGE = Value(timedelta(seconds=30))
LOST_CAP = 50
"""Lost leases after which a trial is given up: a storm must not fail a healthy trial."""


def begin(run: Run) -> None:
    """Let a created run search. Raises ConflictError."""
    total = expected_trials(plan_of(run), problem_of(run))
    fields: dict[str, Any] = {"total": total, "started_at": Now()}
    if run.minutes is not None:
        fields["deadline"] = from_now(timedelta(minutes=run.minutes))
    move_run(run, Run.State.RUNNING, **fields)
    hint_advance(run.pk)


def advance(run_id: int) -> None:
    """Decide what the run does next: new trials, wait, or the end. Idempotent; safe to run twice.

    The proposals are computed outside any transaction; losing the race to commit them is harmless.
    What they were made from is read in one moment, whose number they keep as their `view`.
    """
    with reading():
        run = Run.objects.select_related("dataset", "queue").get(pk=run_id)
        if run.state != Run.State.RUNNING:
            return
        plan, problem = plan_of(run), problem_of(run)
        history = history_of(run, problem, curves=plan.method.curves)
    if time_is_up(run):
        plan = replace(plan, max_trials=0)  # only the confirming trial may still come
    fresh: list[library.Trial] = []
    while len(history.running()) < run.concurrency:
        proposal = next_proposal(plan, problem, history)
        if proposal is None:
            break
        fresh.append(trial_of(proposal, number=len(history) + 1, view=run.seq))
        history = History((*history.trials, fresh[-1]), history.earlier)
    try:
        if fresh:
            create(run, fresh)
        elif not history.running():
            _conclude(run, history)
    except (ConflictError, IntegrityError):
        hint_advance(run_id)  # somebody else decided meanwhile; look again at what stands now
    else:
        prune(run, plan, problem, history)


def create(run: Run, fresh: list[library.Trial]) -> None:
    """Let new trials wait. Raises ConflictError if the run has moved on since it was read."""
    with telling(run.pk, [_created(trial) for trial in fresh]):
        same = Run.objects.filter(pk=run.pk, version=run.version, state=run.state)
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
        infeasible = any(trial.reason == "infeasible" for trial in history)
        reason = "nothing_fits" if infeasible else "no_trial_completed"
        move_run(run, Run.State.FAILED, reason=reason)
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
    # Counted apart: joined, every waiting trial would meet all trials of its run.
    running = Trial.objects.filter(run=OuterRef("run"), state=TrialState.RUNNING.value)
    count = running.order_by().values("run").annotate(n=Count("pk")).values("n")
    return (
        Trial.objects.filter(
            state__in=CLAIMABLE,
            wish__in=HARMLESS,
            run__state=Run.State.RUNNING,
            run__queue__name=queue,
            run__queue__paused=False,
        )
        .select_related("run")
        .annotate(busy=Coalesce(Subquery(count), 0))
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
                wish__in=HARMLESS,
            )
            changed = still.update(
                state=TrialState.RUNNING.value,
                fence=F("fence") + 1,
                device=device,
                lease_until=lease(),
                started_at=Now(),
                wish=Trial.Wish.NONE,
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


def time_is_up(run: Run) -> bool:
    """Whether the search must end now for the best candidate to be trained anew in time.

    Twice the longest training so far is kept for that, at most half of the whole time: the last
    trial of a bracket has trained only the difference to the rung below.
    """
    if run.deadline is None or run.minutes is None:
        return False
    complete = run.trials.filter(state=TrialState.COMPLETE.value)
    longest = complete.aggregate(seconds=Max("cost"))["seconds"] or 0
    kept = min(timedelta(seconds=2 * longest), timedelta(minutes=run.minutes / 2))
    return Run.objects.filter(pk=run.pk, deadline__lte=from_now(kept)).exists()


def reap() -> None:
    """Expire leases and times, finish wishes that nobody holds, send hints again that may be lost."""
    _expire_leases()
    _end_searches_whose_time_is_up()
    _finish_wishes()
    opened = Count("trials", filter=Q(trials__state__in=OPEN))
    hungry = Run.objects.filter(state=Run.State.RUNNING).annotate(opened=opened)
    for pk in hungry.filter(opened__lt=F("concurrency")).values_list("pk", flat=True):
        hint_advance(pk)
    for queue in Queue.objects.filter(_has_idle_device(), _has_waiting_trial(), paused=False):
        hint_work(queue.name)
    ended = Run.objects.filter(state__in=(Run.State.COMPLETED, Run.State.FAILED))
    for pk in ended.filter(taken_home=False).values_list("pk", flat=True):
        hint_take_home(pk)


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


def _end_searches_whose_time_is_up() -> None:
    for run in Run.objects.filter(state=Run.State.RUNNING, deadline__isnull=False):
        if not time_is_up(run):
            continue
        searching = run.trials.filter(stage=Stage.SEARCH.value)
        searching.filter(state=TrialState.RUNNING.value).update(wish=Trial.Wish.TIME)
        for trial in searching.filter(state__in=CLAIMABLE):
            _cancel_unheld(trial, "time_budget")
        hint_advance(run.pk)


def _finish_wishes() -> None:
    """What a worker was asked and did not live to do; and trials that a cancelled run left over."""
    asked = Q(wish__in=(Trial.Wish.STOP, Trial.Wish.CANCEL, Trial.Wish.TIME))
    of_cancelled = Q(run__state=Run.State.CANCELLED)
    for trial in Trial.objects.filter(asked | of_cancelled, state__in=CLAIMABLE):
        _cancel_unheld(trial, "cancelled")
    running = Trial.objects.filter(of_cancelled, state=TrialState.RUNNING.value)
    running.exclude(wish=Trial.Wish.CANCEL).update(wish=Trial.Wish.CANCEL)


def _cancel_unheld(trial: Trial, reason: str) -> None:
    try:
        move_trial(trial, TrialState.CANCELLED, reason)
    except ConflictError:
        log.info("trial %s moved before it could be cancelled", trial.pk)


def is_alive() -> Q:
    """Devices whose worker has beaten lately."""
    return Q(beat_at__gt=Now() - BEAT_AGE)


def _has_idle_device() -> Exists:
    busy = Trial.objects.filter(device=OuterRef("pk"), state=TrialState.RUNNING.value)
    return Exists(Device.objects.filter(is_alive(), ~Exists(busy), queue=OuterRef("pk")))


def _has_waiting_trial() -> Exists:
    waiting = Trial.objects.filter(
        state__in=CLAIMABLE, run__state=Run.State.RUNNING, run__queue=OuterRef("pk")
    )
    return Exists(waiting)
