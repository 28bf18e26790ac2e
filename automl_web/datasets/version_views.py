"""A dataset's page, which shows one version."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from automl_web.accounts.views import person
from automl_web.datasets.cards import doctor_of
from automl_web.datasets.kinds import INTAKES
from automl_web.datasets.mending import lineage_of
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.refusals import sentence_of
from automl_web.projects.access import member_or_404
from automl_web.projects.models import Role


@require_safe
def dataset(request: HttpRequest, pk: int) -> HttpResponse:
    return version_page(request, version_or_404(request, pk))


def version_page(
    request: HttpRequest, version: Version, correction: Form | None = None, status: int = 200
) -> HttpResponse:
    """The page of a dataset with `version` on it; `correction` is a form that was filled in."""
    found = version.dataset
    versions = found.versions.select_related("parent").order_by("-number")
    shown: dict[str, Any] = {
        "dataset": found,
        "version": version,
        "versions": [(each, lineage_of(each)) for each in versions],
        "may_edit": found.project.role_of(person(request)) in Role.EDITOR.at_least,
    }
    if version.state == Version.State.READY:
        intake = INTAKES[version.kind]
        shown |= {"template": intake.template, **resolve_name(intake.page)(version)}
        shown |= doctor_of(version)
        shown["correction"] = correction or _correction(version)
    if version.state == Version.State.REFUSED:
        shown["problem"] = problem_of(version)
    return render(request, "datasets/dataset.html", shown, status=status)


def _correction(version: Version) -> Form | None:
    """The form that corrects what was guessed of the data, if its kind has one."""
    named = INTAKES[version.kind].correct
    if not named or version.source is None:
        return None
    form: Form = resolve_name(named)(version, None)
    return form


@require_safe
def dataset_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far preparing is, asked for every second; once it has ended, the whole page is due."""
    version = version_or_404(request, pk)
    if version.state in {Version.State.READY, Version.State.REFUSED}:
        return HttpResponseClientRefresh()
    shown = {"dataset": version.dataset, "version": version}
    return render(request, "datasets/progress.html", shown)


def problem_of(version: Version) -> str:
    """Why a version was refused, in the reader's language."""
    document = version.facts.get("refusal")
    return sentence_of(document) if document else version.problem


def version_or_404(request: HttpRequest, pk: int) -> Version:
    """The version of a dataset that the address asks for, else the latest; raises Http404."""
    datasets = Dataset.objects.select_related("project")
    dataset = member_or_404(datasets, request.user, Role.VIEWER, pk=pk)
    versions = dataset.versions.select_related("dataset__project", "source").order_by("-number")
    asked = request.GET.get("version")
    if asked is not None:
        versions = versions.filter(number=int(asked)) if asked.isdecimal() else versions.none()
    version = versions.first()
    if version is None:
        raise Http404
    return version
