"""Preparing in a process of its own, so that no file can take the control worker down with it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO

from automl_web.datasets.decoder import NAME_BYTES
from automl_web.datasets.disk import put_in_place, refusing_when_full
from automl_web.datasets.order import READING, Order, Prepared, Progress
from automl_web.datasets.refusals import refusal_of
from automl_web.datasets.refusals.of_preparing import CrashError, TooSlowError

DECODER = [sys.executable, "-m", "automl_web.datasets.decoder"]

SECONDS, BYTES_A_SECOND = 300, 2**20
"""Computing time for any file, and the pace asked of a large one; honest ones are far faster."""

WAIT = 3
"""The wall clock's share: a machine with other work takes longer than it computes."""

QUIET = 120.0
"""Seconds without a word, in which the process must have come to a standstill."""

LOOK_EVERY = 1.0  # seconds
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # threads reserve address space

_CRASHES = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGABRT,
    signal.SIGILL,
    signal.SIGFPE,
    signal.SIGTRAP,
    signal.SIGSYS,
}


class BrokenOffError(Exception):
    """The process was ended from outside, or met something that nobody foresaw: worth another try."""


def prepare_confined(order: Order, progress: Progress) -> Prepared:
    """Prepare what is ordered, with limits of memory and time, and safe from crashes.

    Raises RefusalError, and BrokenOffError if the file is not to blame. Nothing is left behind.
    """
    folder = order.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    seconds = SECONDS + order.upload.stat().st_size // BYTES_A_SECOND
    with (
        refusing_when_full(),
        TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as scratch,
        TemporaryFile() as note,
        _decoder(replace(order, folder=Path(scratch) / "prepared"), seconds, note) as process,
    ):
        end: dict[str, Any] = {}
        far: dict[str, Any] = {"done": 0, "total": 0, "stage": READING}
        for answer in _answers(process, seconds, note):
            far = answer if "done" in answer else far
            progress(far["done"], far["total"], "", far["stage"])
            end = answer or end
        code = process.wait()
        if "refused" in end:
            raise refusal_of(end["refused"])
        if code:
            raise _blame(code, note)
        put_in_place(Path(scratch) / "prepared", folder)
    return Prepared(**end["prepared"])


@contextmanager
def _decoder(order: Order, seconds: int, note: BinaryIO) -> Iterator[subprocess.Popen[bytes]]:
    """The running process, which is gone at the end, whatever happened."""
    process = subprocess.Popen(
        [*DECODER, order.to_json(), str(seconds), str(note.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=[note.fileno()],
        start_new_session=True,  # Ctrl-C is not the file's fault
        env={**os.environ, **ONE_THREAD},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _answers(
    process: subprocess.Popen[bytes], seconds: int, note: BinaryIO
) -> Iterator[dict[str, Any]]:
    """What the process says until it ends, {} when it says nothing for a while; raises TooSlowError."""
    assert process.stdout is not None
    heard = time.monotonic()
    deadline = heard + WAIT * seconds
    rest = b""
    while True:
        if time.monotonic() > min(deadline, heard + QUIET):
            raise TooSlowError(name=_name(note))
        if not select.select([process.stdout], [], [], LOOK_EVERY)[0]:
            yield {}
            continue
        heard = time.monotonic()
        piece = os.read(process.stdout.fileno(), 2**16)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(json.loads, lines)


def _blame(code: int, note: BinaryIO) -> Exception:
    """What a process that ended without a word died of."""
    if code == -signal.SIGXCPU:
        return TooSlowError(name=_name(note))
    if -code in _CRASHES:
        return CrashError(name=_name(note))
    return BrokenOffError(f"exit code {code} at {_name(note)!r}")


def _name(note: BinaryIO) -> str:
    """What the process read last."""
    raw = os.pread(note.fileno(), NAME_BYTES, 0)
    return raw.rstrip(b"\0").decode(errors="ignore")[:200]
