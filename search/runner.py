"""The process that trains: it holds one device, stays warm, and speaks JSON lines with its supervisor.

Requests come on standard input, answers go to what was standard output; whatever training prints
goes to standard error, which is the trial's log. The process never outlives who started it.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import faulthandler
import json
import math
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import torch

from search.history import Candidate, Report, Stage, Trial
from search.loop import work
from search.method import Context, Problem
from search.methods import METHODS
from search.options import parse
from search.problems import KINDS
from search.training.images import warm_up
from search.training.loop import DivergedError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
END_OF_LOG = "\x1e"
"""A line of its own on standard error: what one training printed ends here, and its answer follows."""

FULL = (errno.ENOSPC, errno.EDQUOT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="search.runner", description=__doc__)
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 or mps")
    parser.add_argument("--memory", type=int, default=0, help="bytes it may take; 0: no limit")
    arguments = parser.parse_args()
    device = arguments.device
    _die_with_parent()
    answers = _claim_stdout()
    faulthandler.enable()
    if device == "cpu":
        torch.set_num_threads(1)
    requests: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    warm_up(device)
    _limit_memory(arguments.memory)
    _answer(answers, {"type": "ready"})
    while True:
        _serve(requests.get(), answers)


def _die_with_parent() -> None:
    """Have Linux kill this process with the thread that started it; elsewhere the end of input does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_memory(size: int) -> None:
    """Have allocations beyond `size` bytes refused; of data alone, for libraries map far more."""
    if size and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def _claim_stdout() -> TextIO:
    """Keep standard output for answers, and send to standard error whatever is printed from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _read(requests: SimpleQueue[str]) -> None:
    """Queue the requests; the end of input means that nobody waits for an answer, so stop at once."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _serve(line: str, answers: TextIO) -> None:
    """Train what one request asks for; every way it can end is an answer."""
    try:
        document = json.loads(line)
        problem, trial, context = _request(document)
        method = METHODS[document["method"]["name"]]
        options = parse(method.options, document["method"]["options"])
        context.workdir.mkdir(parents=True, exist_ok=True)
        for report in work(method, options, problem, trial, context):
            _answer(answers, as_json(report))
    except Exception as error:  # noqa: BLE001 - the supervisor decides what a failed training means
        detail = traceback.format_exc()
        last = {"type": "failed", "reason": reason_of(error), "detail": detail}
    else:
        last = {"type": "done"}
    sys.stderr.write(f"{END_OF_LOG}\n")
    sys.stderr.flush()
    _answer(answers, last)


def _request(document: Mapping[str, Any]) -> tuple[Problem, Trial, Context]:
    asked, given, around = document["problem"], document["trial"], document["context"]
    problem = KINDS[asked["kind"]].problem(
        asked["space"], Path(asked["data"]), asked["objectives"], asked["limits"]
    )
    trial = Trial(
        number=given["number"],
        candidate=Candidate(given["config"], given.get("genotype")),
        stage=Stage(given["stage"]),
        fidelity=given["fidelity"],
    )
    context = Context(
        seed=around["seed"],
        workdir=Path(around["workdir"]),
        device=around["device"],
        stage=trial.stage,
        fidelity=trial.fidelity,
        resume=Path(around["resume"]) if around.get("resume") else None,
        parts=around.get("parts", 1),
    )
    return problem, trial, context


def as_json(report: Report) -> dict[str, Any]:
    """A report as JSON, which knows no NaN and no infinity: they become null and are named."""
    finite = {name: math.isfinite(value) for name, value in report.values.items()}
    return {
        "type": "report",
        "step": report.step,
        "values": {n: v if finite[n] else None for n, v in report.values.items()},
        "not_finite": [name for name, is_finite in finite.items() if not is_finite],
        "checkpoint": str(report.checkpoint) if report.checkpoint else None,
        "note": report.note,
        "costs": dict(report.costs),
        "genotype": report.genotype,
        "edge_weights": report.edge_weights,
    }


def reason_of(error: Exception) -> str:
    """Why a training failed, in one of the words that the supervisor decides by."""
    if isinstance(error, DivergedError):
        return "diverged"
    if isinstance(error, OSError) and error.errno in FULL:
        return "disk_full"
    # On the CPU torch raises a plain RuntimeError; only its text tells.
    short = "can't allocate memory" in str(error) or "not enough memory" in str(error)
    if short or isinstance(error, MemoryError | torch.OutOfMemoryError):
        return "out_of_memory"
    return "exception"


def _answer(answers: TextIO, document: Mapping[str, Any]) -> None:
    answers.write(json.dumps(document, allow_nan=False) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
