"""A crowd at one live run: from the commit of a batch of reports to the frame that tells of it.

An event is what a training yields, a report. As in the product, what a trial has yielded is recorded
every 250 ms in one commit. Begins when the transaction of `record()` is committed; ends when the frame
has arrived at a client, of which all share one process. Frames are 250 ms apart by design, so half of
that is the least that a mean can be.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
import psutil
from django.conf import settings
from django.db import connection, transaction

from automl_web.runs.live import snapshot
from automl_web.runs.models import Run
from automl_web.runs.record import Claim, Progress, record
from benchmarks.clients import THE_END, Crowd, watch
from benchmarks.measured import Figure, load, table
from benchmarks.trials import held, session
from benchmarks.writer import Told, writer

EVERY = 0.25  # seconds between two records of a trial
EVENTS_A_TRIAL = 250  # a second at most, so that many events are many trials, too
WRITERS = 2
GOAL = 0.35  # seconds


def measure(browsers: int, events: int, seconds: float) -> None:
    trials = max(8, events // EVENTS_A_TRIAL)
    with held(trials, seed=0) as claims, crowd(browsers, claims[0].run_id) as pipe:
        web = _web()
        before, began = web.cpu_times(), time.time()
        pipe.send(seconds)
        told = _write(claims, events, seconds)
        took, used = time.time() - began, web.cpu_times()
        record(claims[0], Progress(lines=[THE_END]), 0.0)
        seen = pipe.recv()
        state = snapshot(claims[0].run_id).document["state"]
    busy = (used.user + used.system - before.user - before.system) / took
    commits, reports = [commit for commit, _ in told], sum(points for _, points in told)
    lasted = commits[-1].at - commits[0].at
    print(f"{connection.vendor}, {browsers} browsers, {trials} trials")
    print(
        f"{reports / lasted:,.0f} events/s of {events:,} asked for, {len(told) / lasted:.0f} commits/s"
    )
    _show(seen, commits, state, lasted)
    rss = web.memory_info().rss / 2**20
    print(f"web server: {rss:.0f} MB, {busy:.0%} of a core; load average {load()}\n", flush=True)


@contextmanager
def crowd(browsers: int, run: int) -> Iterator[Connection]:
    """Connected browsers: send the seconds that the show takes, receive what they saw."""
    ours, theirs = get_context("spawn").Pipe()
    address = f"ws://127.0.0.1:{settings.PORT}/ws/runs/{run}/"
    origin = f"http://127.0.0.1:{settings.PORT}"
    headers = {"Cookie": f"sessionid={session()}", "Origin": origin}
    arguments = (theirs, browsers, address, headers, snapshot(run).text)
    process = get_context("spawn").Process(target=watch, args=arguments)
    process.start()
    began = time.time()
    assert ours.recv() == "ready"
    print(f"{browsers} browsers connected in {time.time() - began:.1f} s", flush=True)
    yield ours
    process.join()


def _write(claims: Sequence[Claim], events: int, seconds: float) -> list[tuple[Told, int]]:
    with writer(WRITERS) as pool:
        points = round(events * EVERY / len(claims))
        parts = [
            pool.submit(tell_batches, claims[i::WRITERS], points, seconds) for i in range(WRITERS)
        ]
        return sorted((told for part in parts for told in part.result()), key=lambda t: t[0].seq)


def tell_batches(claims: Sequence[Claim], points: int, seconds: float) -> list[tuple[Told, int]]:
    """Record `points` reports of every trial every 250 ms, one trial after the other."""
    began, told = time.time(), []
    for beat in range(int(seconds / EVERY)):
        for index, claim in enumerate(claims):
            moment = began + EVERY * (beat + index / len(claims))
            time.sleep(max(moment - time.time(), 0))
            steps = range(beat * points + 1, (beat + 1) * points + 1)
            told.append((_commit(claim, steps), points))
    return told


def _commit(claim: Claim, steps: range) -> Told:
    times: list[float] = []
    reports: list[tuple[int, dict[str, float | None]]] = [
        (step, {"val_accuracy": 1 - 1 / step**0.5, "val_loss": 1 / step, "train_loss": 0.9 / step})
        for step in steps
    ]
    with transaction.atomic():
        transaction.on_commit(lambda: times.append(time.time()))  # runs before record()'s own tick
        record(claim, Progress(reports, [f"step {steps[-1]}"]), 0.0)
        seq = Run.objects.values_list("seq", flat=True).get(pk=claim.run_id)
    return Told(seq, times[0])


def _show(seen: Crowd, told: Sequence[Told], state: object, took: float) -> None:
    seqs, ats = np.array([t.seq for t in told]), np.array([t.at for t in told])
    delays, missed = [], 0
    for numbers, times in seen.frames:
        first = np.searchsorted(numbers, seqs)
        reached = first < len(numbers)
        missed += int((~reached).sum())
        delays.append(times[first[reached]] - ats[reached])
    late = np.concatenate(delays)
    frames = sum(len(numbers) for numbers, _ in seen.frames)
    equal = seen.states[json.dumps(state, sort_keys=True)]
    print(table([Figure("commit to frame", GOAL, late.tolist())]))
    print(f"p99 {np.percentile(late, 99) * 1000:.0f} ms; {frames / took:,.0f} frames/s of")
    print(f"{seen.size / frames / 1000:.1f} kB on average; {missed} commits never seen;")
    print(f"{equal} of {len(seen.frames)} browsers end equal to the database")


def _web() -> psutil.Process:
    port = str(settings.PORT)
    found = (p for p in psutil.process_iter(["cmdline"]) if port in (p.info["cmdline"] or []))
    return next(process for process in found if "uvicorn" in process.info["cmdline"])
