"""No request may be larger than an upload: Django would write all of it to disk before any view runs."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPDisconnectEvent,
    Scope,
)
from django.conf import settings
from django.utils.translation import gettext as _

from automl_web.datasets.disk import KEPT_FREE_BYTES, is_full, no_room

FORM_BYTES = 2**20  # what a form has around its file, and any form may have on a full disk
COPIES = 2  # Django writes the request, and then the file out of it
TOO_LARGE, NO_ROOM = 413, 507


@dataclass(frozen=True)
class Cap:
    """The most that one request may hold, and the status that is answered beyond."""

    limit: int
    status: int


class BodyLimit:
    """Answers 413 to a body that says or turns out to be larger than MAX_UPLOAD_BYTES.

    And 507 to one that the disk has no room for. What is still sent is read and dropped, so that a
    browser, which listens only after it has sent everything, gets to see the answer.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        counted = Counted(receive, send, cap())
        if _declared(scope["headers"]) > counted.cap.limit:
            await counted.refuse()
            return
        try:
            await self.application(scope, counted.receive, counted.send)
        except OSError as error:
            if not is_full(error) or counted.is_answered:
                raise
            counted.cap = Cap(0, NO_ROOM)
            await counted.refuse()


def cap() -> Cap:
    """What is allowed now: the site's limit, or what fits on its disk."""
    largest = settings.MAX_UPLOAD_BYTES + FORM_BYTES
    room = (shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR).free - KEPT_FREE_BYTES) // COPIES
    return Cap(max(room, FORM_BYTES), NO_ROOM) if room < largest else Cap(largest, TOO_LARGE)


class Counted:
    """The two ways of one request, which lets the application see no more than its cap."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable, cap: Cap) -> None:
        self._receive, self._send, self.cap = receive, send, cap
        self.received = 0
        self.has_more = True
        self.is_answered = self.is_refused = False

    async def receive(self) -> ASGIReceiveEvent:
        event = await self._next()
        if event["type"] == "http.request" and self.received > self.cap.limit:
            await self.refuse()
            return HTTPDisconnectEvent(type="http.disconnect")
        return event

    async def send(self, event: ASGISendEvent) -> None:
        self.is_answered = True
        if not self.is_refused:
            await self._send(event)

    async def refuse(self) -> None:
        """Let the rest come and go, then say why."""
        while self.has_more:
            await self._next()
        self.is_refused = True
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await self._send(
            {
                "type": "http.response.start",
                "status": self.cap.status,
                "headers": headers,
                "trailers": False,
            }
        )
        body = self._sentence().encode()
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _next(self) -> ASGIReceiveEvent:
        event = await self._receive()
        if event["type"] == "http.request":
            self.received += len(event["body"])
            self.has_more = event["more_body"]
        else:
            self.has_more = False
        return event

    def _sentence(self) -> str:
        if self.cap.status == NO_ROOM:
            return no_room()
        return _("This file is larger than the most we take.")


def _declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """The content length that a request claims; 0 if it claims none that makes sense."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
