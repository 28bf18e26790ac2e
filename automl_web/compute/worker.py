"""What a Celery worker does beside its tasks: it beats for its device, and takes part in duties."""

from __future__ import annotations

import os
from typing import Any

from celery.signals import worker_ready
from django.conf import settings
from django.db.models.functions import Now

from automl_web.compute.hearing import CHECKS, Hearing
from automl_web.compute.models import Device
from automl_web.compute.timers import repeat, start_duties

BEAT_EVERY = 5.0


@worker_ready.connect
def begin(sender: Any, **_kwargs: Any) -> None:
    """Runs in the worker's own process; its child is busy for hours."""
    start_duties()
    hearing = Hearing(sender.app, list(sender.app.amqp.queues.consume_from))
    repeat("hearing", settings.DEAF_SECONDS / CHECKS, hearing.check)
    device = os.environ.get("AUTOML_DEVICE_ID")
    if device:
        worker = str(sender.hostname)
        repeat("beat", BEAT_EVERY, lambda: beat(int(device), worker))


def beat(device: int, worker: str) -> None:
    """Say that the device's worker lives, by the database's clock."""
    Device.objects.filter(pk=device).update(beat_at=Now(), worker=worker)
