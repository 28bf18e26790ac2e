"""The websocket of a live page: the page says how far it is, and gets what comes after."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import Counter, deque
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qs

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db.utils import DatabaseError
from django.urls import path

from automl_web.runs.hub import Hub
from automl_web.runs.live import Frame
from automl_web.runs.models import Run

log = logging.getLogger(__name__)

# Close codes. From 4400 on a page does not ask again, because that would not help.
TRY_AGAIN = 1013
NONSENSE = 4400
NOT_FOUND = 4404
TOO_MANY_MESSAGES = 4408
TOO_MANY_SOCKETS = 4429

MESSAGES, WITHIN = 40, 10.0  # so many messages a page may send within so many seconds
DRAIN_WITHIN = 10.0  # seconds that a page may take to read what it was sent
RIGHTS_EVERY = 20.0  # seconds after which the right to see the run is checked anew

_open: Counter[int] = Counter()
"""Websockets of each person in this process."""


class RunConsumer(AsyncWebsocketConsumer):
    """Sends `{after, seq, patch}` frames of one run to somebody who may see it.

    The page asks again every 15 s. The right to see the run is checked at each question, and from
    time to time if a page only listens.
    """

    hub: Hub | None = None
    person: int | None = None  # whom this websocket is counted for

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._let_go()
            self._count_out()  # only now: what a page does not read is kept until it is gone

    async def connect(self) -> None:
        self.run_id = int(self.scope["url_route"]["kwargs"]["pk"])
        self.trial = _trial_of(self.scope["query_string"])
        self.seq = 0
        self.latest: Frame | None = None
        self.is_dismissed = self.is_refused = False
        self.news = asyncio.Event()
        self.heard: deque[float] = deque(maxlen=MESSAGES)
        await self.accept()
        if not await self._may_see():
            await self._refuse(NOT_FOUND)
        elif not self._count_in(self.scope["user"].pk):
            await self._refuse(TOO_MANY_SOCKETS)
        else:
            self._begin(self._send_news())
            self._begin(self._guard())

    def _count_in(self, person: int) -> bool:
        if _open[person] >= settings.SOCKETS_A_PERSON:
            return False
        _open[person] += 1
        self.person = person
        return True

    def _count_out(self) -> None:
        if self.person is not None:
            _open[self.person] -= 1

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_refused:
            return
        now = time.monotonic()
        if len(self.heard) == MESSAGES and now - self.heard[0] < WITHIN:
            await self._refuse(TOO_MANY_MESSAGES)
            return
        self.heard.append(now)
        try:
            after = int(json.loads(text_data or "")["after"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            await self._refuse(NONSENSE)
            return
        if not await self._may_see():
            await self._refuse(NOT_FOUND)
            return
        self.seq = max(after, 0)
        self.hub = await Hub.join(self.run_id, self)
        self.news.set()

    def offer(self, frame: Frame) -> None:
        """One slot, not a queue: a page that reads slowly finds the rest in the database."""
        self.latest = frame
        self.news.set()

    def dismiss(self) -> None:
        self.is_dismissed = True
        self.news.set()

    async def _send_news(self) -> None:
        while True:
            await self.news.wait()
            self.news.clear()
            if self.is_dismissed:
                await self._refuse(TRY_AGAIN)
                return
            frame, self.latest = self.latest, None
            if self.hub is None:
                continue
            if frame is None or not self._follows(frame):
                frame = await self.hub.story(self.seq, self.trial)
            if frame is not None and frame.seq > self.seq:
                self.seq = frame.seq
                await asyncio.wait_for(self.send(text_data=frame.text), DRAIN_WITHIN)

    def _follows(self, frame: Frame) -> bool:
        return self.trial is None if frame.is_state else frame.after == self.seq

    async def _guard(self) -> None:
        while True:
            await asyncio.sleep(RIGHTS_EVERY)
            if not await self._may_see():
                await self._refuse(NOT_FOUND)
                return

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.create_task(self._attend(work)))

    async def _attend(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work; a page that reads too slowly, or cannot be served now, may come again."""
        try:
            await work
        except (TimeoutError, DatabaseError) as error:
            log.info("a page of run %s is let go: %r", self.run_id, error)
            await self._refuse(TRY_AGAIN)
        except OSError:
            pass  # the page is gone, which the server says by itself

    async def _refuse(self, code: int) -> None:
        """Let go of everything, then close; where a page does not read, this waits until it is gone."""
        self.is_refused = True
        self._let_go()
        with contextlib.suppress(OSError):  # gone already
            await self.close(code)

    def _let_go(self) -> None:
        if self.hub is not None:
            self.hub.leave(self)
        self.hub = self.latest = None
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def _may_see(self) -> bool:
        """Whether the session still stands, and its person may see the run."""
        session = self.scope["session"]
        # A fresh store of the same class: the one of the scope would answer from its memory.
        user = await get_user({"session": session.__class__(session.session_key)})
        return bool(user.is_authenticated and await self._is_visible_to(user))

    @database_sync_to_async
    def _is_visible_to(self, user: Any) -> bool:
        return Run.objects.for_user(user).filter(pk=self.run_id).exists()


def _trial_of(query: bytes) -> int | None:
    """The trial whose page this is."""
    [number] = parse_qs(query.decode("latin-1")).get("trial", [""])[:1]
    return int(number) if number.isdecimal() and len(number) < 10 else None


websocket_urlpatterns = [path("ws/runs/<int:pk>/", RunConsumer.as_asgi())]
