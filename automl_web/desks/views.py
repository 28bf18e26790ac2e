"""Home, and whether the parts of the site answer."""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from automl_web.accounts.views import person
from automl_web.celery import app
from automl_web.projects.models import Project
from automl_web.runs.models import Run

SHOWN = 10
"""Runs and projects that the home page shows; the rest is in their own lists."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My latest runs and projects, or how to begin."""
    user = person(request)
    page = {
        "runs": Run.objects.filter(created_by=user)
        .for_user(user)
        .select_related("project")
        .order_by("-created_at")[:SHOWN],
        "projects": Project.objects.for_user(user).order_by("-created_at")[:SHOWN],
    }
    return render(request, "desks/home.html", page)


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether database, broker and channel layer answer: 200, or 503 with the ones that do not."""
    parts = {"database": _database, "broker": _broker, "channel_layer": _channel_layer}
    answers = {name: _answers(ask) for name, ask in parts.items()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except (DatabaseError, OperationalError, RedisError, OSError):
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _channel_layer() -> None:
    async_to_sync(get_channel_layer().group_send)("healthz", {"type": "healthz"})
