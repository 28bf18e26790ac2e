"""The admin's plain page of queues: what waits, what works, and pause, open and drain."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import require_admin
from automl_web.compute.models import Device, Queue
from automl_web.runs import steer
from automl_web.runs.models import Run, Trial
from automl_web.runs.reasons import sentence
from automl_web.runs.schedule import CLAIMABLE, is_alive
from search.history import TrialState


@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    require_admin(request)
    waiting = Q(runs__state=Run.State.RUNNING, runs__trials__state__in=CLAIMABLE)
    found = Queue.objects.annotate(waiting=Count("runs__trials", filter=waiting)).order_by("name")
    alive = set(Device.objects.filter(is_alive()).values_list("pk", flat=True))
    working = {
        trial.device_id: trial
        for trial in Trial.objects.filter(state=TrialState.RUNNING.value).select_related("run")
    }
    rows = [
        {
            "queue": queue,
            "reason": sentence(queue.reason),
            "devices": [
                {"device": d, "alive": d.pk in alive, "trial": working.get(d.pk)}
                for d in queue.devices.order_by("host", "name")
            ],
        }
        for queue in found
    ]
    return render(request, "desks/queues.html", {"rows": rows})


def _steer(
    request: HttpRequest, name: str, action: Callable[[Queue], None], told: Action, done: str
) -> HttpResponse:
    require_admin(request)
    queue = get_object_or_404(Queue, name=name)
    action(queue)
    audit(request, told, queue, name=name)
    messages.info(request, done % {"queue": name})
    return redirect("queues")


@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    done = _("Queue %(queue)s is paused: what trains goes on, nothing new is begun.")
    return _steer(request, name, steer.pause_queue, Action.QUEUE_PAUSED, done)


@require_POST
def drain(request: HttpRequest, name: str) -> HttpResponse:
    done = _("Queue %(queue)s is drained: its trials go on from their checkpoints once it is open.")
    return _steer(request, name, steer.drain_queue, Action.QUEUE_DRAINED, done)


@require_POST
def reopen(request: HttpRequest, name: str) -> HttpResponse:
    done = _("Queue %(queue)s is open.")
    return _steer(request, name, steer.open_queue, Action.QUEUE_OPENED, done)
