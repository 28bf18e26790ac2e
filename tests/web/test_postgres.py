"""What the database has to hold is held by PostgreSQL, too: the same tests, on a server of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.postgres import postgres
from tests.web.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *("test_states.py", "test_schedule.py", "test_steer.py", "test_live.py"),
    *("test_audit.py", "test_sign_in.py"),
]


@pytest.fixture(scope="module")
def database(unmeasured):
    with postgres(free_port()) as url:
        yield url


def test_runs_are_kept_by_postgresql_as_by_sqlite(database, tmp_path):
    environment = {**os.environ, "DATABASE_URL": database, "AUTOML_DATA": str(tmp_path)}
    files = [f"tests/web/{name}" for name in FILES]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:]
