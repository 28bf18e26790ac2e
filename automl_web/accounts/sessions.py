"""How long one stays signed in, and whose a session is at this moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from automl_web.accounts.models import User


class SessionLimits:
    """Ends sessions that were not used for SESSION_IDLE, and all of them after SESSION_LONGEST.

    Django ends a session at its expiry date, so it is enough to move that date now and then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            renew(request.session)
        return self.get_response(request)


def renew(session: SessionBase) -> None:
    """Let the session last for another SESSION_IDLE; rarely, as each time writes to the database."""
    now = timezone.now()
    began = datetime.fromisoformat(session.setdefault("began", now.isoformat()))
    if "seen" in session:
        unused = now - datetime.fromisoformat(session["seen"])
        if unused < settings.SESSION_IDLE / 100:
            return
    session["seen"] = now.isoformat()
    session.set_expiry(min(now + settings.SESSION_IDLE, began + settings.SESSION_LONGEST))


def whose(key: str | None) -> User | None:
    """The person of a session as the database has it now; None once it or they may not go on.

    So it is after signing out, a new password, the end of the session, and being deactivated.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None
