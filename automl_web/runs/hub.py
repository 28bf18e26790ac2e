"""One hub per watched run and web process: it reads what is new once and shares one frame with all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db.utils import DatabaseError
from redis.exceptions import RedisError

from automl_web.runs.live import Frame, newer
from automl_web.runs.models import Run
from automl_web.runs.record import group_of

log = logging.getLogger(__name__)

FRAME_EVERY = 0.25  # seconds at least between two frames
LOOK_EVERY = 1.0  # seconds until the hub looks by itself: ticks may get lost


class Watcher(Protocol):
    def offer(self, frame: Frame, text: str) -> None:
        """Take note of a new frame without waiting; a slow watcher only remembers the latest."""


class Hub:
    """Follows the events of one run for as long as somebody watches."""

    _hubs: dict[int, Hub] = {}

    def __init__(self, run_id: int, seq: int) -> None:
        self.run_id = run_id
        self.seq = seq
        self.watchers: set[Watcher] = set()
        self.news = asyncio.Event()
        # Kept here because the event loop holds tasks weakly: a hub must not be collected.
        self.tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow())]

    @classmethod
    async def join(cls, run_id: int, watcher: Watcher) -> None:
        if run_id not in cls._hubs:
            seq = await _latest(run_id)
            if run_id not in cls._hubs:  # another may have come while we asked
                cls._hubs[run_id] = cls(run_id, seq)
        hub = cls._hubs[run_id]
        hub.watchers.add(watcher)
        hub.news.set()

    @classmethod
    def leave(cls, run_id: int, watcher: Watcher) -> None:
        hub = cls._hubs.get(run_id)
        if hub is None:
            return
        hub.watchers.discard(watcher)
        if not hub.watchers:
            del cls._hubs[run_id]
            for task in hub.tasks:
                task.cancel()

    async def _listen(self) -> None:
        """Wake up at every tick; without a channel layer `_follow` looks on its own."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(group_of(self.run_id), channel)
                while True:
                    await layer.receive(channel)
                    self.news.set()
            except (RedisError, OSError) as error:
                log.warning("no ticks for run %s: %s", self.run_id, error)
                await asyncio.sleep(LOOK_EVERY)

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), LOOK_EVERY)
            self.news.clear()
            try:
                frame = await database_sync_to_async(newer)(self.run_id, self.seq)
            except DatabaseError:
                log.exception("run %s could not be read", self.run_id)
                continue
            if frame is not None:
                self.seq = frame.seq
                self._share(frame)
                await asyncio.sleep(FRAME_EVERY)

    def _share(self, frame: Frame) -> None:
        text = json.dumps(frame.document, allow_nan=False)
        for watcher in list(self.watchers):
            watcher.offer(frame, text)


@database_sync_to_async
def _latest(run_id: int) -> int:
    return Run.objects.values_list("seq", flat=True).get(pk=run_id)
