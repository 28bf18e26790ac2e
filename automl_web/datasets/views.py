"""Datasets: the list, and the upload."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.datasets.forms import CappedUploadHandler, NewVersionForm, UploadForm
from automl_web.datasets.images.example import create_example
from automl_web.datasets.models import Dataset, Upload, Version
from automl_web.datasets.store import add_dataset, add_version
from automl_web.datasets.tus import discard, open_uploads
from automl_web.projects.access import member_or_404, project_or_404
from automl_web.projects.models import Project, Role

PAGE_SIZE = 50


@require_safe
def datasets(request: HttpRequest) -> HttpResponse:
    user = person(request)
    latest = Prefetch("versions", Version.objects.order_by("-number"))
    found = (
        Dataset.objects.for_user(user)
        .select_related("project")
        .prefetch_related(latest)
        .order_by("-created_at", "-pk")
    )
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    editable = Project.objects.for_user(user, Role.EDITOR).order_by("name")
    return render(request, "datasets/datasets.html", {"page": shown, "editable": editable})


@csrf_exempt  # the token is checked in _upload: the cap must be set before the request is read
def dataset_new(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_or_404(request.user, slug, Role.EDITOR)
    handler = _cap(request)
    return _upload(request, project, None, handler)


@csrf_exempt  # as above
def version_new(request: HttpRequest, pk: int) -> HttpResponse:
    dataset = _dataset(request, pk, Role.EDITOR)
    handler = _cap(request)
    return _upload(request, dataset.project, dataset, handler)


def _cap(request: HttpRequest) -> CappedUploadHandler:
    handler = CappedUploadHandler(request)
    request.upload_handlers.insert(0, handler)
    return handler


@csrf_protect
def _upload(
    request: HttpRequest,
    project: Project,
    dataset: Dataset | None,
    handler: CappedUploadHandler,
) -> HttpResponse:
    """Take a file as a new dataset of `project`, or as the next version of `dataset`."""
    kind = UploadForm if dataset is None else NewVersionForm
    mine = Upload.objects.filter(project=project, created_by=person(request))
    if request.method != "POST":
        return _upload_page(request, project, dataset, kind(uploads=mine), 200)
    form = kind(request.POST, request.FILES, uploads=mine, stopped=handler.problem)
    if not form.is_valid():
        if form.refused is not None:
            discard(form.refused)
        return _upload_page(request, project, dataset, form, 422)
    return _take(request, project, dataset, form)


@transaction.atomic
def _take(
    request: HttpRequest, project: Project, dataset: Dataset | None, form: UploadForm
) -> HttpResponse:
    """Make a version of the form's file; of one that was sent twice, only the first time."""
    source = form.source(project, person(request))
    made = source.version_set.order_by("pk").first()
    if made is not None:
        return redirect(made.dataset)
    if dataset is None:
        name = form.cleaned_data["name"]
        return _uploaded(request, add_dataset(source, name, person(request)))
    return _uploaded(request, add_version(dataset, source))


def _uploaded(request: HttpRequest, version: Version) -> HttpResponse:
    audit(request, Action.DATASET_UPLOADED, version.dataset, version=version.number)
    return redirect(version.dataset)


def _upload_page(
    request: HttpRequest,
    project: Project,
    dataset: Dataset | None,
    form: UploadForm,
    status: int,
) -> HttpResponse:
    begun = open_uploads(person(request)).filter(project=project).order_by("-created_at")
    shown = {
        "project": project,
        "dataset": dataset,
        "form": form,
        "begun": [Begun(upload) for upload in begun],
        "most": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "datasets/upload.html", shown, status=status)


@dataclass(frozen=True)
class Begun:
    """An upload that may go on, in the megabytes (of a million bytes) that the browser counts in."""

    upload: Upload

    @property
    def received(self) -> int:
        return self.upload.received // 10**6

    @property
    def size(self) -> int:
        return -(-self.upload.size // 10**6)


@require_POST
def dataset_example(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_or_404(request.user, slug, Role.EDITOR)
    return _uploaded(request, create_example(project, person(request)))


def _dataset(request: HttpRequest, pk: int, role: Role) -> Dataset:
    queryset = Dataset.objects.select_related("project")
    return member_or_404(queryset, request.user, role, pk=pk)
