"""What a person may do to runs, trials and queues. Every move is a compare-and-set on what was seen."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now

from automl_web.compute.models import Device, Queue
from automl_web.runs.hints import hint_advance, hint_work
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.record import from_now, move_run, move_trial
from automl_web.runs.schedule import OPEN
from search.history import Stage, TrialState

log = logging.getLogger(__name__)


def stop_trial(trial: Trial) -> None:
    """Stop one trial: at once if it waits, else as soon as its worker looks. Raises ConflictError."""
    if trial.state == TrialState.RUNNING.value:
        if _running(Trial.objects.filter(pk=trial.pk)).update(wish=Trial.Wish.STOP) != 1:
            raise ConflictError
        return
    move_trial(trial, TrialState.CANCELLED, reason="cancelled")
    hint_advance(trial.run_id)


def can_be_retried(trial: Trial) -> bool:
    """Whether the trial may wait again: of a completed run only the confirming one, for its search
    is over; of a cancelled run none."""
    if TrialState.WAITING not in Trial.MOVES[TrialState(trial.state)]:
        return False
    if trial.state == TrialState.RUNNING.value or trial.run.state == Run.State.CANCELLED:
        return False
    return trial.run.state != Run.State.COMPLETED or trial.stage == Stage.CONFIRM.value


def retry_trial(trial: Trial) -> None:
    """Let a trial that ended badly wait again, with all its attempts; a run that failed goes on.

    Raises ConflictError.
    """
    run = trial.run
    if not can_be_retried(trial):
        raise ConflictError
    with transaction.atomic():
        if run.state in Run.OVER:
            move_run(run, Run.State.RUNNING, taken_home=False, finished_at=None)
        fresh: dict[str, Any] = {"attempt": 1, "lost": 0, "wish": Trial.Wish.NONE, "loss": None}
        move_trial(trial, TrialState.WAITING, **fresh, finished_at=None, finished_seq=None)
    hint_work(run.queue.name)


def retry_failed(run: Run) -> int:
    """Let all failed trials wait again; how many there were. Raises ConflictError if there are none."""
    failed = run.trials.filter(state=TrialState.FAILED.value).select_related("run__queue")
    if run.state == Run.State.COMPLETED:
        failed = failed.filter(stage=Stage.CONFIRM.value)
    with transaction.atomic():
        for trial in failed:
            trial.run = run  # one object, so that its version is the latest
            retry_trial(trial)
    if not failed:
        raise ConflictError
    return len(failed)


def cancel_run(run: Run) -> None:
    """End the run; its waiting trials are cancelled, its running ones asked to stop."""
    move_run(run, Run.State.CANCELLED, reason="cancelled", taken_home=True)
    _running(run.trials.all()).update(wish=Trial.Wish.CANCEL)
    for trial in run.trials.filter(state__in=OPEN).exclude(state=TrialState.RUNNING.value):
        try:
            move_trial(trial, TrialState.CANCELLED, reason="cancelled")
        except ConflictError:  # claimed or ended in between: reap() looks after it
            log.info("trial %s moved while its run was cancelled", trial.pk)
    hint_advance(run.pk)  # which frees the disk


def pause(run: Run) -> None:
    """Begin nothing new; what trains goes on, and the clock stands still. Raises ConflictError."""
    stops: dict[str, Any] = {}
    if run.deadline:
        left = ExpressionWrapper(F("deadline") - Now(), output_field=DurationField())
        stops = {"time_left": left, "deadline": None}
    move_run(run, Run.State.PAUSED, **stops)


def resume(run: Run) -> None:
    """Go on. Raises ConflictError."""
    goes_on: dict[str, Any] = {}
    if run.time_left is not None:
        goes_on = {"deadline": from_now(run.time_left), "time_left": None}
    move_run(run, Run.State.RUNNING, **goes_on)
    hint_advance(run.pk)
    hint_work(run.queue.name)


def drain(run: Run) -> None:
    """Pause, and have running trials given back: they go on from their checkpoints after a resume."""
    pause(run)
    give_back(run.trials.all())


def pause_queue(queue: Queue, reason: str = "") -> None:
    """Begin nothing new on the queue's devices; what trains there goes on."""
    Queue.objects.filter(pk=queue.pk).update(paused=True, reason=reason)


def open_queue(queue: Queue) -> None:
    Queue.objects.filter(pk=queue.pk).update(paused=False, reason="")
    hint_work(queue.name)


def drain_queue(queue: Queue) -> None:
    """Pause the queue, and have its running trials given back at their last checkpoint."""
    pause_queue(queue)
    give_back(Trial.objects.filter(device__queue=queue))


def leave(device: Device) -> None:
    """Give back what a device works on, because its worker is about to stop."""
    give_back(Trial.objects.filter(device=device))


def give_back(trials: QuerySet[Trial]) -> None:
    """Ask for running trials back; an earlier wish of a person stands."""
    _running(trials).filter(wish=Trial.Wish.NONE).update(wish=Trial.Wish.GIVE_BACK)


def _running(trials: QuerySet[Trial]) -> QuerySet[Trial]:
    return trials.filter(state=TrialState.RUNNING.value)
