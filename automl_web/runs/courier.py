"""Messages that may get lost, sent so that a silent broker holds up nobody for long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class Courier:
    """Delivers by a broker or gives up; after a slow failure it rests for three times as long.

    A broker that takes connections but never answers, as a frozen one does, thus costs a page that
    has many messages to send one time-out and not one each. A refused connection costs no rest.
    """

    def __init__(self) -> None:
        self._rests_until = 0.0

    def deliver(self, what: str, send: Callable[[], object]) -> None:
        began = time.monotonic()
        if began < self._rests_until:
            log.info("%s was not sent: the broker did not answer a moment ago", what)
            return
        try:
            send()
        except (OperationalError, RedisError, OSError) as error:
            now = time.monotonic()
            self._rests_until = now + 3 * (now - began)
            log.warning("%s was not sent: %s", what, error)
