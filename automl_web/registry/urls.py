"""Addresses of models."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.registry import table_figures, views

urlpatterns: list[URLPattern] = [
    path("models/", views.models, name="models"),
    path("models/<int:pk>/", views.model, name="model"),
    path("models/<int:pk>/try/", views.try_it, name="model-try"),
    path("models/<int:pk>/retry/", views.model_retry, name="model-retry"),
    path("models/<int:pk>/figures/<str:name>/", table_figures.figure, name="model-figure"),
    path("models/<int:pk>/files/<str:name>", views.model_file, name="model-file"),
]
