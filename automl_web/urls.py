"""All addresses. Each app lists its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("automl_web.desks.urls")),
    path("", include("automl_web.accounts.urls")),
    path("", include("automl_web.projects.urls")),
    path("", include("automl_web.datasets.urls")),
    path("", include("automl_web.runs.urls")),
    path("", include("automl_web.registry.urls")),
    path("jsi18n/", login_not_required(JavaScriptCatalog.as_view()), name="javascript-catalog"),
]
