"""How long things take on a running site: first step, commit to screen, cancel, many websockets.

`python -m benchmarks.latency [PART ...] [--seed N]` starts the site as `make run` does (one supervisor,
SQLite, Valkey, two one-thread devices) on a temporary data folder and a free port, measures from
outside, and stops it. All clocks are this machine's.
"""

from __future__ import annotations

import argparse
import importlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from benchmarks.measured import load, machine, table

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("first_step", "screen", "cancel", "sockets")
PATIENCE = 60  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site() -> Iterator[None]:
    """The site, on a data folder that this process's Django uses, too."""
    with tempfile.TemporaryDirectory(prefix="automl-latency-") as name:
        os.environ |= {
            "AUTOML_DATA": f"{name}/data",
            "AUTOML_PORT": str(free_port()),
            "AUTOML_DEVICES": "cpu:2",
            "BENCHMARK_STEPS": f"{name}/steps",
            "DJANGO_SETTINGS_MODULE": "automl_web.settings",
        }
        django.setup()
        with (Path(name) / "serve.log").open("w") as log, serving(log.fileno()):
            yield


@contextmanager
def serving(log: int) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "benchmarks" / "probe")}
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as site:
        try:
            wait_until_well(site)
            yield
        finally:
            site.terminate()


def wait_until_well(site: subprocess.Popen[bytes]) -> None:
    command = [sys.executable, "manage.py", "serve", "--is-well"]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode:
        if site.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("The site did not start.")
        time.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"{machine()}; load average {load()}\n")
    with running_site():
        for part in asked.parts or PARTS:
            # By name, because models can be imported only once the settings know the data folder.
            figures = importlib.import_module(f"benchmarks.{part}").measure(asked.seed)
            print(f"{table(figures)}\n\nload average {load()}\n", flush=True)


if __name__ == "__main__":
    main()
