"""The decoder as the product starts it, with a witness: how much memory it took, and where it wrote.

The environment may ask for trouble: AUTOML_TROUBLE names what befalls it at the first image.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from automl_web.datasets import decoder
from automl_web.datasets.images import decoding, prepare

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MAKERS = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"}

written: list[str] = []


def witness(event: str, details: tuple[object, ...]) -> None:
    """Note every path that Python writes to."""
    if event == "open" and isinstance(details[0], str | bytes) and int(str(details[2])) & WRITES:
        written.append(os.fsdecode(details[0]))
    elif event in MAKERS:
        written.extend(str(path) for path in details if isinstance(path, str))
    elif event in {"subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"}:
        written.append(event)


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def segfault(*_: object) -> None:
    ctypes.string_at(0)


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def busy(*_: object) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
    while True:
        pass


def asleep(*_: object) -> None:
    time.sleep(600)


def flood(*_: object) -> None:
    _kept = [bytearray(b"x" * 2**24) for _ in range(10_000)]


def surprise(*_: object) -> None:
    raise LookupError("nobody foresaw this")


def small_disk(data: bytes, shape: decoding.Shape) -> decoding.Pixels:
    """From here on no file may grow beyond a kilobyte."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
    return decoding.pixels(data, shape)


TROUBLES: dict[str, object] = {
    kind.__name__: kind for kind in (segfault, killed, busy, asleep, flood, surprise, small_disk)
}


def main() -> None:
    sys.addaudithook(witness)
    trouble = os.environ.get("AUTOML_TROUBLE")
    if trouble:
        vars(prepare)["pixels"] = TROUBLES[trouble]
    before = peak()
    try:
        decoder.main(*sys.argv[1:])
    finally:
        found = {"before": before, "peak": peak(), "written": list(written)}
        Path(os.environ["AUTOML_WITNESS"]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
