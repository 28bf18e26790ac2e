"""One image from outside, read in a process of its own with the limits that uploads of datasets have."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

import numpy as np

from automl_web.datasets.confine import ONE_THREAD
from automl_web.datasets.decoder import PR_SET_PDEATHSIG, confine_to
from automl_web.datasets.images.decoding import Pixels, Shape, pixels
from automl_web.datasets.kinds.images import IMAGES
from automl_web.datasets.unreadable import DAMAGED, TOO_LARGE, UnreadableError

READER = [sys.executable, "-m", "automl_web.datasets.images.one_image"]
SECONDS = 20
"""Computing time for any image; the largest that we take needs about two."""

WALL_SECONDS = 60.0
AT_ONCE = threading.BoundedSemaphore(2)  # readers, so that many askers do not take all memory
UNREADABLE = 3  # the exit status of a reader that says why on its standard output


def read_confined(content: bytes, shape: Shape) -> Pixels:
    """Decode into `shape`, uint8 (C, H, W), as datasets are; raises UnreadableError.

    Whatever the file does to the process that reads it, this one lives on. Nothing is written to disk.
    """
    try:
        with AT_ONCE:
            ended = _read(content, shape)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(TOO_LARGE) from error
    if ended.returncode == UNREADABLE:
        raise UnreadableError(ended.stdout.decode())
    if ended.returncode == -signal.SIGXCPU:
        raise UnreadableError(TOO_LARGE)
    if ended.returncode or len(ended.stdout) != shape.size:
        raise UnreadableError(DAMAGED)
    array = np.frombuffer(ended.stdout, dtype=np.uint8)
    return array.reshape(shape.channels, shape.height, shape.width)


def _read(content: bytes, shape: Shape) -> subprocess.CompletedProcess[bytes]:
    """The process that has read it; raises TimeoutExpired."""
    return subprocess.run(
        [*READER, *map(str, (shape.channels, shape.height, shape.width))],
        input=content,
        stdout=subprocess.PIPE,
        timeout=WALL_SECONDS,
        check=False,
        start_new_session=True,  # Ctrl-C is not the file's fault
        env={**os.environ, **ONE_THREAD},
    )


def main(channels: str, height: str, width: str) -> int:
    """Answer an image on standard input with its pixels, or with a reason and a status; the status."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the log
    confine_to(IMAGES.memory, SECONDS)
    with answer:
        try:
            shape = Shape(int(channels), int(height), int(width))
            answer.write(pixels(sys.stdin.buffer.read(), shape).tobytes())
        except MemoryError:
            answer.write(TOO_LARGE.encode())
            return UNREADABLE
        except UnreadableError as error:
            answer.write(error.reason.encode())
            return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
