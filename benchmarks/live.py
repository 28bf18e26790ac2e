"""A crowd at one live run, or one person at a run of ten thousand trials.

`python -m benchmarks.live --browsers 100 --events 1000 --seconds 30` lets trainings tell so many reports
a second, recorded every 250 ms as workers do, while so many websockets follow the run.
`python -m benchmarks.live --open 10000` opens a run of so many trials in Chromium, then keeps it live.
Starts the site as `make run` does on a temporary data folder; with DATABASE_URL on PostgreSQL.
"""

from __future__ import annotations

import argparse
import importlib
import os

from benchmarks.latency import running_site
from benchmarks.measured import load, machine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--browsers", type=int, default=100)
    parser.add_argument("--events", type=int, default=1000, help="a second, of all trials together")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--open", type=int, metavar="TRIALS", help="one browser at a long run")
    asked = parser.parse_args()
    print(f"{machine()}; load average {load()}\n", flush=True)
    # All browsers are one person's, and trials that nobody trains must not be given up.
    os.environ |= {"AUTOML_SOCKETS": "10000", "AUTOML_LEASE": "3600"}
    with running_site():
        # By name, because models can be imported only once the settings know the data folder.
        if asked.open:
            importlib.import_module("benchmarks.opening").measure(asked.open, asked.seconds)
        else:
            crowd = importlib.import_module("benchmarks.crowd")
            crowd.measure(asked.browsers, asked.events, asked.seconds)
    print(f"load average {load()}")


if __name__ == "__main__":
    main()
