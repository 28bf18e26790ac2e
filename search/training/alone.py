"""Measuring in peace: one measurement a machine at a time, on one core with one thread, and remembered."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

KEPT_FOR = "automl-web-latency"
"""The folder of the lock and of what was measured, among the machine's temporary files."""


def folder() -> Path:
    """The folder that all processes of this user on this machine share; nobody else may write there.

    Raises PermissionError if somebody else has made it.
    """
    made = Path(tempfile.gettempdir()) / f"{KEPT_FOR}-{os.getuid()}"
    made.mkdir(mode=0o700, exist_ok=True)
    if made.is_symlink() or made.stat().st_uid != os.getuid():
        raise PermissionError(f"{made} belongs to somebody else.")
    return made


@contextmanager
def alone() -> Iterator[Path]:
    """Wait until no other process measures; then this thread has one core, and torch one thread."""
    where, threads = folder(), torch.get_num_threads()
    with (where / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go of when the file is closed, or the process dies
        with _pinned():
            torch.set_num_threads(1)
            try:
                yield where
            finally:
                torch.set_num_threads(threads)


@contextmanager
def _pinned() -> Iterator[None]:
    """Stay on one core; where the system cannot say on which, as macOS cannot, anywhere."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def machine() -> str:
    """What measurements depend on beside the network: the machine, its processor, and torch."""
    return " ".join((platform.node(), platform.machine(), platform.processor(), torch.__version__))


def remembered(where: Path, what: str) -> dict[str, Any] | None:
    """What was measured of `what` on this machine; None if nothing was, or it cannot be read."""
    try:
        found = json.loads(_file(where, what).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def remember(where: Path, what: str, found: dict[str, Any]) -> None:
    """Keep what was measured; a reader sees all of it or nothing."""
    path = _file(where, what)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps(found))
    aside.replace(path)


def _file(where: Path, what: str) -> Path:
    digest = hashlib.sha256(f"{machine()}\n{what}".encode()).hexdigest()
    return where / f"{digest}.json"
