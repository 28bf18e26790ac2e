"""The runner process as its supervisor sees it: a warm `python -m search.runner` on one device."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import psutil
from django.conf import settings

LAST = ("done", "failed")
"""Types of the replies with which a training ends."""

KILL_AFTER = 1.0
"""Seconds between asking the runner to go and ending it."""

LONGEST_LINE = 2_000
END_OF_LOG = b"\x1e\n"
"""The runner's last line about a training. Its answer comes by another pipe and must not overtake it."""
MOST_BYTES = 5_000_000
"""Of what one training prints: more is read, so that it does not stand still, and thrown away."""


@dataclass(frozen=True)
class Reply:
    """One message of the protocol."""

    body: dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One line that training printed."""

    text: str


@dataclass(frozen=True)
class Ended:
    """The process is gone; `code` as `subprocess` has it, negative for a signal."""

    code: int


Said = Reply | Line | Ended


class Runner:
    """Starts the process in a session of its own and reads what it says in two threads."""

    def __init__(self, device: str, project: int) -> None:
        self.device = device
        self.project = project
        self._said: SimpleQueue[Said] = SimpleQueue()
        self._printed = 0  # bytes, by the training at hand
        self._log_ended = threading.Event()
        command = [sys.executable, "-m", settings.RUNNER, "--device", device]
        if settings.RUNNER_MEMORY_BYTES:
            command += ["--memory", str(settings.RUNNER_MEMORY_BYTES)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._readers = [
            threading.Thread(target=self._read_replies, daemon=True),
            threading.Thread(target=self._read_lines, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, request: Mapping[str, Any]) -> None:
        """Ask for a training; a runner that has just died says so through `next`."""
        assert self._process.stdin is not None
        self._printed = 0
        self._log_ended.clear()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def next(self, timeout: float) -> Said | None:
        """What the runner says next, or None if it says nothing for `timeout` seconds."""
        try:
            return self._said.get(timeout=max(timeout, 0.001))
        except Empty:
            return None

    def children(self) -> list[psutil.Process]:
        """Processes that training has started, those with a session of their own, too."""
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """End the process and everything that it has started."""
        children = self.children()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_AFTER)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()

    def _read_replies(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            body = json.loads(raw)
            if body["type"] in LAST:
                self._log_ended.wait(1)
            self._said.put(Reply(body))
        self._readers[1].join(1)  # what it printed last explains its end, so that comes first
        self._said.put(Ended(self._process.wait()))

    def _read_lines(self) -> None:
        assert self._process.stderr is not None
        for raw in iter(lambda: self._process.stderr.readline(LONGEST_LINE), b""):  # type: ignore[union-attr]
            if raw == END_OF_LOG:
                self._log_ended.set()
                continue
            before, self._printed = self._printed, self._printed + len(raw)
            if self._printed <= MOST_BYTES:
                self._said.put(Line(raw.decode(errors="replace").rstrip("\n")))
            elif before <= MOST_BYTES:
                self._said.put(Line("[What it prints from here on is not kept.]"))
