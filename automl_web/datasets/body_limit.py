"""No request may be larger than an upload: Django would write all of it to disk before any view runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

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

FORM_BYTES = 2**20  # what a form has around its file


class BodyLimit:
    """Answers 413 to a body that says or turns out to be larger than MAX_UPLOAD_BYTES.

    What is still sent is read and dropped, so that a browser, which listens only after it has sent
    everything, gets to see the answer.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        counted = Counted(receive, send, settings.MAX_UPLOAD_BYTES + FORM_BYTES)
        if scope["type"] != "http" or _declared(scope["headers"]) <= counted.limit:
            await self.application(scope, counted.receive, counted.send)
        else:
            await counted.refuse()


class Counted:
    """The two ways of one request, which lets the application see no more than `limit` bytes."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable, limit: int) -> None:
        self._receive, self._send, self.limit = receive, send, limit
        self.received = 0
        self.is_refused = False

    async def receive(self) -> ASGIReceiveEvent:
        event = await self._receive()
        if event["type"] == "http.request":
            self.received += len(event["body"])
            if self.received > self.limit:
                if event["more_body"]:
                    await self.refuse()
                else:
                    await self._answer()
                return HTTPDisconnectEvent(type="http.disconnect")
        return event

    async def send(self, event: ASGISendEvent) -> None:
        if not self.is_refused:
            await self._send(event)

    async def refuse(self) -> None:
        while (event := await self._receive())["type"] == "http.request":
            if not event["more_body"]:
                await self._answer()
                return

    async def _answer(self) -> None:
        self.is_refused = True
        sentence = _("This file is larger than the most we take. Zip smaller images.")
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await self._send(
            {"type": "http.response.start", "status": 413, "headers": headers, "trailers": False}
        )
        await self._send(
            {"type": "http.response.body", "body": sentence.encode(), "more_body": False}
        )


def _declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """The content length that a request claims; 0 if it claims none that makes sense."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
