"""The fence, with real processes and the real clock: who slept past its lease may write nothing more."""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import connections

from automl_web.runs import record as recording
from automl_web.runs import schedule
from automl_web.runs.models import Event, Report, Trial
from automl_web.runs.record import LeaseLostError, Progress, beat, finish, record
from search.history import TrialState
from tests.web.processes import until

pytestmark = pytest.mark.django_db(transaction=True)

STALE, TRUE = 0.1, 0.7  # what the sleeper and the other measure


@dataclass
class Told:
    """What the two workers left behind."""

    trial: Trial
    refused: list[bool]  # whether each write of the sleeper was


def measure(claim, accuracy, steps):
    record(claim, Progress([(step, {"val_accuracy": accuracy}) for step in steps]), seconds=1)


def complete(claim, accuracy):
    finish(claim, TrialState.COMPLETE, seconds=1, loss=-accuracy)


def sleep_and_write(device, talk):
    """The sleeper: claims, records, is stopped here by the test, and goes on as if nothing had been."""
    claim = schedule.claim("cpu", device)
    measure(claim, STALE, [1])
    talk.sendall(b"claimed")
    talk.recv(100)
    refused = []
    for write in (
        lambda: beat(claim),
        lambda: measure(claim, STALE, [2, 3, 4]),
        lambda: complete(claim, STALE),
    ):
        try:
            write()
            refused.append(False)
        except LeaseLostError:
            refused.append(True)
    talk.sendall(json.dumps(refused).encode())


@contextmanager
def a_worker(device):
    """The sleeper in a process of its own; yields its id and a line to it."""
    connections.close_all()  # a connection must not be shared by two processes
    ours, its = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            sleep_and_write(device, its)
        finally:
            os._exit(0)
    its.close()
    ours.settimeout(60)
    try:
        yield pid, ours
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        ours.close()


@pytest.fixture
def two_workers(start, devices, settings):
    """Play the story: one claims and is stopped past its lease, another takes over, the first wakes."""
    settings.LEASE_SECONDS = 0.5

    def play(wakes_when_done):
        run = start(max_trials=1)
        schedule.advance(run.pk)
        with a_worker(devices[0]) as (pid, talk):
            assert talk.recv(100) == b"claimed"
            os.kill(pid, signal.SIGSTOP)
            os.waitpid(pid, os.WUNTRACED)
            until(lambda: (schedule.reap(), run.trials.get().state == "lost")[1], "the lease's end")
            settings.LEASE_SECONDS = 60  # the other is a healthy one
            claim = schedule.claim("cpu", devices[1])
            measure(claim, TRUE, [1, 2])
            if wakes_when_done:
                complete(claim, TRUE)
            talk.sendall(b"wake")
            os.kill(pid, signal.SIGCONT)
            refused = json.loads(talk.recv(100))
        if not wakes_when_done:
            measure(claim, TRUE, [3])
            complete(claim, TRUE)
        return Told(run.trials.get(), refused)

    return play


def broken(told):
    """The promises that were not kept, in words."""
    trial = told.trial
    values = Report.objects.filter(trial=trial).values_list("values", flat=True)
    bodies = Event.objects.filter(run=trial.run).values_list("body", flat=True)
    kept = {
        "stale writes are refused": all(told.refused),
        "the score is the owner's": (trial.state, trial.loss) == ("complete", -TRUE),
        "no stale report is left": all(value["val_accuracy"] == TRUE for value in values),
        "a trial ends once": sum(body.get("state") == "complete" for body in bodies) == 1,
    }
    return {promise for promise, is_kept in kept.items() if not is_kept}


@pytest.mark.parametrize("wakes_when_done", [True, False], ids=["after the end", "in between"])
def test_whoever_slept_past_its_lease_is_refused(two_workers, wakes_when_done):
    assert broken(two_workers(wakes_when_done)) == set()


def test_without_the_fence_every_one_of_these_promises_would_be_broken(two_workers, monkeypatch):
    monkeypatch.setattr(recording, "_held", lambda claim: Trial.objects.filter(pk=claim.trial_id))
    assert broken(two_workers(wakes_when_done=True)) == {
        "stale writes are refused",
        "the score is the owner's",
        "no stale report is left",
        "a trial ends once",
    }
