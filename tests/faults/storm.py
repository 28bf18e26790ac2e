"""Run as a module: a search of short trials on the site around it, under kills and freezes.

The environment is the site's; what came of it is printed as JSON. Faults are paced by progress,
not by the clock: each is due when a share of the trials is complete. So all of them happen,
whatever the speed of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs Django set up

from automl_web.runs.models import Run, Trial  # noqa: E402 - needs Django set up
from tests.faults.verdict import begin, verdict  # noqa: E402 - needs Django set up

KILLED = {"child": 9, "runner": 9, "worker": 6, "control": 2, "web": 2, "valkey": 2}
FROZEN = {"child": 2, "worker": 2, "runner": 1, "control": 1, "web": 1, "valkey": 1}
LAST_AT = 0.85  # share of the trials that are complete when the last fault is due
LOOK_EVERY = 0.05  # seconds
LONGEST_FREEZE = 15.0  # seconds


@dataclass(frozen=True)
class Fault:
    """What is to be done to which kind of process once so many trials are complete."""

    due: int
    kind: str
    freezes: bool


@dataclass
class Frozen:
    """Processes that are stopped, the trial whose lease must run out meanwhile, and since when."""

    processes: list[psutil.Process]
    trial: int | None
    fence: int
    since: float

    def is_long_enough(self):
        lasted = time.monotonic() - self.since
        if lasted < settings.LEASE_SECONDS * 1.5:
            return False
        held = Trial.objects.filter(pk=self.trial, state="running", fence=self.fence)
        return lasted > LONGEST_FREEZE or not held.exists()

    def thaw(self):
        for process in self.processes:
            send(process, signal.SIGCONT)


def plan(trials, kills, freezes, rng):
    """The faults in the order of their time; each kind has its share."""
    wanted = [(kind, False) for kind in islice(cycle(Counter(KILLED).elements()), kills)]
    wanted += [(kind, True) for kind in islice(cycle(Counter(FROZEN).elements()), freezes)]
    rng.shuffle(wanted)
    step = trials * LAST_AT / len(wanted)
    return [Fault(int(i * step), kind, freezes) for i, (kind, freezes) in enumerate(wanted)]


def parts(supervisor):
    """The site's processes by their kind."""
    found = {kind: [] for kind in KILLED}
    for process in psutil.Process(supervisor).children(recursive=True):
        try:
            kind = kind_of(process, supervisor)
        except psutil.Error:  # it has just ended
            continue
        if kind:
            found[kind].append(process)
    return found


def kind_of(process, supervisor):
    words = process.cmdline()
    if not words or process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED}:
        return None
    if settings.RUNNER in words:
        return "runner"
    if process.ppid() != supervisor:
        return "child" if "celery" in words else None
    for kind, word in {"web": "uvicorn", "control": "control", "worker": "celery"}.items():
        if word in words:
            return kind
    return "valkey" if "valkey" in words[0] or "redis" in words[0] else None


def send(process, number):
    """Whether the process was there to take the signal."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True


def trial_of(process):
    """The trial that is at work under the device worker that `process` belongs to, or is."""
    for relative in (process, *process.parents()):
        name = next((word for word in relative.cmdline() if word.startswith("cpu-")), None)
        if name:
            name = name.split("@")[0]
            return Trial.objects.filter(device__name=name, state="running").first()
    return None


class Storm:
    """The faults that are still to come, those that last, and a count of those that were."""

    def __init__(self, supervisor, faults, rng):
        self.supervisor, self.waiting, self.rng = supervisor, faults, rng
        self.frozen = []
        self.killed, self.stopped = Counter(), Counter()

    def blow(self, completed):
        """Do what is due; what finds nobody to do it to is tried again."""
        for frozen in [frozen for frozen in self.frozen if frozen.is_long_enough()]:
            frozen.thaw()
            self.frozen.remove(frozen)
        found = parts(self.supervisor)
        for fault in [fault for fault in self.waiting if fault.due <= completed]:
            victims = found[fault.kind]
            if victims and self.strike(fault, self.rng.choice(victims)):
                self.waiting.remove(fault)
                found[fault.kind] = []
            time.sleep(self.rng.uniform(0, LOOK_EVERY))

    def strike(self, fault, victim):
        try:
            return self.freeze(fault, victim) if fault.freezes else self.kill(fault, victim)
        except psutil.NoSuchProcess:
            return False

    def kill(self, fault, victim):
        """A runner's death costs its trial an attempt, of which it has three: one it never loses here."""
        if fault.kind == "runner":
            trial = trial_of(victim)
            if trial is None or trial.attempt > 1:
                return False
        killed = send(victim, signal.SIGKILL)
        self.killed[fault.kind] += killed
        return killed

    def freeze(self, fault, victim):
        """A frozen worker is stopped with its child, as a paused machine is; its runner goes on."""
        trial = trial_of(victim) if fault.kind in {"child", "worker"} else None
        if fault.kind in {"child", "worker"} and trial is None:
            return False
        processes = [victim]
        if fault.kind == "worker":
            processes += victim.children()
        frozen = Frozen(
            processes, trial and trial.pk, trial.fence if trial else 0, time.monotonic()
        )
        self.frozen.append(frozen)
        stopped = all(send(process, signal.SIGSTOP) for process in processes)
        self.stopped[fault.kind] += stopped
        return stopped


def main():
    parser = argparse.ArgumentParser()
    for name in ("supervisor", "trials", "kills", "freezes", "within", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    storm = Storm(asked.supervisor, plan(asked.trials, asked.kills, asked.freezes, rng), rng)
    run, began = begin(asked.trials), time.monotonic()
    try:
        while not run.is_over and time.monotonic() - began < asked.within:
            storm.blow(Trial.objects.filter(run=run, state="complete").count())
            time.sleep(LOOK_EVERY)
            run = Run.objects.get(pk=run.pk)
    finally:
        for frozen in storm.frozen:
            frozen.thaw()
    seconds = round(time.monotonic() - began, 1)
    facts = {"seconds": seconds, "killed": storm.killed, "frozen": storm.stopped}
    json.dump(facts | verdict(run), sys.stdout)


if __name__ == "__main__":
    main()
