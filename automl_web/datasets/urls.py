"""Addresses of datasets."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.datasets import mend_views, tus_views, version_views, views
from automl_web.datasets.images import views as image_views

urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/datasets/new/", views.dataset_new, name="dataset-new"),
    path("projects/<slug:slug>/datasets/example/", views.dataset_example, name="dataset-example"),
    path("projects/<slug:slug>/uploads/", tus_views.uploads, name="uploads"),
    path("uploads/<uuid:pk>/", tus_views.upload, name="upload"),
    path("datasets/", views.datasets, name="datasets"),
    path("datasets/<int:pk>/", version_views.dataset, name="dataset"),
    path("datasets/<int:pk>/progress/", version_views.dataset_progress, name="dataset-progress"),
    path("datasets/<int:pk>/versions/new/", views.version_new, name="version-new"),
    path(
        "datasets/<int:pk>/thumbnails/<int:index>.png",
        image_views.dataset_thumbnails,
        name="dataset-thumbnails",
    ),
    path(
        "datasets/<int:pk>/items/<slug:split>/<int:index>.png",
        image_views.dataset_item,
        name="dataset-item",
    ),
    path(
        "datasets/<int:pk>/versions/<int:number>/mend/",
        mend_views.version_mend,
        name="version-mend",
    ),
]
