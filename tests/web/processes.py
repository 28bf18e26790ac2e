"""A whole site on processes of its own, as `manage.py serve` runs it, and how tests wait for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from automl_web.environment import runtime_folder

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Wait for what must come; how long it takes is no promise of these tests."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {patience} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """`manage.py serve` on a data folder of its own."""

    def __init__(self, data: Path, output: Path, **environment: str) -> None:
        self.data, self.port, self.output = data, free_port(), output
        self.environment = {
            **os.environ,
            "AUTOML_DATA": str(data),
            "AUTOML_PORT": str(self.port),
            "AUTOML_DEVICES": "cpu:1",
            **environment,
        }
        with output.open("w") as stream:
            self.process = self.start(stdout=stream, stderr=subprocess.STDOUT)

    def start(self, **streams: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "serve"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, **streams)

    def refusal(self):
        """What a second start says before it gives up."""
        with self.start(stdout=subprocess.PIPE, stderr=subprocess.PIPE) as second:
            out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1
        assert out == ""
        return err

    def said(self) -> str:
        return self.output.read_text()

    def is_announced(self) -> bool:
        assert self.process.poll() is None, self.said()
        return f"http://127.0.0.1:{self.port}/ " in self.said()

    def processes(self):
        """All processes that were started with this data folder, the supervisor aside."""
        runtime = str(runtime_folder(self.data))
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("AUTOML_DATA") == str(self.data)
                # Valkey writes its title over its environment.
                ours = ours or any(runtime in word for word in process.cmdline())
                alive = process.status() != psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
            if ours and alive and process.pid != self.process.pid:
                found.append(process)
        return found

    def worker(self):
        """The device worker's main process."""
        named = [p for p in self.processes() if any("cpu-0@" in word for word in p.cmdline())]
        return next((p for p in named if p.ppid() == self.process.pid), None)
