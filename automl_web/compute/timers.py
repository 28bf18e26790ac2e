"""Periodic duties: a timer in every process, elected in the database."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pkgutil import resolve_name

from django.apps import apps
from django.db import DatabaseError, connections
from django.db.models.functions import Now

log = logging.getLogger(__name__)

JITTER = 0.2
"""Part of a pause by which it varies, so that processes started together do not ask together."""


@dataclass(frozen=True)
class Duty:
    """`action` is done about every `seconds`, by whichever process asks first.

    It may be a dotted name, "module:function", for apps that name it before models can be imported.
    """

    name: str
    seconds: float
    action: Callable[[], object] | str

    def do(self) -> None:
        action = resolve_name(self.action) if isinstance(self.action, str) else self.action
        action()


DUTIES: list[Duty] = []


def every(name: str, seconds: float, action: Callable[[], object] | str) -> None:
    """Have servers and workers do this; to be called while apps get ready."""
    DUTIES.append(Duty(name, seconds, action))


def start_duties() -> None:
    """Begin to ask for every duty's turn, in threads that end with the process."""
    for duty in DUTIES:
        repeat(duty.name, duty.seconds, partial(do_if_due, duty))


def repeat(name: str, seconds: float, action: Callable[[], object]) -> None:
    """Do `action` in a thread again and again; what goes wrong is logged, and tried again next time."""
    arguments = (seconds, action)
    threading.Thread(target=_repeat, name=f"timer-{name}", args=arguments, daemon=True).start()


def do_if_due(duty: Duty) -> bool:
    """Do the duty if it is due and nobody else does; whether it was done here."""
    timers = apps.get_model("compute", "Timer").objects  # by name: see Duty
    timers.get_or_create(name=duty.name, defaults={"due_at": Now()})
    due = timers.filter(name=duty.name, due_at__lte=Now())
    if due.update(due_at=Now() + timedelta(seconds=duty.seconds)) != 1:
        return False
    duty.do()
    return True


def _repeat(seconds: float, action: Callable[[], object]) -> None:
    while True:
        attempt(action)
        time.sleep(seconds * (1 + JITTER * (2 * secrets.SystemRandom().random() - 1)))


def attempt(action: Callable[[], object]) -> None:
    """Do `action` with a database connection of its own."""
    try:
        action()
    except DatabaseError as error:
        log.warning("the database did not answer, trying again soon: %s", error)
    except Exception:  # a timer must outlive whatever a duty meets
        log.exception("a periodic duty failed")
    finally:
        connections.close_all()
