"""Addresses of datasets."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.datasets import views

urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/datasets/new/", views.dataset_new, name="dataset-new"),
    path("projects/<slug:slug>/datasets/example/", views.dataset_example, name="dataset-example"),
    path("datasets/", views.datasets, name="datasets"),
    path("datasets/<int:pk>/", views.dataset, name="dataset"),
    path("datasets/<int:pk>/progress/", views.dataset_progress, name="dataset-progress"),
    path("datasets/<int:pk>/versions/new/", views.version_new, name="version-new"),
    path(
        "datasets/<int:pk>/thumbnails/<int:index>.png",
        views.dataset_thumbnails,
        name="dataset-thumbnails",
    ),
]
