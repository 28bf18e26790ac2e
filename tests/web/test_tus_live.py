"""Resumable uploads between the real client and a real server, of which both are killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from benchmarks.uploads import LONGEST_PIECE, TOKEN, Sender, send_at_once, watched
from tests.web.processes import ROOT, free_port, until

SIZE = 24 * 2**20
PIECE = 2**18


class Web:
    """uvicorn with the site's application alone, on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data, self.log, self.port = folder / "data", folder / "log", free_port()
        self.environment = {**os.environ, "AUTOML_DATA": str(self.data)}
        self.environment["REDIS_URL"] = f"unix://{folder}/nowhere.sock"
        command = [sys.executable, "-m", "tests.web.tus_site"]
        made = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        told = json.loads(made.stdout)
        self.sender = Sender(self.port, told["project"], told["session"])
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "automl_web.asgi:application"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until(self.answers, "the web server")

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/healthz")
            return connection.getresponse().status > 0
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def files(self) -> list[Path]:
        return sorted((self.data / "uploads").iterdir())

    def file_at(self, address: str) -> Path:
        return self.data / "uploads" / address.strip("/").split("/")[-1]


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    web = Web(tmp_path_factory.mktemp("web"))
    yield web
    web.kill()


@pytest.fixture
def client(web, tmp_path):
    """Starts tus-js-client on the same file again and again, as a person with one browser would."""
    path = tmp_path / "pets.zip"
    path.write_bytes(os.urandom(SIZE))
    node = shutil.which("node", path=f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}")
    assert node, "tus-js-client needs Node"
    sender = web.sender
    arguments = [
        str(path),
        f"http://127.0.0.1:{web.port}/projects/{sender.project}/uploads/",
        f"sessionid={sender.session}; csrftoken={TOKEN}",
        TOKEN,
        str(tmp_path / "urls"),
        str(PIECE),
    ]
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [node, "tests/web/tus_upload.mjs", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start, path
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def pieces(process, count):
    """The offsets that the client tells of its next pieces."""
    return [int(process.stdout.readline()) for _ in range(count)]


def address_when_whole(process):
    *_, last = process.stdout
    assert last.startswith("whole "), last
    return last.split()[1]


def digest(path):
    return sha256(path.read_bytes()).digest()


def test_an_upload_goes_on_after_its_server_was_killed(web, client):
    start, path = client
    process = start()
    pieces(process, 5)
    web.kill()
    assert not any(each.stat().st_size == SIZE for each in web.files())
    web.start()
    assert pieces(process, 1)[0] > 5 * PIECE
    kept = web.file_at(address_when_whole(process))
    assert digest(kept) == digest(path)


def test_an_upload_goes_on_after_its_client_was_killed(web, client):
    start, path = client
    first = start()
    pieces(first, 5)
    first.kill()
    before = len(web.files())
    second = start()
    assert pieces(second, 1)[0] > 5 * PIECE
    kept = web.file_at(address_when_whole(second))
    assert digest(kept) == digest(path)
    assert len(web.files()) == before


def test_eight_uploads_at_once_leave_the_memory_of_the_server_as_it_was(web):
    web.sender.send(2**20)  # the first request loads much that stays
    with watched(psutil.Process(web.process.pid)) as memory:
        addresses = send_at_once(web.sender, 8, SIZE, LONGEST_PIECE)
    assert memory.growth < 100e6
    assert [web.file_at(address).stat().st_size for address in addresses] == [SIZE] * 8
