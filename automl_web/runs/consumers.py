"""The websocket of a live page: the page says how far it is, and gets what comes after."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path

from automl_web.runs.hub import Hub
from automl_web.runs.live import Frame, newer
from automl_web.runs.models import Run

NOT_FOUND = 4404
NONSENSE = 4400


class RunConsumer(AsyncWebsocketConsumer):
    """Sends `{after, seq, patch}` frames of one run to somebody who may see it.

    The page asks again every 15 s; each time the right to see the run is checked anew.
    """

    async def connect(self) -> None:
        self.run_id = int(self.scope["url_route"]["kwargs"]["pk"])
        self.seq: int | None = None
        self.latest: tuple[Frame, str] | None = None
        self.news = asyncio.Event()
        self.sending = asyncio.Lock()
        await self.accept()
        if not await self._may_see():
            await self.close(NOT_FOUND)
            return
        self.sender = asyncio.create_task(self._send_news())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            after = int(json.loads(text_data or "")["after"])
        except (ValueError, KeyError, TypeError):
            await self.close(NONSENSE)
            return
        if not await self._may_see():
            await self.close(NOT_FOUND)
            return
        self.seq = max(after, 0)
        await Hub.join(self.run_id, self)  # first, so that nothing falls between the two
        async with self.sending:
            await self._catch_up()

    async def disconnect(self, code: int) -> None:
        Hub.leave(self.run_id, self)
        if hasattr(self, "sender"):
            self.sender.cancel()

    def offer(self, frame: Frame, text: str) -> None:
        """One slot, not a queue: a page that reads slowly finds the rest in the database."""
        self.latest = (frame, text)
        self.news.set()

    async def _send_news(self) -> None:
        while True:
            await self.news.wait()
            self.news.clear()
            if self.latest is None or self.seq is None:
                continue
            (frame, text), self.latest = self.latest, None
            async with self.sending:
                if frame.after == self.seq:
                    await self._send(frame, text)
                elif frame.seq > self.seq:
                    await self._catch_up()

    async def _catch_up(self) -> None:
        assert self.seq is not None
        frame = await database_sync_to_async(newer)(self.run_id, self.seq)
        if frame is not None:
            await self._send(frame, json.dumps(frame.document, allow_nan=False))

    async def _send(self, frame: Frame, text: str) -> None:
        self.seq = frame.seq
        await self.send(text_data=text)

    @database_sync_to_async
    def _may_see(self) -> bool:
        user: Any = self.scope["user"]
        if not user.is_authenticated:
            return False
        user.refresh_from_db()
        return user.is_active and Run.objects.for_user(user).filter(pk=self.run_id).exists()


websocket_urlpatterns = [path("ws/runs/<int:pk>/", RunConsumer.as_asgi())]
