"""Addresses of home, the health check and the admin's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.desks import audit, queues, views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("audit/", audit.audit, name="audit"),
    path("healthz", views.healthz, name="healthz"),
    path("queues/", queues.queues, name="queues"),
    path("queues/<slug:name>/pause/", queues.pause, name="queue-pause"),
    path("queues/<slug:name>/drain/", queues.drain, name="queue-drain"),
    path("queues/<slug:name>/open/", queues.reopen, name="queue-open"),
]
