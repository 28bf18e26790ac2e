"""The broker killed, flushed, away, frozen and emptied under load: all that waits is done in the end.

`make test-faults` does it twenty times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.web.processes import ROOT

LARGE = os.environ.get("AUTOML_STORM") == "large"
TRIALS, ROUNDS, WITHIN = (200, 20, 900) if LARGE else (60, 5, 300)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, unmeasured):
    environment = {
        **os.environ,
        "AUTOML_DATA": str(tmp_path_factory.mktemp("broker") / "data"),
        "AUTOML_LEASE": "2",
        "AUTOML_DEAF": "5",
        "AUTOML_RUNNER": "tests.faults.trivial_runner",
    }
    numbers = {"trials": TRIALS, "rounds": ROUNDS, "within": WITHIN}
    words = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    command = [sys.executable, "-m", "tests.faults.broker", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    # It fails, too, if a page did not answer while the broker was away or frozen.
    assert done.returncode == 0
    left = json.loads(done.stdout)
    print(left)  # noqa: T201 - shown if a promise is broken, or to whoever asks by -s
    return left


def test_every_kind_of_loss_was_tried(aftermath):
    assert sum(aftermath["rounds"].values()) == ROUNDS
    assert len(aftermath["rounds"]) == 5


def test_every_trial_completes_once(aftermath):
    assert aftermath["state"] == "completed"
    assert aftermath["states"] == {"complete": TRIALS + 1}  # one confirms the best
    assert aftermath["ended twice"] == aftermath["never ended"] == []
    assert aftermath["gaps in events"] == aftermath["gaps in reports"] == []


def test_no_worker_is_deaf_afterwards(aftermath):
    assert aftermath["deaf"] == []
