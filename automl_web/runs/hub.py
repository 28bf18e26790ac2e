"""One hub per watched run and web process: it reads what is new once and shares one frame with all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import ClassVar, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db.utils import DatabaseError
from redis.exceptions import RedisError

from automl_web.runs.live import BEHIND, Frame, newer
from automl_web.runs.models import Run
from automl_web.runs.record import group_of

log = logging.getLogger(__name__)

FRAME_EVERY = 0.25  # seconds at least between two frames
LOOK_EVERY = 1.0  # seconds until the hub looks by itself: ticks may get lost
STORIES = 50  # that are kept at most for pages which ask for the same


class Watcher(Protocol):
    """A page that watches; `trial` is the one that it shows alone, if it does."""

    trial: int | None

    def offer(self, frame: Frame) -> None:
        """Take note of a new frame without waiting; a slow watcher only remembers the latest."""

    def dismiss(self) -> None:
        """The hub has died: let the page go, so that it comes back to a new one."""


class Hub:
    """Follows the events of one run for as long as somebody watches."""

    _hubs: ClassVar[dict[int, Hub]] = {}

    def __init__(self, run_id: int, seq: int) -> None:
        self.run_id = run_id
        self.seq = seq
        self.watchers: set[Watcher] = set()
        self.news = asyncio.Event()
        self._stories: dict[tuple[int, int | None], asyncio.Task[Frame | None]] = {}
        # Kept here because the event loop holds tasks weakly: a hub must not be collected.
        self.tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow())]
        for task in self.tasks:
            task.add_done_callback(self._ended)

    @classmethod
    async def join(cls, run_id: int, watcher: Watcher) -> Hub:
        if run_id not in cls._hubs:
            seq = await _latest(run_id)
            if run_id not in cls._hubs:  # another may have come while we asked
                cls._hubs[run_id] = cls(run_id, seq)
        hub = cls._hubs[run_id]
        hub.watchers.add(watcher)
        hub.news.set()
        return hub

    def leave(self, watcher: Watcher) -> None:
        self.watchers.discard(watcher)
        if not self.watchers:
            self._stop()

    async def story(self, after: int, trial: int | None) -> Frame | None:
        """What a page at `after` lacks of what has been shared, read once for all that stand there."""
        if after >= self.seq:
            return None
        key = (after if self.seq - after <= BEHIND else 0, trial)
        if key not in self._stories:
            if len(self._stories) >= STORIES:
                self._stories.clear()
            self._stories[key] = asyncio.create_task(self._read(key[0], self.seq, trial))
        try:
            return await asyncio.shield(self._stories[key])
        except DatabaseError:
            self._stories.pop(key, None)
            raise

    async def _read(self, after: int, upto: int | None, trial: int | None = None) -> Frame | None:
        shown = {watcher.trial for watcher in self.watchers if watcher.trial is not None}
        read = database_sync_to_async(newer)
        frame: Frame | None = await read(self.run_id, after, upto, shown, trial)
        return frame

    def _stop(self) -> None:
        if self._hubs.get(self.run_id) is self:
            del self._hubs[self.run_id]
        for task in self.tasks:
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A hub must not fall silent: if one of its tasks dies, its pages come back to a new one."""
        if task.cancelled():
            return
        log.error("the hub of run %s died", self.run_id, exc_info=task.exception())
        self._stop()
        for watcher in list(self.watchers):
            watcher.dismiss()

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
        clock = asyncio.get_running_loop().time
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), LOOK_EVERY)
            self.news.clear()
            began = clock()
            try:
                frame = await self._read(self.seq, None)
            except DatabaseError:
                log.exception("run %s could not be read", self.run_id)
                await asyncio.sleep(LOOK_EVERY)
                continue
            if frame is not None:
                self.seq = frame.seq
                self._stories.clear()
                for watcher in list(self.watchers):
                    watcher.offer(frame)
                await asyncio.sleep(max(began + FRAME_EVERY - clock(), 0))


@database_sync_to_async
def _latest(run_id: int) -> int:
    return Run.objects.values_list("seq", flat=True).get(pk=run_id)
