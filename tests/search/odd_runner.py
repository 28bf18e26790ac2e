"""The runner with problems that misbehave on request; run as a module by the tests."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from search import runner
from search.history import Candidate, Report
from search.method import Context, Objective, Problem
from search.problems import KINDS
from search.problems.images import IMAGES
from search.space import Space
from search.training.loop import DivergedError


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    what = str(candidate.config["what"])
    yield from ODDITIES[what](context)


def _good() -> Report:
    return Report(1, {"val_accuracy": 0.5})


def fine(context: Context) -> Iterator[Report]:
    yield _good()


def talk(context: Context) -> Iterator[Report]:
    print("printed by training")  # noqa: T201 - that is what is tested
    os.write(1, b"written by a C library\n")
    yield Report(1, {"val_accuracy": 0.5}, note="said")


def not_a_number(context: Context) -> Iterator[Report]:
    yield Report(1, {"val_accuracy": 0.5, "val_loss": float("nan")})


def no_score(context: Context) -> Iterator[Report]:
    yield Report(1, {"val_accuracy": float("nan")})


def diverge(context: Context) -> Iterator[Report]:
    yield _good()
    raise DivergedError("The training loss became inf in epoch 2.")


def crash(context: Context) -> Iterator[Report]:
    yield from ()
    raise ValueError("it went wrong")


def exhaust(context: Context) -> Iterator[Report]:
    yield from ()
    torch.empty(10**15, dtype=torch.uint8)


def exhaust_whole_batches(context: Context) -> Iterator[Report]:
    if context.parts == 1:
        torch.empty(10**15, dtype=torch.uint8)
    yield _good()


def exhaust_gpu(context: Context) -> Iterator[Report]:
    yield from ()
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def exceed_limit(context: Context) -> Iterator[Report]:
    """Take 64 MB at a time, for real, until the limit of the process refuses."""
    held = [torch.ones(64 * 2**20, dtype=torch.uint8) for _ in range(64)]
    yield Report(len(held), {"val_accuracy": 0.5})


def fill_disk(context: Context) -> Iterator[Report]:
    yield from ()
    raise OSError(errno.ENOSPC, "No space left on device")


def segfault(context: Context) -> Iterator[Report]:
    yield _good()
    ctypes.string_at(0)


def leave(context: Context) -> Iterator[Report]:
    yield from ()
    os._exit(3)


def hang(context: Context) -> Iterator[Report]:
    yield from ()
    time.sleep(600)


def sleep(context: Context) -> Iterator[Report]:
    yield _good()
    time.sleep(600)


def ignore_end(context: Context) -> Iterator[Report]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield from sleep(context)


def flood(context: Context) -> Iterator[Report]:
    """Print a gigabyte."""
    line = b"x" * 99 + b"\n"
    for _ in range(1024):
        os.write(2, line * (2**20 // len(line)))
    yield _good()


def breed(context: Context) -> Iterator[Report]:
    yield _good()
    children = [subprocess.Popen(["/bin/sleep", "600"], start_new_session=True) for _ in range(80)]
    time.sleep(600 + len(children))


def leave_a_child(context: Context) -> Iterator[Report]:
    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
    yield _good()


ODDITIES = {
    function.__name__: function
    for function in (
        fine,
        talk,
        not_a_number,
        no_score,
        diverge,
        crash,
        exhaust,
        exhaust_whole_batches,
        exhaust_gpu,
        exceed_limit,
        fill_disk,
        segfault,
        leave,
        hang,
        sleep,
        ignore_end,
        flood,
        breed,
        leave_a_child,
    )
}


def odd_problem(
    document: Mapping[str, Any], data: Path, objectives: list[str], limits: dict[str, float]
) -> Problem:
    goal = Objective("val_accuracy", maximise=True)
    return Problem("odd", Space.from_json(document), evaluate, (goal,), data=data)


if __name__ == "__main__":
    KINDS["odd"] = replace(IMAGES, name="odd", problem=odd_problem)
    runner.main()
