"""Records a run of many trials through the real code: `python -m tests.web.many NAME TRIALS`.

A run of this name that is there already goes on by so many trials. Prints the run's number.

Trials are proposed by hundreds, so that the history is not read anew for each; whoever claims,
reports and finishes them writes what a worker would, some 30 to 81 reports a trial.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
if __name__ == "__main__":
    django.setup()

from django.db import transaction
from django.db.models import F

from automl_web.compute.models import Device, Queue
from automl_web.datasets.models import Version
from automl_web.runs import schedule
from automl_web.runs.models import Run
from automl_web.runs.record import Claim, Progress, finish, record
from automl_web.runs.start import start_run
from search.history import TrialState

AT_ONCE = 500
WAITING = 10


def a_run_of_many(version: Version, name: str, trials: int) -> Run:
    """A run that goes on: `trials` are complete, and some wait for a queue that no device serves."""
    run = Run.objects.filter(name=name).first()
    if run is None:
        run = _begin(version, name, trials)
    else:  # whose limit let so many wait and no more
        Run.objects.filter(pk=run.pk).update(max_trials=F("max_trials") + trials)
    device = run.queue.devices.get()
    ended = 0
    while ended < trials:
        schedule.advance(run.pk)
        for _ in range(min(AT_ONCE, trials - ended)):
            claim = schedule.claim(run.queue.name, device)
            assert claim is not None
            with transaction.atomic():  # one commit a trial
                train(claim)
            ended += 1
    return run


def _begin(version: Version, name: str, trials: int) -> Run:
    queue = Queue.objects.create(name=name.lower().replace(" ", "-"))
    Device.objects.create(queue=queue, host="desk", name=queue.name)
    return start_run(
        version.dataset.project,
        None,
        version,
        name=name,
        method="random_search",
        options={},
        seed=1,
        max_trials=trials + WAITING,
        concurrency=AT_ONCE,
        queue=queue,
    )


def train(claim: Claim) -> None:
    """Thirty reports or 81 in two parts, each with a line of log, and the end."""
    reports = [(step, _values(claim.number, step)) for step in range(1, _epochs(claim.number) + 1)]
    half = len(reports) // 2
    for part in (reports[:half], reports[half:]):
        line = f"epoch {part[-1][0]} of {len(reports)}"
        record(claim, Progress(part, [line]), seconds=float(part[-1][0]))
    loss = -_accuracy(claim.number, len(reports))
    finish(claim, TrialState.COMPLETE, seconds=float(len(reports)), loss=loss)


def _epochs(number: int) -> int:
    return 81 if number % 5 == 0 else 30


def _values(number: int, step: int) -> dict[str, float | None]:
    accuracy = _accuracy(number, step)
    losses = {"train_loss": 2.3 * (1 - accuracy), "val_loss": 2.4 - 2 * accuracy}
    return {**losses, "val_accuracy": accuracy}


def _accuracy(number: int, step: int) -> float:
    """With as many digits as a training has; the trials differ in what they reach and in how fast."""
    reached, speed = 0.6 + 0.39 * (number * 0.618 % 1), 2 + number * 0.414 % 1 * 20
    return reached * step / (step + speed)


if __name__ == "__main__":
    run = a_run_of_many(
        Version.objects.filter(kind="images").earliest("pk"), sys.argv[1], int(sys.argv[2])
    )
    print(run.pk)  # noqa: T201 - what this program is for
