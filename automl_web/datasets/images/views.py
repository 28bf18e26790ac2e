"""The pictures on the page of a version of images."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from automl_web.datasets.images.thumbnails import picture, strip
from automl_web.datasets.models import Version
from automl_web.datasets.version_views import version_or_404


@require_safe
def dataset_thumbnails(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    version = version_or_404(request, pk)
    classes = version.classes if version.kind == "images" else []
    if version.state != Version.State.READY or index >= len(classes):
        raise Http404
    return _png(request, f"{version.digest}-{index}", lambda: strip(version, index))


@require_safe
def dataset_item(request: HttpRequest, pk: int, split: str, index: int) -> HttpResponse:
    """One image of a version, as it was prepared."""
    version = version_or_404(request, pk)
    counts = version.facts.get("counts", {}) if version.kind == "images" else {}
    if version.state != Version.State.READY or index >= sum(counts.get(split, ())):
        raise Http404
    tag = f"{version.digest}-{split}-{index}"
    return _png(request, tag, lambda: picture(version, split, index))


def _png(request: HttpRequest, tag: str, make: Callable[[], bytes]) -> HttpResponse:
    """A picture that the browser may keep, and asks about."""
    etag = f'"{tag}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(make(), content_type="image/png")
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
