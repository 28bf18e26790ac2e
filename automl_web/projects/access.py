"""Who may see and do what: an outsider gets 404, a member whose role is too small 403."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404

from automl_web.accounts.audit import HiddenError
from automl_web.accounts.models import User
from automl_web.projects.models import Project, Role

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ForUser(Protocol[M_co]):
    """A manager or queryset that knows what a person may see."""

    def for_user(self, user: User, role: Role = ...) -> models.QuerySet[Any]: ...

    def get(self, *args: Any, **lookup: Any) -> M_co: ...


def project_or_404(user: User | AnonymousUser, slug: str, role: Role = Role.VIEWER) -> Project:
    """The project, if `user` has at least `role` in it; raises Http404 or PermissionDenied."""
    return member_or_404(Project.objects, user, role, slug=slug)


def member_or_404(
    queryset: ForUser[M_co], user: User | AnonymousUser, role: Role, **lookup: Any
) -> M_co:
    """The object of a project in which `user` has at least `role`.

    Raises Http404 if they may not see it, PermissionDenied if they may see it but not this.
    """
    if not isinstance(user, User):
        raise Http404
    try:
        found: M_co = queryset.for_user(user).get(**lookup)
    except ObjectDoesNotExist:
        raise _missing(queryset, lookup) from None
    if not queryset.for_user(user, role).filter(pk=found.pk).exists():
        raise PermissionDenied
    return found


def _missing(queryset: ForUser[M_co], lookup: dict[str, Any]) -> Http404:
    """One answer to the person, whether there is nothing or nothing for them."""
    try:
        queryset.get(**lookup)
    except ObjectDoesNotExist:
        return Http404()
    return HiddenError()
