"""Notices that a worker has gone deaf: work waits in its queues, it has none, and takes none.

It happens after the loss of a broker: kombu 5.5.4 counts a message whose acknowledgement timed out
as unfinished for ever, and so lets in no other. The process lives, beats, and would do so for days.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

from celery import Celery
from celery.worker import state
from kombu import Connection
from kombu.exceptions import ChannelError, OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHECKS = 4
"""Times in a row that a worker must be found deaf: between two tasks everybody is, for a moment."""


class Hearing:
    """Whether the worker of this process still takes what waits in its `queues`."""

    def __init__(self, app: Celery, queues: Sequence[str]) -> None:
        self.app = app
        self.queues = queues
        self.taken = 0
        self.missed = 0

    def check(self) -> None:
        """To be called now and then; ends the process, which its supervisor starts again, if it is deaf."""
        taken = sum(state.total_count.values())
        idle = not state.reserved_requests and not state.active_requests
        self.missed = self.missed + 1 if idle and taken == self.taken and self._is_waiting() else 0
        self.taken = taken
        if self.missed >= CHECKS:
            log.critical("This worker takes nothing of %s though work waits: it ends.", self.queues)
            os._exit(1)

    def _is_waiting(self) -> bool:
        """Whether a queue holds messages; a broker that is away is no sign of deafness."""
        try:
            with self.app.connection_for_read() as connection:
                return any(_length(connection, queue) for queue in self.queues)
        except (OperationalError, RedisError, OSError):
            return False


def _length(connection: Connection, queue: str) -> int:
    channel: Any = connection.default_channel
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:  # to Redis an empty queue is none
        return 0
