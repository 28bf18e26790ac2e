"""A database of every earlier schema comes to today's, and its open run goes on to its end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.golden.dump import DATABASES


@pytest.mark.parametrize("dump", sorted(DATABASES.glob("*.sql")), ids=lambda path: path.stem)
def test_an_open_run_of_an_older_schema_is_worked_off(dump, tmp_path):
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.executescript(dump.read_text(encoding="utf-8"))
    environment = {**os.environ, "AUTOML_DATA": str(tmp_path), "AUTOML_BROKER": "memory://"}
    command = [sys.executable, "-m", "tests.web.upgraded"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout == "upgraded\n", done.stderr
