"""Pages of search spaces: list, copy the ready-made one, edit by ranges or as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.projects.access import member_or_404, project_or_404
from automl_web.projects.models import Project, Role
from automl_web.runs.architecture_form import ArchitectureForm
from automl_web.runs.chosen_space import READY_MADE, ready_made
from automl_web.runs.models import SearchSpace
from automl_web.runs.preview import preview
from automl_web.runs.space_form import JsonForm, RangesForm, as_text
from search.problems import KINDS
from search.problems.architecture_space import TRAINED_BY


@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    projects = Project.objects.for_user(person(request)).prefetch_related("spaces").order_by("name")
    context = {"projects": projects, "ready_made": READY_MADE.values()}
    return render(request, "runs/spaces.html", context)


def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy a ready-made space, `?copy=`, under a name of its own, changed or not."""
    project = project_or_404(request.user, slug, Role.EDITOR)
    copied = READY_MADE.get(request.GET.get("copy", ""), READY_MADE["images"])
    space = SearchSpace(
        project=project,
        name=_("My search space"),
        document=ready_made(copied.key),
        kind=copied.kind,
    )
    return _edit(request, space, may_edit=True)


def space(request: HttpRequest, pk: int) -> HttpResponse:
    role = Role.EDITOR if request.method == "POST" else Role.VIEWER
    found = member_or_404(SearchSpace.objects.select_related("project"), request.user, role, pk=pk)
    if request.GET.get("format") == "json":
        headers = {"Content-Disposition": f'attachment; filename="space-{found.pk}.json"'}
        return JsonResponse(found.document, json_dumps_params={"indent": 2}, headers=headers)
    may_edit = found.project.role_of(person(request)) in Role.EDITOR.at_least
    return _edit(request, found, may_edit=may_edit)


def _edit(request: HttpRequest, found: SearchSpace, *, may_edit: bool) -> HttpResponse:
    """The forms of a space; `preview` draws from what is filled in, without keeping it."""
    as_json = request.POST.get("form") == "json"
    posted: Any = request.POST if request.method == "POST" else None
    filled = None if as_json else posted
    cells = ArchitectureForm(found.document, filled) if "architecture" in found.document else None
    ranges = _ranges(found, filled)
    sent = posted if as_json else None
    kept = {"name": found.name, "document": as_text(found.document)}
    document = JsonForm(found.kind, sent, initial=kept)
    valid = _are_valid(document) if as_json else _are_valid(ranges, cells)
    wanted = found.document if posted is None else None
    if posted is not None and valid:
        wanted = document.cleaned_data["document"] if as_json else _document(ranges, cells)
        if "preview" not in posted:
            form = document if as_json else ranges
            return _save(request, found, form.cleaned_data["name"], wanted)
    asked = "preview" in (request.GET if posted is None else posted)
    context = {
        "space": found,
        "ranges": ranges,
        "cells": cells,
        "preview": preview(found, wanted) if asked and wanted is not None else None,
        "asked": asked,
        "document": document,
        "as_json": as_json,
        "may_edit": may_edit,
    }
    status = 200 if posted is None or asked else 422
    return render(request, "runs/space.html", context, status=status)


def _are_valid(*forms: Form | None) -> bool:
    """Whether all are; each is asked, so that each shows its errors."""
    judged = [form.is_valid() for form in forms if form is not None]
    return all(judged)


def _save(
    request: HttpRequest, found: SearchSpace, name: str, document: dict[str, Any]
) -> HttpResponse:
    found.name, found.document = name, document
    found.save()
    audit(request, Action.SPACE_SAVED, found)
    messages.success(request, _("Saved. Runs that have begun keep the space they began with."))
    return redirect(found)


def _ranges(found: SearchSpace, data: Any) -> RangesForm:
    if "architecture" in found.document:
        return RangesForm(found.document["training"], TRAINED_BY, data, found.name)
    return RangesForm(found.document, KINDS[found.kind].hyperparameters, data, found.name)


def _document(ranges: RangesForm, cells: ArchitectureForm | None) -> dict[str, Any]:
    assert ranges.space is not None
    if cells is None:
        return ranges.space.to_json()
    return {"architecture": cells.architecture, "training": ranges.space.to_json()}
