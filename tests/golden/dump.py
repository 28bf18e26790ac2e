"""Writes the database of today's schema, with a run in progress, for the upgrade tests of tomorrow.

`python -m tests.golden.dump NAME` writes tests/golden/databases/NAME.sql.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

DATABASES = Path(__file__).parent / "databases"


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "AUTOML_DATA": data}
        subprocess.run([sys.executable, "-m", "tests.browser.seed"], env=environment, check=True)
        with closing(sqlite3.connect(Path(data) / "db.sqlite3")) as database:
            # Whoever loads this comes later than any lease of today.
            database.execute(
                "UPDATE runs_trial SET lease_until = '2000-01-01' WHERE lease_until > ''"
            )
            text = "\n".join(database.iterdump()).replace(data, "/data")
    (DATABASES / f"{name}.sql").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
