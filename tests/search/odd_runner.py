"""The runner with problems that misbehave on request; run as a module by the tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from search import runner
from search.history import Candidate, Report
from search.method import Context, Objective, Problem
from search.problems import PROBLEMS
from search.space import Space


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    match candidate.config["what"]:
        case "print":
            print("printed by training")  # noqa: T201 - that is what is tested
            os.write(1, b"written by a C library\n")
            yield Report(1, {"val_accuracy": 0.5}, note="said")
        case "not a number":
            yield Report(1, {"val_accuracy": 0.5, "val_loss": float("nan")})
        case "crash":
            raise ValueError("it went wrong")
        case "exhaust":
            torch.empty(10**15, dtype=torch.uint8)
        case "sleep":
            yield Report(1, {"val_accuracy": 0.5})
            time.sleep(600)


def odd_problem(space: Space, data: Path) -> Problem:
    return Problem("odd", space, evaluate, (Objective("val_accuracy", maximise=True),), data=data)


if __name__ == "__main__":
    PROBLEMS["odd"] = odd_problem
    runner.main()
