"""Pages of search spaces: list, copy the ready-made one, edit by ranges or as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.projects.access import member_or_404, project_or_404
from automl_web.projects.models import Project, Role
from automl_web.runs.models import SearchSpace
from automl_web.runs.space_form import JsonForm, RangesForm, as_text, ready_made


@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    projects = Project.objects.for_user(person(request)).prefetch_related("spaces").order_by("name")
    return render(request, "runs/spaces.html", {"projects": projects})


def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy the ready-made space under a name of its own, changed or not."""
    project = project_or_404(request.user, slug, Role.EDITOR)
    space = SearchSpace(project=project, name=_("My search space"), document=ready_made())
    return _edit(request, space, may_edit=True)


def space(request: HttpRequest, pk: int) -> HttpResponse:
    role = Role.EDITOR if request.method == "POST" else Role.VIEWER
    found = member_or_404(SearchSpace.objects.select_related("project"), request.user, role, pk=pk)
    may_edit = found.project.role_of(person(request)) in Role.EDITOR.at_least
    return _edit(request, found, may_edit=may_edit)


def _edit(request: HttpRequest, found: SearchSpace, *, may_edit: bool) -> HttpResponse:
    as_json = request.POST.get("form") == "json"
    posted: Any = request.POST if request.method == "POST" else None
    ranges = RangesForm(found.document, None if as_json else posted, name=found.name)
    document = JsonForm(
        posted if as_json else None,
        initial={"name": found.name, "document": as_text(found.document)},
    )
    form = document if as_json else ranges
    if posted is not None and form.is_valid():
        found.name = form.cleaned_data["name"]
        found.document = document.cleaned_data["document"] if as_json else _document(ranges)
        found.save()
        audit(request, Action.SPACE_SAVED, found)
        messages.success(request, _("Saved. Runs that have begun keep the space they began with."))
        return redirect(found)
    context = {
        "space": found,
        "ranges": ranges,
        "document": document,
        "as_json": as_json,
        "may_edit": may_edit,
    }
    return render(request, "runs/space.html", context, status=200 if posted is None else 422)


def _document(ranges: RangesForm) -> dict[str, Any]:
    assert ranges.space is not None
    return ranges.space.to_json()
