"""Run as a module: brings an old database to today's schema and works its open run off."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django set up

from automl_web.celery import app  # noqa: E402 - needs Django set up
from automl_web.compute.models import Device  # noqa: E402 - needs Django set up
from automl_web.runs import schedule  # noqa: E402 - needs Django set up
from automl_web.runs.live import snapshot  # noqa: E402 - needs Django set up
from automl_web.runs.models import Event, Run, Trial  # noqa: E402 - needs Django set up
from automl_web.runs.record import Progress, finish, record  # noqa: E402 - needs Django set up
from search.events import from_json  # noqa: E402 - needs Django set up
from search.history import TrialState  # noqa: E402 - needs Django set up
from search.state import fold  # noqa: E402 - needs Django set up


def work_off(run):
    device = Device.objects.create(queue=run.queue, host="new", name="cpu-0")
    for _ in range(100):
        schedule.advance(run.pk)
        claim = schedule.claim(run.queue.name, device)
        if claim is None:
            break
        values = {"val_accuracy": 0.5, "val_loss": 1.0, "train_loss": 1.0}
        record(claim, Progress([(1, values)]), seconds=1)
        finish(claim, TrialState.COMPLETE, seconds=1, loss=-0.5)


def check(run):
    numbers = run.trials.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1)), numbers
    rows = Event.objects.filter(run=run).order_by("seq").values_list("seq", "body")
    assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
    folded = fold(from_json(body) for _, body in rows)
    folded["counts"] = {state: n for state, n in folded["counts"].items() if n}
    assert folded == snapshot(run.pk).document["state"]


if __name__ == "__main__":
    app.conf.update(broker_read_url="memory://", broker_write_url="memory://")
    call_command("migrate", verbosity=0)
    runs = list(Run.objects.order_by("pk"))
    open_run = Run.objects.get(state=Run.State.RUNNING)
    assert Trial.objects.filter(run=open_run, state="running").exists()
    schedule.reap()  # its worker has been gone for long
    work_off(open_run)
    open_run.refresh_from_db()
    assert open_run.state == Run.State.COMPLETED, open_run.state
    for each in runs:
        check(each)
    print("upgraded")  # noqa: T201 - the test reads it
