"""Runs to measure with: short and long trainings of the digits, and trials that nobody trains."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from django.test import Client

from automl_web.accounts.models import User
from automl_web.compute.models import Device, Queue
from automl_web.datasets.images.example import create_example
from automl_web.datasets.ingest import ingest
from automl_web.datasets.models import Version
from automl_web.projects.models import Project
from automl_web.runs import schedule, steer
from automl_web.runs.models import Run
from automl_web.runs.record import Claim, finish
from automl_web.runs.start import start_run
from search.history import TrialState
from search.problems.images import IMAGES

SHORT = {"epochs": 1, "layers": 2, "width": 8, "batch_size": 64}
LONG = {"epochs": 10_000, "layers": 5, "width": 32, "batch_size": 64}
DESK = "benchmark"

Found = TypeVar("Found")


def until(condition: Callable[[], Found | None], within: float, every: float = 0.02) -> Found:
    """Wait until `condition` holds. Raises TimeoutError."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("What must come did not come.")
        time.sleep(every)
    return found


@cache
def person() -> User:
    return User.objects.create_user("benchmark")


@cache
def digits() -> Version:
    version = create_example(Project.begin("Benchmark", person()), person())
    ingest(version)
    return version


@cache
def session() -> str:
    """The session key of a browser that the person has signed in with."""
    browser = Client()
    browser.force_login(person())
    return browser.cookies["sessionid"].value


def space(fixed: dict[str, int]) -> dict[str, Any]:
    """The ready-made space, with constants where the benchmark needs the same work every time."""
    document = IMAGES.usual_space().to_json()
    document["hyperparameters"] = [
        {"type": "constant", "name": known["name"], "value": fixed[known["name"]]}
        if known["name"] in fixed
        else known
        for known in document["hyperparameters"]
    ]
    return document


def begin(
    fixed: dict[str, int],
    max_trials: int,
    seed: int,
    *,
    version: Version | None = None,
    **chosen: Any,
) -> Run:
    """Start a random search of trainings of this size, on the digits unless a version is given."""
    data = version or digits()
    fields = {"concurrency": 1, "queue": Queue.objects.get(name="cpu"), **chosen}
    return start_run(
        data.dataset.project,
        person(),
        data,
        name="Benchmark",
        method="random_search",
        options={},
        seed=seed,
        max_trials=max_trials,
        space=space(fixed),
        **fields,
    )


@contextmanager
def held(count: int, seed: int) -> Iterator[list[Claim]]:
    """Trials of a new run whose work the benchmark itself holds: no device serves their queue."""
    queue, _ = Queue.objects.get_or_create(name=DESK)
    run = begin(SHORT, count, seed, concurrency=count, queue=queue)
    claims = [until(partial(_claim, queue, number), 30) for number in range(count)]
    try:
        yield claims
    finally:
        run.refresh_from_db()
        steer.cancel_run(run)
        for claim in claims:
            finish(claim, TrialState.CANCELLED, seconds=0)


def _claim(queue: Queue, number: int) -> Claim | None:
    device, _ = Device.objects.get_or_create(host=DESK, name=str(number), queue=queue)
    return schedule.claim(queue.name, device)
