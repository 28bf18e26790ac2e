"""The ASGI application: pages by HTTP, live runs by websocket."""

from __future__ import annotations

import os

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
http = get_asgi_application()

from automl_web.accounts.sockets import SameOrigin, nowhere  # noqa: E402 - needs Django set up
from automl_web.compute.timers import start_duties  # noqa: E402 - needs Django set up
from automl_web.datasets.body_limit import BodyLimit  # noqa: E402 - needs Django set up
from automl_web.runs.consumers import websocket_urlpatterns  # noqa: E402 - needs Django set up


async def lifespan(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Take part in periodic duties as long as the server runs."""
    while (await receive())["type"] == "lifespan.startup":
        start_duties()
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http),
        "lifespan": lifespan,
        "websocket": AllowedHostsOriginValidator(
            SameOrigin(AuthMiddlewareStack(URLRouter([*websocket_urlpatterns, nowhere])))
        ),
    }
)
