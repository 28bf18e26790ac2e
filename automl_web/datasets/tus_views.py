"""The addresses of resumable uploads. They speak tus (see `tus.py`), and no page is behind them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from automl_web.accounts.audit import HiddenError
from automl_web.accounts.models import User
from automl_web.accounts.views import person
from automl_web.datasets import tus
from automl_web.datasets.disk import KEPT_FREE_BYTES, no_room
from automl_web.datasets.forms import too_large
from automl_web.datasets.models import Upload
from automl_web.datasets.tus import ProtocolError
from automl_web.projects.access import project_or_404
from automl_web.projects.models import Project, Role

View = Callable[..., HttpResponse]


def speaks_tus(view: View) -> View:
    """Have a view answer in the protocol's statuses and name its version.

    What is not there, or not for this person, is told by the site's own 404.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except ProtocolError as error:
            plain = "text/plain; charset=utf-8"
            answer = HttpResponse(str(error), status=error.status, content_type=plain)
            if error.status == 412:
                answer.headers["Tus-Version"] = tus.VERSION
        answer.headers["Tus-Resumable"] = tus.VERSION
        return answer

    return answered


@require_http_methods(["OPTIONS", "POST"])
@speaks_tus
def uploads(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin an upload into a project."""
    project = project_or_404(request.user, slug, Role.EDITOR)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=tus.abilities())
    _check_version(request)
    size = tus.number_in(request.headers, "Upload-Length")
    _check_room(size)
    name = tus.name_in(request.headers.get("Upload-Metadata", ""))
    begun = tus.begin(project, person(request), size, name)
    headers = {
        "Location": reverse("upload", args=[begun.pk]),
        "Upload-Expires": tus.expiry(begun.touched_at),
    }
    return HttpResponse(status=201, headers=headers)


@require_http_methods(["OPTIONS", "HEAD", "PATCH", "DELETE"])
@never_cache
@speaks_tus
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say how far an upload is, take its next piece, or throw it away."""
    found = _upload_or_404(request.user, pk)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=tus.abilities())
    _check_version(request)
    if request.method == "HEAD":
        return HttpResponse(headers=_state(found))
    if request.method == "PATCH":
        return _take_piece(request, found)
    tus.discard(found)
    return HttpResponse(status=204)


def _state(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(tus.kept_bytes(upload)),
        "Upload-Length": str(upload.size),
        "Upload-Metadata": tus.metadata_of(upload),
        "Upload-Expires": tus.expiry(upload.touched_at),
    }


def _take_piece(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != tus.PIECE_TYPE:
        raise ProtocolError(415, f"Content-Type: {tus.PIECE_TYPE} is expected")
    offset = tus.number_in(request.headers, "Upload-Offset")
    header = request.headers.get("Upload-Checksum")
    checksum = tus.Checksum(header) if header else None
    offset = tus.append(upload, offset, request, checksum)
    headers = {"Upload-Offset": str(offset), "Upload-Expires": tus.expiry(timezone.now())}
    return HttpResponse(status=204, headers=headers)


def _upload_or_404(user: User | AnonymousUser, pk: UUID) -> Upload:
    """An upload of this very person into a project that they may still edit."""
    assert isinstance(user, User)  # nobody else gets here
    editable = Project.objects.for_user(user, Role.EDITOR)
    found = tus.open_uploads(user).filter(pk=pk, project__in=editable).first()
    if found is not None:
        return found
    raise HiddenError if Upload.objects.filter(pk=pk).exists() else Http404


def _check_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != tus.VERSION:
        raise ProtocolError(412, f"Tus-Resumable: {tus.VERSION} is expected")


def _check_room(size: int) -> None:
    if size > settings.MAX_UPLOAD_BYTES:
        raise ProtocolError(413, too_large())
    if size > shutil.disk_usage(settings.DATA).free - KEPT_FREE_BYTES:
        raise ProtocolError(507, no_room())
