"""A real training killed again and again ends with the weights, to the bit, of one left alone.

`make test-faults` kills it ten times.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
import torch

from automl_web.runs import schedule, verdict
from search.training import checkpoint
from tests.web.test_supervise import slot, space_with, train_next  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 10
EPOCHS = 200


def soon(condition):
    """Wait for a moment that does not last: ask without a pause."""
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    return found


class Killer:
    """Kills the slot's runner once the training has got on; every other time while it saves."""

    def __init__(self, slot, folder):  # noqa: F811 - the fixture's value
        self.slot, self.folder = slot, folder
        self.rng = random.Random(0)
        self.kills = self.while_saving = 0

    def begin(self):
        """Watch over the attempt that begins now."""
        before = set(self.folder.glob("*"))  # each attempt has a folder of its own
        thread = threading.Thread(target=self._watch, args=(before,))
        thread.start()
        return thread

    def _watch(self, before):
        saved = soon(lambda: self._saved(before))
        time.sleep(self.rng.uniform(0, 0.2))
        if self.kills % 2:
            soon(lambda: list(saved[0].parent.glob("*.tmp")))
            self.while_saving += 1
        os.kill(self.slot.runner.pid, signal.SIGKILL)
        self.kills += 1

    def _saved(self, before):
        folders = set(self.folder.glob("*")) - before
        return [path for folder in folders for path in folder.glob("*.checkpoint")]


@pytest.fixture
def run(start):
    """Begin the same training again and again: a run of one trial, always of the same seed."""
    return lambda: start(space=space_with({"epochs": EPOCHS, "width": 8}), max_trials=1)


def test_kills_change_no_weight(run, slot, monkeypatch):  # noqa: F811
    # A trial may crash twice by its own; here it is the cure that is tried, not the cap.
    monkeypatch.setattr(verdict, "MAX_ATTEMPTS", KILLS + 1)
    alone = train_next(run(), slot)
    slot.stop()

    disturbed = run()
    schedule.advance(disturbed.pk)
    killer = Killer(slot, disturbed.trials.get().folder)
    for attempt in range(KILLS):
        thread = killer.begin()
        trial = train_next(disturbed, slot)
        thread.join()
        assert (trial.state, trial.attempt) == ("waiting", attempt + 2)
    trial = train_next(disturbed, slot)

    assert (killer.kills, killer.while_saving) == (KILLS, KILLS // 2)
    assert (trial.state, trial.step) == (alone.state, alone.step) == ("complete", EPOCHS)
    assert list(trial.reports.order_by("step").values_list("step", flat=True)) == list(
        range(1, EPOCHS + 1)
    )
    ours, theirs = (checkpoint.load(Path(t.checkpoint)) for t in (trial, alone))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
