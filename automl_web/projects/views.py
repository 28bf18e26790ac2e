"""Projects, what is in them, and who shares them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.projects.access import project_or_404
from automl_web.projects.forms import MemberForm, ProjectForm, RoleForm
from automl_web.projects.models import LastOwnerError, Project, Role

SHOWN = 10
"""Datasets and runs that a project's page shows; the rest is in their own lists."""


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    found = Project.objects.for_user(person(request)).prefetch_related("members").order_by("name")
    return render(request, "projects/projects.html", {"projects": found})


def new(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        begun = Project.begin(form.cleaned_data["name"], person(request))
        audit(request, Action.PROJECT_BEGUN, begun)
        return redirect(begun)
    return render(request, "projects/new.html", {"form": form}, status=_status(request))


@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    found = project_or_404(request.user, slug)
    role = found.role_of(person(request))
    page = {
        "project": found,
        "datasets": found.datasets.order_by("-created_at")[:SHOWN],
        "runs": found.runs.order_by("-created_at")[:SHOWN],
        "memberships": found.memberships.select_related("user").order_by("user__username"),
        "may_edit": role in Role.EDITOR.at_least,
        "is_owner": role == Role.OWNER,
    }
    return render(request, "projects/project.html", page)


def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who shares a project; its owners add people here."""
    role = Role.OWNER if request.method == "POST" else Role.VIEWER
    found = project_or_404(request.user, slug, role)
    form = MemberForm(found, request.POST or None)
    if form.is_valid():
        added = form.save()
        audit(request, Action.MEMBER_ADDED, found, name=added.user.username, role=added.role)
        return redirect("members", slug)
    memberships = found.memberships.select_related("user").order_by("user__username")
    page = {
        "project": found,
        "form": form,
        "rows": [(m, RoleForm({"role": m.role}, auto_id=f"%s-{m.pk}")) for m in memberships],
        "is_owner": found.role_of(person(request)) == Role.OWNER,
    }
    return render(request, "projects/members.html", page, status=_status(request))


@require_POST
def member_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = project_or_404(request.user, slug, Role.OWNER)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is not a role."), status=422, content_type="text/plain")
    return _change(request, found, pk, Role(form.cleaned_data["role"]))


@require_POST
def member_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _change(request, project_or_404(request.user, slug, Role.OWNER), pk, None)


def _change(request: HttpRequest, found: Project, pk: int, role: Role | None) -> HttpResponse:
    membership = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    try:
        found.change_member(membership, role)
        action = Action.MEMBER_CHANGED if role else Action.MEMBER_REMOVED
        name = membership.user.username
        audit(request, action, found, name=name, was=membership.role, role=role)
    except LastOwnerError:
        messages.error(
            request,
            _(
                "A project needs an owner, and this is the last one. Make somebody else owner first."
            ),
        )
    may_still_see = found.role_of(person(request)) is not None
    return redirect("members", found.slug) if may_still_see else redirect("projects")


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
