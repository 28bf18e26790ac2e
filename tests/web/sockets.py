"""A websocket client inside the process; channels' own needs Daphne, which we do not run."""

from __future__ import annotations

import json

from asgiref.testing import ApplicationCommunicator


class Socket(ApplicationCommunicator):
    """One websocket to `path` of an ASGI application."""

    def __init__(self, application, path, headers):
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self):
        """Whether the connection was accepted."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(5))["type"] == "websocket.accept"

    async def send_text(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def send_json(self, document):
        await self.send_text(json.dumps(document))

    async def receive_json(self):
        message = await self.receive_output(10)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def is_closed(self):
        return (await self.receive_output(5))["type"] == "websocket.close"

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)
