"""The Django project: pages, database, workers and live streams around the search library."""

from __future__ import annotations

from automl_web.celery import app as celery_app

__all__ = ["celery_app"]
