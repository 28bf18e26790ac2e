"""Datasets and their immutable versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from automl_web.accounts.models import User
from automl_web.projects.models import Project, Role


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> DatasetQuerySet:
        return self.filter(project__in=Project.objects.for_user(user, role))


class Dataset(models.Model):
    """What a person uploaded, under one name; its content lives in versions."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=100)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dataset", args=[self.pk])


class Version(models.Model):
    """One state of a dataset: inspected and prepared once, never changed after."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"  # waits for the control worker
        PREPARING = "preparing"
        READY = "ready"
        REFUSED = "refused"  # `problem` says why

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, default="images")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    problem = models.TextField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    # Who prepares it: each attempt has a number, and only the latest may write; it beats while it lives.
    attempt = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="version_numbers_are_unique")
        ]

    def __str__(self) -> str:
        return f"{self.dataset.name} v{self.number}"

    @property
    def folder(self) -> Path:
        """Where the prepared arrays lie."""
        return Path(settings.DATA) / "datasets" / str(self.pk)

    @property
    def upload(self) -> Path:
        """Where the uploaded file waits until it is prepared."""
        return Path(settings.DATA) / "uploads" / f"{self.pk}.zip"

    @property
    def classes(self) -> list[str]:
        classes: Any = self.facts.get("classes", [])
        return list(classes)
