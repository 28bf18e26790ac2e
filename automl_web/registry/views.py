"""Models: the list, a model's page, and its files."""

from __future__ import annotations

from pkgutil import resolve_name

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.datasets.kinds import INTAKES
from automl_web.projects.access import member_or_404
from automl_web.projects.models import Role
from automl_web.registry import page
from automl_web.registry.models import ModelVersion
from automl_web.runs.hints import hint_take_home
from automl_web.runs.models import Run

PAGE_SIZE = 50


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    found = (
        ModelVersion.objects.for_user(person(request))
        .select_related("run__project", "run__dataset")
        .order_by("-created_at", "-pk")
    )
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "registry/models.html", {"page": shown})


@require_safe
def model(request: HttpRequest, pk: int) -> HttpResponse:
    found = model_or_404(request, pk)
    intake = INTAKES[found.run.dataset.kind]
    shown = {
        "model": found,
        "run": found.run,
        "trial": found.run.trials.filter(number=found.trial).first(),
        "problem": page.problem_of(found),
        "costs": page.costs(found),
        "template": intake.model_template,
        **resolve_name(intake.model_page)(found),
        "may_edit": found.run.project.role_of(person(request)) in Role.EDITOR.at_least,
    }
    return render(request, "registry/model.html", shown)


@csrf_exempt  # the view of the kind checks the token: it may have to set a handler of uploads first
def try_it(request: HttpRequest, pk: int) -> HttpResponse:
    """The try-it page of a model, which is that of its kind of data."""
    found = model_or_404(request, pk)
    if not found.can_be_tried:
        raise Http404
    view = resolve_name(INTAKES[found.run.dataset.kind].try_view)
    answer: HttpResponse = view(request, found)
    return answer


@require_safe
def model_file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    found = model_or_404(request, pk)
    for path in found.files:
        if path.name == name:
            audit(request, Action.MODEL_DOWNLOADED, found, file=name)
            # Whole, because an asynchronous server would gather a stream of pieces first anyway.
            return HttpResponse(
                path.read_bytes(),
                content_type="application/octet-stream",
                headers={
                    "Content-Disposition": content_disposition_header(True, name),
                    "X-Content-Type-Options": "nosniff",
                },
            )
    raise Http404


@require_POST
def model_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Export once more what could not be exported."""
    found = model_or_404(request, pk, Role.EDITOR)
    if found.problem:
        audit(request, Action.MODEL_RETRIED, found)
        found.delete()
        Run.objects.filter(pk=found.run_id).update(taken_home=False)
        hint_take_home(found.run_id)
    return redirect(found.run)


def model_or_404(request: HttpRequest, pk: int, role: Role = Role.VIEWER) -> ModelVersion:
    """The model with its run and dataset; raises Http404, or PermissionDenied for too small a role."""
    queryset = ModelVersion.objects.select_related("run__project", "run__dataset__dataset")
    return member_or_404(queryset, request.user, role, pk=pk)
