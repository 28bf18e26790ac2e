"""What the end of a training means for its trial: a pure table, so that every row can be tested."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass

from search.history import Stage, TrialState
from search.method import Problem

MAX_ATTEMPTS = 3
"""Crashes of its own that a trial may have; losing its worker does not count."""

CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)


@dataclass(frozen=True)
class Verdict:
    """The state that the trial goes to and why; `crashed` costs an attempt, `parts` is for the next."""

    state: TrialState
    reason: str
    crashed: bool = False
    parts: int = 1
    pauses_queue: bool = False


@dataclass(frozen=True)
class Reached:
    """What a training came to; it `counts` if it has the values that its stage is for."""

    loss: float | None
    counts: bool
    reason: str = ""


def reached(problem: Problem, stage: Stage, values: Mapping[str, float]) -> Reached:
    """Judge the last values of a training that was not refused.

    A confirming trial has trained on the validation data, so it has no loss and breaks no limit.
    """
    if stage is Stage.CONFIRM:
        return Reached(None, counts=True)
    if problem.broken(values):
        return Reached(None, counts=True, reason="infeasible")
    objective = problem.objective
    if objective.name not in values:
        return Reached(None, counts=False)
    return Reached(objective.loss(values), counts=True)


def of_failure(reason: str, parts: int) -> Verdict:
    """Training said itself why it failed. Out of memory is met once, by the same batch in two halves."""
    if reason == "out_of_memory" and parts == 1:
        return Verdict(TrialState.WAITING, "halved", crashed=True, parts=2)
    if reason == "disk_full":
        return Verdict(TrialState.WAITING, reason, parts=parts, pauses_queue=True)
    return Verdict(TrialState.FAILED, reason, parts=parts)


def of_death(reason: str, attempt: int, parts: int) -> Verdict:
    """The process is gone or had to be ended; that may be chance, so it is tried again."""
    again = attempt < MAX_ATTEMPTS
    state = TrialState.WAITING if again else TrialState.FAILED
    return Verdict(state, reason, crashed=True, parts=parts)


def reason_of_exit(code: int) -> str:
    """Why a process ended that should not have; `code` is negative for a signal."""
    if -code in CRASHES:
        return "crashed"
    return "killed" if code < 0 else "exited"
