"""Storms: a search whose processes are killed and frozen while it runs loses nothing and doubles nothing.

`make test` takes the small storm; `make test-faults` sets AUTOML_STORM=large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from tests.faults.postgres import postgres
from tests.web.processes import ROOT, Site, free_port, until

LARGE = os.environ.get("AUTOML_STORM") == "large"
TRIALS, KILLS, FREEZES, WITHIN = (600, 100, 30, 1800) if LARGE else (150, 30, 8, 300)


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def aftermath(request, tmp_path_factory, unmeasured):
    """What is left after a storm: the verdict on the run, and processes that outlived the site."""
    folder = tmp_path_factory.mktemp("storm")
    server = postgres(free_port()) if request.param == "PostgreSQL" else nullcontext("")
    with server as database:
        site = Site(
            folder / "data",
            folder / "output",
            DATABASE_URL=database,
            AUTOML_DEVICES="cpu:4",
            AUTOML_LEASE="1.5",
            AUTOML_DEAF="5",
            AUTOML_RUNNER="tests.faults.trivial_runner",
        )
        try:
            until(site.is_announced, "the site's address")
            left = storm(site)
        finally:
            site.process.terminate()
            site.process.wait()
        left["processes"] = site.processes()
        left["said"] = site.said()
        yield left


def storm(site):
    numbers = {
        "supervisor": site.process.pid,
        "trials": TRIALS,
        "kills": KILLS,
        "freezes": FREEZES,
        "within": WITHIN,
        "seed": 0,
    }
    words = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    command = [sys.executable, "-m", "tests.faults.storm", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=site.environment, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0
    left = json.loads(done.stdout)
    print(left)  # noqa: T201 - shown if a promise is broken, or to whoever asks by -s
    return left


def test_the_storm_was_one(aftermath):
    assert sum(aftermath["killed"].values()) >= KILLS
    assert sum(aftermath["frozen"].values()) >= FREEZES
    assert len(aftermath["killed"]) == len(aftermath["frozen"]) == 6, "every kind of process"
    assert aftermath["times lost"] >= FREEZES / 2


def test_every_trial_completes_once(aftermath):
    assert aftermath["state"] == "completed", aftermath["said"]
    assert aftermath["states"] == {"complete": TRIALS + 1}  # one confirms the best
    assert aftermath["ended twice"] == []
    assert aftermath["never ended"] == []


def test_trials_events_and_reports_are_numbered_without_gaps(aftermath):
    assert aftermath["numbers"] == list(range(1, TRIALS + 2))
    assert aftermath["gaps in events"] == []
    assert aftermath["events"] == aftermath["run's seq"]
    assert aftermath["gaps in reports"] == []


def test_folded_events_equal_the_database(aftermath):
    assert aftermath["folded equals"]


def test_some_that_woke_too_late_were_fenced_off(aftermath):
    assert aftermath["fenced"] >= 1


def test_nothing_is_left_running(aftermath):
    assert aftermath["processes"] == []
