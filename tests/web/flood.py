"""Logs 170 kB four times a second: `python -m tests.web.flood RUN SECONDS`. Prints the last event number."""

from __future__ import annotations

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from automl_web.runs import schedule  # noqa: E402 - needs Django set up
from automl_web.runs.models import Run  # noqa: E402 - needs Django set up
from automl_web.runs.record import Progress, finish, record  # noqa: E402 - needs Django set up
from search.history import TrialState  # noqa: E402 - needs Django set up

if __name__ == "__main__":
    run, seconds = Run.objects.get(pk=int(sys.argv[1])), float(sys.argv[2])
    claim = schedule.claim(run.queue.name, run.queue.devices.get())
    assert claim is not None
    for number in range(int(seconds * 4)):
        record(claim, Progress(lines=[f"{number} {'x' * 1900}"] * 90), seconds=1)
        time.sleep(0.25)
    finish(claim, TrialState.COMPLETE, seconds=1, loss=0.0)
    run.refresh_from_db()
    print(run.seq)  # noqa: T201 - what this program is for
