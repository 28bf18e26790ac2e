"""The audit record: who did what, when, from where and with what outcome."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse

from automl_web.accounts.models import Action, Entry, User
from automl_web.accounts.throttle import address_of

log = logging.getLogger(__name__)


class HiddenError(Http404):
    """There is such a thing, but not for this person: 404 to them, a denial in the record."""


def audit(
    who: HttpRequest | User | None,
    action: Action,
    target: models.Model | str = "",
    outcome: str = "ok",
    **facts: str | float | None,
) -> None:
    """Add an entry to the record, and the same line to the log."""
    user = who.user if isinstance(who, HttpRequest) else who
    entry = Entry.objects.create(
        person=user.username if isinstance(user, User) else "",
        address=address_of(who) if isinstance(who, HttpRequest) else "",
        action=Action(action),
        target=_name(target)[:200],
        outcome=outcome,
        facts={key: _line(v) if isinstance(v, str) else v for key, v in facts.items()},
    )
    told = {"person": _line(entry.person), "address": entry.address, "action": entry.action}
    told |= {"target": entry.target, "outcome": outcome, "facts": entry.facts}
    log.info("audit %s", json.dumps(told))


class Denials:
    """Writes down who asked for what they may not see or do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Look at what a view has raised; the answer is made elsewhere."""
        if isinstance(exception, PermissionDenied):
            audit(request, Action.DENIED, request.path, "403", method=request.method)
        elif isinstance(exception, HiddenError):
            audit(request, Action.DENIED, request.path, "404", method=request.method)


def _name(target: models.Model | str) -> str:
    """How the record calls a thing: a person by name, what has an address by that."""
    if isinstance(target, User):
        return _line(target.username)
    if isinstance(target, models.Model):
        address: Callable[[], str] | None = getattr(target, "get_absolute_url", None)
        return address() if address else f"{target._meta.model_name} {target.pk}"
    return _line(target)


def _line(text: str) -> str:
    """The text on one line: what does not print could forge lines or turn their direction."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
