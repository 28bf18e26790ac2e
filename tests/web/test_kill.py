"""A real training on real processes, killed in the middle: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing

import pytest

from tests.web.processes import ROOT, Site, until

EPOCHS = 80


class Told:
    """The database of a site, read from outside."""

    def __init__(self, site):
        self.path = site.data / "db.sqlite3"

    def rows(self, query, *values):
        with closing(sqlite3.connect(self.path, timeout=20)) as database:
            return database.execute(query, values).fetchall()

    def events(self):
        return [
            (seq, json.loads(body))
            for seq, body in self.rows("SELECT seq, body FROM runs_event ORDER BY seq")
        ]

    def state(self):
        return self.rows("SELECT state FROM runs_run")[0][0]

    def working(self):
        """Numbers of the running trials that have reported some epochs, by their device's name."""
        query = """SELECT d.name, t.number FROM runs_trial t JOIN compute_device d ON d.id = t.device_id
                   WHERE t.state = 'running' AND t.step >= 5 AND t.step < ?"""
        return dict(self.rows(query, EPOCHS - 20))


def runners(site):
    """Runner processes by the name of their device's worker."""
    found = {}
    for process in site.processes():
        if "search.runner" in process.cmdline():
            worker = process.parent().parent()
            name = next(word for word in worker.cmdline() if "@" in word)
            found[name.split("@")[0]] = process
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The events of a run in which a worker and another worker's runner were killed."""
    folder = tmp_path_factory.mktemp("kill")
    site = Site(folder / "data", folder / "output", AUTOML_DEVICES="cpu:2", AUTOML_LEASE="3")
    try:
        until(site.is_announced, "the site's address")
        command = [sys.executable, "-m", "tests.web.long_run", str(EPOCHS)]
        subprocess.run(command, cwd=ROOT, env=site.environment, check=True)
        told = Told(site)
        until(lambda: set(told.working()) == {"cpu-0", "cpu-1"}, "two trials at work")
        killed = told.working()
        os.kill(runners(site)["cpu-1"].pid, signal.SIGKILL)
        os.kill(site.worker().pid, signal.SIGKILL)
        until(lambda: told.state() == "completed", "the end of the run", patience=300)
        yield killed, told
    finally:
        site.process.terminate()
        site.process.wait()


def steps_and_breaks(events, number):
    """Steps that a trial reported, in the order told; None where it was lost or killed."""
    told = []
    for _, event in events:
        if event.get("number") != number:
            continue
        if event["type"] == "reported":
            told += event["steps"]
        if event["type"] == "moved" and event["state"] in {"lost", "waiting"}:
            told.append(None)
    return told


def test_the_run_completes_and_every_number_is_there_once(story):
    _, told = story
    numbers = [n for (n,) in told.rows("SELECT number FROM runs_trial ORDER BY number")]
    assert numbers == [1, 2, 3, 4, 5]
    seqs = [seq for seq, _ in told.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    states = told.rows("SELECT DISTINCT state FROM runs_trial")
    assert states == [("complete",)]


def test_only_the_work_since_the_last_checkpoint_is_lost(story):
    killed, told = story
    for number in killed.values():
        steps = steps_and_breaks(told.events(), number)
        assert None in steps, f"trial {number} was not interrupted"
        assert [step for step in steps if step is not None] == list(range(1, EPOCHS + 1))


def test_each_trial_completes_once(story):
    _, told = story
    ends = defaultdict(int)
    for _, event in told.events():
        if event["type"] == "moved" and event["state"] == "complete":
            ends[event["number"]] += 1
    assert ends == dict.fromkeys(range(1, 6), 1)


def test_trials_on_the_two_devices_of_a_cpu_machine_overlap(story):
    _, told = story
    running, most = set(), 0
    for _, event in told.events():
        if event["type"] == "moved":
            running.discard(event["number"])
            if event["state"] == "running":
                running.add(event["number"])
            most = max(most, len(running))
    assert most == 2
