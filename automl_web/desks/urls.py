"""Addresses of home and of the health check."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.desks import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
]
