"""A worker that no longer takes what waits in its queue is started again, and the work is done."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.web.processes import ROOT, Site, until
from tests.web.test_kill import Told

DEAFEN = """
import django
django.setup()
from automl_web.celery import app
from automl_web.runs.models import Run
from tests.faults.verdict import begin
answers = []
while not answers:  # until it has begun to listen for such words at all
    answers = app.control.cancel_consumer("device.cpu", reply=True, timeout=2)
print(begin(3).pk)
"""


@pytest.fixture
def site(tmp_path):
    site = Site(
        tmp_path / "data",
        tmp_path / "output",
        AUTOML_DEAF="2",
        AUTOML_RUNNER="tests.faults.trivial_runner",
        DJANGO_SETTINGS_MODULE="automl_web.settings",
    )
    until(site.is_announced, "the site's address")
    yield site
    site.process.terminate()
    site.process.wait()


def test_a_deaf_worker_is_started_again(site):
    subprocess.run([sys.executable, "-c", DEAFEN], cwd=ROOT, env=site.environment, check=True)
    until(lambda: "cpu-0 ended (exit code 1)" in site.said(), "the end of the deaf one")
    until(lambda: Told(site).state() == "completed", "the end of the run")
