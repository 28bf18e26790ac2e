"""Models that people take home."""

from __future__ import annotations

from pathlib import Path

from django.db import models
from django.urls import reverse

from automl_web.accounts.models import User
from automl_web.projects.models import Role
from automl_web.runs.models import Run

ONNX = "model.onnx"
FILES = (ONNX, "weights.safetensors", "model.py", "model.json")
"""The names under which an export leaves its files in a model's folder."""


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> ModelVersionQuerySet:
        return self.filter(run__in=Run.objects.for_user(user, role))


class Problem(models.TextChoices):
    """What is missing of a model that was taken home."""

    EXPORT_FAILED = "export_failed"
    FEW_IMAGES = "few_images"
    ONNX_DIFFERS = "onnx_differs"


class ModelVersion(models.Model):
    """The confirmed best of a run, exported. `parity` is the largest difference of ONNX from PyTorch."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="model")
    trial = models.PositiveIntegerField()  # the number of the confirming trial
    values = models.JSONField(default=dict)
    params = models.PositiveBigIntegerField(default=0)
    parity = models.FloatField(null=True)
    parity_images = models.PositiveIntegerField(default=0)
    onnx_offered = models.BooleanField(default=False)
    confusion = models.JSONField(default=list)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModelVersionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.run.name} model"

    def get_absolute_url(self) -> str:
        return reverse("model", args=[self.pk])

    @property
    def can_be_tried(self) -> bool:
        """Whether there is something that can be asked about an image."""
        return self.problem != Problem.EXPORT_FAILED

    @property
    def test_images(self) -> int:
        """How many images the confusion matrix counts."""
        return sum(sum(row) for row in self.confusion)

    @property
    def files(self) -> list[Path]:
        """What can be downloaded."""
        found = (self.folder / name for name in FILES if name != ONNX or self.onnx_offered)
        return [path for path in found if path.is_file()]

    @property
    def folder(self) -> Path:
        return self.run.folder / "model"
