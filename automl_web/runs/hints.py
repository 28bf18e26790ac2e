"""Hints: messages that say where work may be. A lost or doubled one changes nothing."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction

from automl_web.runs.courier import Courier

CONTROL = "control"
COURIER = Courier()


def device_queue(queue: str) -> str:
    """The Celery queue that the devices of the compute queue `queue` listen to."""
    return f"device.{queue}"


def hint(task: str, argument: int | str, celery_queue: str = CONTROL) -> None:
    """Send the hint once the transaction is committed; without a broker it is only logged."""

    def send() -> None:
        current_app.send_task(task, args=[argument], queue=celery_queue, retry=False)

    what = f"hint {task}({argument})"
    transaction.on_commit(partial(COURIER.deliver, what, send), robust=True)


def hint_advance(run_id: int) -> None:
    hint("runs.advance", run_id)


def hint_work(queue: str) -> None:
    hint("runs.work", queue, device_queue(queue))


def hint_take_home(run_id: int) -> None:
    hint("registry.take_home", run_id)
