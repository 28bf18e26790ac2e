"""Who has tried to get in too often has to wait, longer each time."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from automl_web.accounts.models import Tries

FREE = 5
"""Tries without a pause."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""The time after which it is as if nobody had tried."""


class TooOftenError(Exception):
    """This person has to wait before the next try is looked at."""

    def __init__(self, wait: timedelta) -> None:
        minutes = math.ceil(wait.total_seconds() / 60) or 1
        super().__init__(
            ngettext(
                "Too many tries: this one was not looked at. Try again in a minute.",
                "Too many tries: this one was not looked at. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


def begin_try(what: str, request: HttpRequest) -> str:
    """Count a try before it is looked at, so that many at once gain nothing; returns its key.

    Raises TooOftenError.
    """
    now = timezone.now()
    Tries.objects.filter(free_at__lt=now - FORGOTTEN).delete()
    key = hashlib.sha256(f"{what}\n{address_of(request)}".encode()).hexdigest()
    tries, _created = Tries.objects.get_or_create(key=key, defaults={"free_at": now})
    free = Tries.objects.filter(pk=tries.pk, count=tries.count, free_at__lte=now)
    if free.update(count=F("count") + 1, free_at=now + _pause(tries.count + 1)) != 1:
        tries.refresh_from_db()
        raise TooOftenError(max(tries.free_at - now, timedelta()))
    return key


def forget(key: str) -> None:
    """The try was a good one."""
    Tries.objects.filter(key=key).delete()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Only a proxy that AUTOML_TLS says is in front is believed.

    It adds the address that it saw as the last one; those before it are the sender's own words.
    """
    if settings.TLS and (seen := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return str(seen).rpartition(",")[2].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def _pause(count: int) -> timedelta:
    if count < FREE:
        return timedelta()
    doubled: timedelta = FIRST_PAUSE * 2 ** min(count - FREE, 20)
    return min(doubled, LONGEST_PAUSE)
