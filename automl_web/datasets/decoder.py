"""The process that reads an upload: it has little memory and time, and its end is nobody else's.

It is started by `confine`, and answers with JSON lines: how far it is, and at the end what came of it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TextIO

from automl_web.datasets.kinds import INTAKES, recognise
from automl_web.datasets.kinds.intake import Intake
from automl_web.datasets.order import READING, Order
from automl_web.datasets.refusals.of_preparing import TooMuchMemoryError
from automl_web.datasets.refusals.refusal import RefusalError

LOOKING = 256 * 2**20
"""Bytes that recognising a file may take: the longest table of contents of a zip, as objects."""

NAME_BYTES = 400
TELL_EVERY = 0.1  # seconds
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(text: str, seconds: str, note: str) -> None:
    """Prepare what the order in `text` asks for, with `seconds` of computing time.

    `note` is a file descriptor.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints goes to the log
    order = Order.from_json(text)
    try:
        kind = INTAKES[order.kind] if order.kind else _recognised(order, int(seconds))
        prepare = resolve_name(kind.prepare)
        confine_to(kind.memory, int(seconds))
        prepared = prepare(order, Telling(answers, int(note)))
        _answer(answers, {"prepared": asdict(prepared)})
    except RefusalError as refusal:
        _answer(answers, {"refused": refusal.document})
    except MemoryError:
        _answer(answers, {"refused": TooMuchMemoryError().document})


def _recognised(order: Order, seconds: int) -> Intake:
    """The kind that the file is of; what is looked at is from outside already, so within limits."""
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    confine_to(LOOKING, seconds, for_good=False)
    kind = recognise(order.upload, order.name)
    resource.setrlimit(resource.RLIMIT_AS, unlimited)
    return kind


def confine_to(memory: int, seconds: int, *, for_good: bool = True) -> None:
    """Take this process's right to more memory and computing time, where the platform knows limits.

    `memory` is in bytes of address space beyond what the loaded program has.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    taken = Path("/proc/self/statm")
    if taken.exists():  # elsewhere the limit is not kept
        pages = int(taken.read_text().split()[0])
        limit = pages * resource.getpagesize() + memory
        most = limit if for_good else resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


class Telling:
    """Progress for the parent: some of the numbers, and in the note always the name of what is read."""

    def __init__(self, answers: TextIO, note: int) -> None:
        self._answers = answers
        self._note = note
        self._last = 0.0

    def __call__(self, done: int, total: int, name: str, stage: str = READING, /) -> None:
        os.pwrite(self._note, name.encode()[:NAME_BYTES].ljust(NAME_BYTES, b"\0"), 0)
        if time.monotonic() - self._last >= TELL_EVERY:
            self._last = time.monotonic()
            _answer(self._answers, {"done": done, "total": total, "stage": stage})


def _answer(answers: TextIO, body: dict[str, Any]) -> None:
    answers.write(json.dumps(body) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
