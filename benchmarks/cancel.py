"""From the click on a training trial's stop button to the trial's end in the database.

Begins before the button's POST is sent; ends at `finished_at`, which the database's clock stamps.
"""

from __future__ import annotations

import http.client
import time

import numpy as np
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import get_random_string

from automl_web.runs.models import Run, Trial
from automl_web.runs.steer import cancel_run
from automl_web.runs.supervise import log_path
from benchmarks.measured import Figure
from benchmarks.trials import LONG, begin, session, until

SAMPLES = 20
GOAL = 2.0  # seconds


def measure(seed: int) -> list[Figure]:
    chance = np.random.default_rng(seed)
    run = begin(LONG, SAMPLES + 2, seed, concurrency=2)
    taken = [_stop_one(run, chance.uniform(0.2, 1.5)) for _ in range(SAMPLES)]
    run.refresh_from_db()
    cancel_run(run)
    return [Figure("stop button to the end of the trial", GOAL, taken)]


def _stop_one(run: Run, wait: float) -> float:
    """Seconds that it took to stop the trial that has trained longest, `wait` after it was seen."""
    trial = until(lambda: _training(run), 120)
    time.sleep(wait)
    clicked = time.time()
    _post(reverse("trial-stop", args=[run.pk, trial.number]))
    ended = until(lambda: Trial.objects.get(pk=trial.pk).finished_at, 60)
    return ended.timestamp() - clicked


def _training(run: Run) -> Trial | None:
    """A running trial whose training has begun, as its log says."""
    running = run.trials.filter(state="running").order_by("number")
    return next((trial for trial in running if log_path(trial).exists()), None)


def _post(path: str) -> None:
    token = get_random_string(32)
    headers = {"Cookie": f"sessionid={session()}; csrftoken={token}", "X-CSRFToken": token}
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=30)
    connection.request("POST", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    if status != http.HTTPStatus.FOUND:
        raise RuntimeError(f"{path} answered {status}")
