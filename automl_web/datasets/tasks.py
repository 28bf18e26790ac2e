"""The task of the control worker, and the hints that wake it."""

from __future__ import annotations

import logging

from celery import current_app, shared_task
from kombu.exceptions import OperationalError

from automl_web.datasets.ingest import ingest, waiting_versions
from automl_web.datasets.models import Version

PREPARE = "datasets.prepare"

logger = logging.getLogger(__name__)


@shared_task(name=PREPARE)
def prepare(version_id: int) -> None:
    """Prepare a version; safe to receive twice, late, or for a version that is gone."""
    version = Version.objects.select_related("dataset").filter(pk=version_id).first()
    if version is not None:
        ingest(version)


def hint(version_id: int) -> None:
    """Say that a version waits. Without a broker this is only logged: the hint is sent again later."""
    try:
        current_app.send_task(PREPARE, args=[version_id], queue="control", retry=False)
    except OperationalError as error:
        logger.warning("No broker for the hint that version %s waits: %s", version_id, error)


def hint_waiting() -> None:
    """Hint again for every version that nobody prepares; called by a timer."""
    for pk in waiting_versions().values_list("pk", flat=True):
        hint(pk)
