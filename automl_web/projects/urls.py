"""Addresses of projects and their members."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.projects import views

urlpatterns: list[URLPattern] = [
    path("projects/", views.projects, name="projects"),
    path("projects/new/", views.new, name="project-new"),
    path("projects/<slug:slug>/", views.project, name="project"),
    path("projects/<slug:slug>/members/", views.members, name="members"),
    path("projects/<slug:slug>/members/<int:pk>/role/", views.member_role, name="member-role"),
    path(
        "projects/<slug:slug>/members/<int:pk>/remove/", views.member_remove, name="member-remove"
    ),
]
