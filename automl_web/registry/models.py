"""Models that people take home."""

from __future__ import annotations

from pathlib import Path

from django.db import models
from django.urls import reverse

from automl_web.runs.models import Run


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

    def __str__(self) -> str:
        return f"{self.run.name} model"

    def get_absolute_url(self) -> str:
        return reverse("model", args=[self.pk])

    @property
    def folder(self) -> Path:
        return self.run.folder / "model"
