"""Uploads in pieces, several at once: how fast they go, and by how much the web server's memory grows.

`python -m benchmarks.uploads --megabytes 1000 --at-once 8` starts the site as `make run` does on a temporary
data folder and sends so many files of so many megabytes (of a million bytes), with checksums, as the
browser does; `--piece` is the length of a piece in bytes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPResponse

import psutil

from benchmarks.latency import running_site
from benchmarks.measured import load, machine

LONGEST_PIECE = 2**23  # as frontend/src/upload.ts has it
TOKEN = "a" * 32  # of forms: cookie and header need only agree
SAMPLE_EVERY = 0.02  # seconds


@dataclass(frozen=True)
class Sender:
    """Somebody who is signed in, at a site on a port of this machine."""

    port: int
    project: str
    session: str

    def send(self, size: int, piece: int = LONGEST_PIECE) -> str:
        """Upload `size` bytes of no meaning; the address of the upload."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        begin = {"Upload-Length": str(size), "Upload-Metadata": "filename YS56aXA="}
        where = f"/projects/{self.project}/uploads/"
        answer = self._ask(connection, "POST", where, b"", begin, 201)
        address = answer.headers["Location"]
        content = os.urandom(min(piece, size))
        offset = 0
        while offset < size:
            sent = content[: size - offset]
            digest = base64.b64encode(hashlib.sha256(sent).digest()).decode()
            headers = {
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(offset),
                "Upload-Checksum": f"sha256 {digest}",
            }
            self._ask(connection, "PATCH", address, sent, headers, 204)
            offset += len(sent)
        connection.close()
        return str(address)

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        address: str,
        body: bytes,
        headers: dict[str, str],
        expected: int,
    ) -> HTTPResponse:
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}"
        always = {"Tus-Resumable": "1.0.0", "X-CSRFToken": TOKEN, "Cookie": cookies}
        connection.request(method, address, body, {**always, **headers})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != expected:
            raise SystemExit(f"{method} {address} was answered {answer.status}: {said[:200]!r}")
        return answer


@dataclass
class Memory:
    """What a process had of real memory when it was first looked at, and the most that it had since."""

    before: int
    most: int
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def growth(self) -> int:
        return self.most - self.before


@contextmanager
def watched(process: psutil.Process) -> Iterator[Memory]:
    """Sample the memory of a process until the block ends."""
    now = process.memory_info().rss
    memory = Memory(now, now)
    thread = threading.Thread(target=_sample, args=[process, memory])
    thread.start()
    try:
        yield memory
    finally:
        memory.over.set()
        thread.join()


def _sample(process: psutil.Process, memory: Memory) -> None:
    while not memory.over.wait(SAMPLE_EVERY):
        memory.most = max(memory.most, process.memory_info().rss)


def send_at_once(sender: Sender, count: int, size: int, piece: int) -> list[str]:
    """`count` uploads of `size` bytes at the same time; their addresses."""
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(partial(sender.send, piece=piece), [size] * count))


def web_server() -> psutil.Process:
    """The site's uvicorn, a grandchild of this process."""
    for process in psutil.Process().children(recursive=True):
        if "uvicorn" in process.cmdline():
            return process
    raise SystemExit("There is no web server.")


def signed_in() -> Sender:
    """A person with a project, made on the running site."""
    # By name, because models can be imported only once the settings know the data folder.
    user = importlib.import_module("automl_web.accounts.models").User.objects.create_user("ana")
    projects = importlib.import_module("automl_web.projects.models")
    client = importlib.import_module("django.test").Client()
    client.force_login(user)
    slug = projects.Project.begin("Uploads", user).slug
    return Sender(int(os.environ["AUTOML_PORT"]), slug, client.cookies["sessionid"].value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--piece", type=int, default=LONGEST_PIECE)
    asked = parser.parse_args()
    print(f"{machine()}; load average {load()}\n")
    with running_site():
        sender, server = signed_in(), web_server()
        sender.send(2**20)  # the first request loads much that stays
        began = time.monotonic()
        with watched(server) as memory:
            send_at_once(sender, asked.at_once, asked.megabytes * 10**6, asked.piece)
        took = time.monotonic() - began
    total = asked.at_once * asked.megabytes
    print(f"{asked.at_once} x {asked.megabytes} MB in {took:.1f} s: {total / took:.0f} MB/s")
    print(f"memory: {memory.before / 1e6:.0f} MB before, {memory.growth / 1e6:.1f} MB more at most")
    print(f"load average {load()}")


if __name__ == "__main__":
    main()
