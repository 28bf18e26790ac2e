from __future__ import annotations

from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "automl_web.compute"
