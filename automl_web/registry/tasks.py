"""The registry's task for the control worker."""

from __future__ import annotations

from celery import shared_task

from automl_web.registry import home


@shared_task(name="registry.take_home")
def take_home(run_id: int) -> None:
    """Export the confirmed model of a run that is over; safe to receive twice."""
    home.take_home(run_id)
