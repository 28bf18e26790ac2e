"""Mending a version: what the Data Doctor found is left out, or what was guessed is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.datasets.findings import Finding
from automl_web.datasets.kinds import INTAKES
from automl_web.datasets.mending import CORRECTED, NothingToMendError, fix_of, mend
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.version_views import version_page
from automl_web.projects.access import member_or_404
from automl_web.projects.models import Role


@require_POST
def version_mend(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Make the next version with the fix of a finding, or with what the kind's form corrects."""
    datasets = Dataset.objects.select_related("project")
    dataset = member_or_404(datasets, request.user, Role.EDITOR, pk=pk)
    versions = dataset.versions.select_related("dataset__project", "source")
    version = get_object_or_404(versions, number=number, state=Version.State.READY)
    if "fix" in request.POST:
        return _fixed(request, version)
    correct = INTAKES[version.kind].correct
    if not correct:
        raise Http404
    form = resolve_name(correct)(version, request.POST)
    if not form.is_valid():
        return version_page(request, version, correction=form, status=422)
    return _mended(request, version, form.options, CORRECTED)


def _fixed(request: HttpRequest, version: Version) -> HttpResponse:
    try:
        patch, told = fix_of(version, request.POST["fix"], request.POST.get("into", ""))
    except NothingToMendError as error:
        raise Http404 from error
    return _mended(request, version, patch, told)


def _mended(
    request: HttpRequest, version: Version, patch: Mapping[str, Any], told: Finding
) -> HttpResponse:
    if version.source is None:
        messages.warning(
            request,
            _(
                "The uploaded file is no longer there, so nothing can be made from it. Upload it again."
            ),
        )
        return redirect(version.dataset)
    made, is_new = mend(version, patch, told)
    if is_new:
        facts = {"version": made.number, "mended": version.number, "by": told["code"]}
        audit(request, Action.DATASET_MENDED, version.dataset, **facts)
    return redirect(version.dataset)
