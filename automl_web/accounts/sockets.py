"""Which websockets are opened at all: those of this site's own pages, where there is something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import re_path

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SameOrigin:
    """Refuses a page of another site, of another port of this host too, which cookies do not tell apart."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if origin in settings.CSRF_TRUSTED_ORIGINS or urlsplit(origin).netloc == host != "":
            await self.application(scope, receive, send)
        else:
            await _refuse(scope, receive, send)


async def _refuse(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close"})


nowhere = re_path("", _refuse)  # type: ignore[arg-type] # a route of Channels leads to ASGI
"""The last route: an address without a websocket is refused, not an error in the log."""
