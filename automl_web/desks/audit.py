"""The audit record as a page, for admins."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from automl_web.accounts.models import Action, Entry
from automl_web.accounts.views import require_admin

PAGE_SIZE = 100
FILTERS = ("person", "action")


@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what, the newest first; `?person=` and `?action=` keep some."""
    require_admin(request)
    wanted = {name: value for name in FILTERS if (value := request.GET.get(name, ""))}
    found = Entry.objects.filter(**wanted).order_by("-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [(entry, _title(entry.action)) for entry in page],
        "actions": Action.choices,
        "query": urlencode(wanted),
        **wanted,
    }
    return render(request, "desks/audit.html", shown)


def _title(action: str) -> str:
    """An action in words; of one that a newer version wrote, its name."""
    return str(Action(action).label) if action in Action.values else action
