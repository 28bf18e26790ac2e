"""Writes events in a process of its own, through `record()` as a device worker does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import django
from django.db import transaction

from automl_web.runs.models import Run
from automl_web.runs.record import Claim, Progress, record


@dataclass(frozen=True)
class Told:
    """A commit: the run's event number after it, and when it was done."""

    seq: int
    at: float


def writer(processes: int = 1) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup)


def tell(claims: Sequence[Claim], moments: Sequence[float]) -> list[Told]:
    """At every moment (seconds from now) commit a report and a log line: two events a commit."""
    began = time.time()
    told = []
    for number, moment in enumerate(moments, start=1):
        time.sleep(max(began + moment - time.time(), 0))
        told.append(_commit(claims[number % len(claims)], number))
    return told


def _commit(claim: Claim, number: int) -> Told:
    times: list[float] = []
    values: dict[str, float | None] = {"val_accuracy": 1 - 1 / number, "val_loss": 1 / number}
    with transaction.atomic():
        transaction.on_commit(lambda: times.append(time.time()))  # runs before record()'s own tick
        record(claim, Progress([(number, values)], [f"sample {number}."]), 0.0)
        seq = Run.objects.values_list("seq", flat=True).get(pk=claim.run_id)
    return Told(seq, times[0])
