"""Celery tasks: ids in, nothing out, safe to receive twice."""

from __future__ import annotations

import os
import shutil
from functools import cache

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import connections

from automl_web.compute.models import Device, Queue
from automl_web.runs import schedule, steer
from automl_web.runs.hints import hint_advance, hint_work
from automl_web.runs.models import Run
from automl_web.runs.pruning import prune_over
from automl_web.runs.slot import Slot


@cache
def _slot() -> Slot:
    """The one device of this worker process."""
    return Slot(Device.objects.get(pk=int(os.environ["AUTOML_DEVICE_ID"])))


@shared_task(name="runs.work")
def work(queue: str) -> None:
    """Claim one waiting trial of the queue and train it to its end; nothing to claim, nothing to do."""
    slot = _slot()
    if shutil.disk_usage(settings.DATA).free < settings.LEAST_FREE_BYTES:
        steer.pause_queue(Queue.objects.get(name=queue), "disk_full")
        return
    claim = schedule.claim(queue, slot.device)
    if claim is None:
        return
    slot.train(claim)
    hint_advance(claim.run_id)
    hint_work(queue)


@shared_task(name="runs.advance")
def advance(run_id: int) -> None:
    """Decide what the run does next; of one that is over, free the disk."""
    if Run.objects.filter(pk=run_id).exists():
        schedule.advance(run_id)
        prune_over(run_id)


@worker_shutting_down.connect
def leave(**_kwargs: object) -> None:
    """Runs in the worker's own process: its child, which trains, gives the trial back and ends."""
    device = os.environ.get("AUTOML_DEVICE_ID")
    if device:
        steer.leave(Device.objects.get(pk=int(device)))
        connections.close_all()
