"""One parent for all processes of a host: it starts them, starts them again, and leaves none behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

GRACE = 5.0
"""Seconds that a child has to end after it was asked to, before its whole group is killed."""

BACKOFF = 0.5
LONGEST_BACKOFF = 30.0
STEADY = 30.0
"""Seconds after which a child counts as well again."""

LOG_BYTES = 10 * 2**20
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None)  # loaded here, since nothing may be loaded between fork and exec


@dataclass(frozen=True)
class Child:
    """A process to keep alive. Those of a lower `rank` are stopped first."""

    name: str
    command: list[str]
    rank: int
    environment: dict[str, str] = field(default_factory=dict)


class Post:
    """A child and the process that fills it at the moment."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self.log = log
        self.failures = 0
        self._again_at: float | None = None
        self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_up(self) -> bool:
        return self._process.poll() is None

    def keep_up(self, say: Callable[[str, int, float], None]) -> None:
        """Start the child again some time after it has ended, the longer the more often it has."""
        if self.is_up():
            return
        now = time.monotonic()
        if self._again_at is None:
            self.kill()  # what a crashed worker had started still holds the device
            self.failures = 1 if now - self._started > STEADY else self.failures + 1
            pause = min(BACKOFF * 2 ** (self.failures - 1), LONGEST_BACKOFF)
            self._again_at = now + pause
            say(self.child.name, self._process.returncode, pause)
        elif now >= self._again_at:
            self._start()

    def ask_to_end(self) -> None:
        """Ask the child alone, which may end what it has started in good order."""
        self._process.terminate()

    def kill(self) -> None:
        """End the child's whole group, which may outlive it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.child.command,
                env={**os.environ, **self.child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, and a group can be killed
                preexec_fn=die_with_me(),
            )
        self._started = time.monotonic()
        self._again_at = None


class Supervisor:
    """The posts of this host. `notice(name, code, pause)` hears of each child that ended by itself."""

    def __init__(self, logs: Path, notice: Callable[[str, int, float], None]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        self.posts: list[Post] = []
        self._notice = notice

    def start(self, child: Child) -> None:
        log = self.logs / f"{child.name}.log"
        rotate(log)
        self.posts.append(Post(child, log))

    def keep_up(self) -> None:
        """Look at every child once."""
        for post in self.posts:
            post.keep_up(self._notice)

    def stop(self) -> None:
        """End all children, rank by rank; whatever does not end when asked is killed."""
        for rank in sorted({post.child.rank for post in self.posts}):
            posts = [post for post in self.posts if post.child.rank == rank]
            for post in posts:
                post.ask_to_end()
            deadline = time.monotonic() + GRACE
            while any(post.is_up() for post in posts) and time.monotonic() < deadline:
                time.sleep(0.05)
            for post in posts:
                post.kill()


def rotate(log: Path) -> None:
    """Put a long log aside, where it replaces the one before."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def die_with_me() -> Callable[[], None]:
    """For `preexec_fn`: have Linux kill the new process when this one dies, even by SIGKILL."""
    return partial(_die_with, os.getpid())


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between
            os._exit(1)
