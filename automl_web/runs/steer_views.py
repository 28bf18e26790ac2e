"""The buttons that steer runs and trials."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.projects.models import Role
from automl_web.runs import steer
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.views import visible_run


def _steer_run(
    request: HttpRequest, pk: int, action: Callable[[Run], object], told: Action
) -> HttpResponse:
    found = visible_run(request, pk, Role.EDITOR)
    try:
        with transaction.atomic():
            action(found)
            audit(request, told, found)
    except ConflictError:
        messages.warning(request, _("The run has moved on in the meantime. Nothing was changed."))
    return redirect(found)


def _steer_trial(
    request: HttpRequest,
    pk: int,
    number: int,
    action: Callable[[Trial], None],
    told: Action,
    done: str,
) -> HttpResponse:
    found = visible_run(request, pk, Role.EDITOR)
    row = get_object_or_404(found.trials.select_related("run__queue"), number=number)
    try:
        with transaction.atomic():
            action(row)
            audit(request, told, row)
        messages.info(request, done % {"number": number})
    except ConflictError:
        messages.warning(
            request, _("This trial has moved on in the meantime. Nothing was changed.")
        )
    return redirect(row)


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _steer_run(request, pk, steer.pause, Action.RUN_PAUSED)


@require_POST
def drain(request: HttpRequest, pk: int) -> HttpResponse:
    return _steer_run(request, pk, steer.drain, Action.RUN_DRAINED)


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _steer_run(request, pk, steer.resume, Action.RUN_RESUMED)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _steer_run(request, pk, steer.cancel_run, Action.RUN_CANCELLED)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try all failed trials again."""

    def again(found: Run) -> None:
        count = steer.retry_failed(found)
        one, many = "%(count)s trial is tried again.", "%(count)s trials are tried again."
        messages.info(request, ngettext(one, many, count) % {"count": count})

    return _steer_run(request, pk, again, Action.RUN_RETRIED)


@require_POST
def stop_trial(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    done = _("Trial %(number)s is being stopped.")
    return _steer_trial(request, pk, number, steer.stop_trial, Action.TRIAL_STOPPED, done)


@require_POST
def retry_trial(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    done = _("Trial %(number)s is tried again.")
    return _steer_trial(request, pk, number, steer.retry_trial, Action.TRIAL_RETRIED, done)
