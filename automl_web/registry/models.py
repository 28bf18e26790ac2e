"""Models that people take home."""

from __future__ import annotations

from pathlib import Path

from django.db import models
from django.urls import reverse

from automl_web.accounts.models import User
from automl_web.projects.models import Role
from automl_web.runs.models import Run
from search.metrics import on_test
from search.training.card import CARD, CODE, ONNX, WEIGHTS

FILES = (ONNX, WEIGHTS, CODE, CARD)
"""The names under which an export leaves its files in a model's folder."""


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> ModelVersionQuerySet:
        return self.filter(run__in=Run.objects.for_user(user, role))


class Problem(models.TextChoices):
    """What is missing of a model that was taken home."""

    EXPORT_FAILED = "export_failed"
    FEW_ITEMS = "few_items"
    ONNX_DIFFERS = "onnx_differs"


class ModelVersion(models.Model):
    """The confirmed best of a run, exported. `parity` is the largest difference of ONNX from PyTorch."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="model")
    trial = models.PositiveIntegerField()  # the number of the confirming trial
    values = models.JSONField(default=dict)
    params = models.PositiveBigIntegerField(default=0)
    parity = models.FloatField(null=True)
    compared = models.PositiveIntegerField(default=0)  # items
    onnx_offered = models.BooleanField(default=False)
    results = models.JSONField(default=dict)  # of the test part, as its kind of data has them
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModelVersionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.run.name} model"

    def get_absolute_url(self) -> str:
        return reverse("model", args=[self.pk])

    @property
    def can_be_tried(self) -> bool:
        """Whether there is something that can be asked."""
        return self.problem != Problem.EXPORT_FAILED

    @property
    def metric(self) -> str:
        """By which it was judged on the test part."""
        return on_test(self.run.dataset.metrics[0])

    @property
    def files(self) -> list[Path]:
        """What can be downloaded."""
        found = (self.folder / name for name in FILES if name != ONNX or self.onnx_offered)
        return [path for path in found if path.is_file()]

    @property
    def folder(self) -> Path:
        return self.run.folder / "model"
