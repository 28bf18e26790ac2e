from __future__ import annotations

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "automl_web.runs"

    def ready(self) -> None:
        # These need models, which are not loaded when this file is read.
        from automl_web.compute.timers import every  # noqa: PLC0415
        from automl_web.datasets.sweep import sweep  # noqa: PLC0415
        from automl_web.datasets.tasks import hint_waiting  # noqa: PLC0415
        from automl_web.runs.schedule import reap  # noqa: PLC0415

        every("reap", 5, reap)
        every("prepare", 10, hint_waiting)
        every("sweep", 600, sweep)
