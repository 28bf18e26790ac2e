"""Datasets and their immutable versions."""

from __future__ import annotations

import uuid
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from automl_web.accounts.models import User
from automl_web.datasets.kinds import INTAKES
from automl_web.projects.models import Project, Role
from search.problems import KINDS


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> DatasetQuerySet:
        return self.filter(project__in=Project.objects.for_user(user, role))


class Upload(models.Model):
    """A file from a person, which may come in pieces; once it is whole, versions are prepared from it.

    It is kept as long as a version that was not refused comes from it, because a mended version is
    prepared from the same file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()  # bytes
    received = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.DATA) / "uploads" / str(self.pk)

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


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
    # What it is prepared from, and how: the options of its kind, those of a fix among them.
    source = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True)
    options = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
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
    def summary(self) -> str:
        """A line about it, once it is ready."""
        return str(resolve_name(INTAKES[self.kind].summary)(self))

    @property
    def task(self) -> str:
        """What is learnt from it, one of its kind's tasks."""
        return str(self.facts.get("task", "classification"))

    @property
    def metrics(self) -> tuple[str, ...]:
        """What a search on it may be judged by, the usual objective first."""
        return KINDS[self.kind].tasks[self.task]

    @property
    def classes(self) -> list[str]:
        classes: Any = self.facts.get("classes", [])
        return list(classes)
