"""Run as a module: a search on a site whose broker is killed, flushed, away and frozen.

The environment is the site's, AUTOML_DATA above all; what came of it is printed as JSON. Run by the
Python of another virtual environment, it compares releases of Celery.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import django
import redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs Django set up
from django.test import Client  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.compute.children import valkey  # noqa: E402 - needs Django set up
from automl_web.compute.models import Device  # noqa: E402 - needs Django set up
from automl_web.compute.supervisor import die_with_me  # noqa: E402 - needs Django set up
from automl_web.runs.models import Run, Trial  # noqa: E402 - needs Django set up
from tests.faults.verdict import begin, logged, search, verdict  # noqa: E402 - needs Django set up
from tests.web.processes import Site, until  # noqa: E402 - needs Django set up

LAST_AT = 0.85  # share of the trials that are complete when the last round is due
LOOK_EVERY = 0.05  # seconds
AWAY = (0.5, 3.0)  # seconds
FROZEN = 4.0  # seconds, longer than any time-out of ours
PATIENCE = 30  # seconds for a page
AFTERWARDS, CHANCES = 40, 3  # trials of each run that shows who still works, and how many runs
DEAF = "takes nothing of"  # what a worker logs that ends because it hears nothing


class Broker:
    """A Valkey of our own, and what can happen to it. Each round leaves it well again."""

    def __init__(self, folder, rng):
        self.folder, self.rng = folder, rng
        self.address = f"unix://{folder}/valkey.sock"
        self.start()

    def start(self):
        options = ["--port", "0", "--unixsocket", str(self.folder / "valkey.sock")]
        options += ["--dir", str(self.folder), "--appendonly", "yes", "--save", ""]
        self.process = subprocess.Popen(
            [valkey(), *options], stdout=subprocess.DEVNULL, preexec_fn=die_with_me()
        )
        until(self.answers, "the broker")

    def answers(self):
        with redis.Redis.from_url(self.address) as client:
            try:
                return client.ping()
            except redis.RedisError:
                return False

    def killed(self, _meanwhile):
        self.process.kill()
        self.process.wait()
        self.start()

    def flushed(self, _meanwhile):
        with redis.Redis.from_url(self.address) as client:
            client.flushall()

    def away(self, meanwhile):
        self.process.terminate()
        self.process.wait()
        meanwhile()
        time.sleep(self.rng.uniform(*AWAY))
        self.start()

    def frozen(self, meanwhile):
        self.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        meanwhile()
        time.sleep(max(0, FROZEN - (time.monotonic() - began)))
        self.process.send_signal(signal.SIGCONT)

    def emptied(self, _meanwhile):
        self.process.kill()
        self.process.wait()
        for path in self.folder.rglob("*.aof*"):
            path.unlink()
        self.start()

    ROUNDS = (killed, flushed, away, frozen, emptied)


class Person:
    """Somebody signed in who presses buttons. A page that does not answer ends everything."""

    def __init__(self, port, user):
        browser = Client()
        browser.force_login(user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        token = "a" * 32
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token}
        self.port = port
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": token,
        }
        self.longest = 0.0

    def asks(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        began = time.monotonic()
        connection.request(method, path, headers=self.headers)
        status = connection.getresponse().status
        connection.close()
        self.longest = max(self.longest, time.monotonic() - began)
        return status

    def pauses_and_resumes(self, run):
        statuses = [self.asks("POST", f"/runs/{run.pk}/{verb}/") for verb in ("pause", "resume")]
        assert statuses == [302, 302], statuses
        assert self.asks("GET", f"/runs/{run.pk}/") == 200


def watch(run, within, act=lambda completed: None):
    """Wait for the end of the run; gives back the run and the devices that were seen at work."""
    working, deadline = set(), time.monotonic() + within
    while not run.is_over and time.monotonic() < deadline:
        running = Trial.objects.filter(run=run, state="running")
        working |= set(running.values_list("device__name", flat=True))
        act(Trial.objects.filter(run=run, state="complete").count())
        time.sleep(LOOK_EVERY)
        run = Run.objects.get(pk=run.pk)
    return run, working


@contextmanager
def site_by(broker, folder):
    site = Site(settings.DATA, folder / "output", REDIS_URL=broker.address, AUTOML_DEVICES="cpu:4")
    try:
        until(site.is_announced, "the site's address")
        yield site
    finally:
        site.process.terminate()
        site.process.wait()


def play(site, broker, asked):
    """The rounds, each when its share of the trials is complete; then a run to see who still listens."""
    run = begin(asked.trials)
    person = Person(site.port, User.objects.get())
    waiting = list(islice(cycle(Broker.ROUNDS), asked.rounds))
    done = Counter()

    def act(completed):
        if waiting and completed >= (done.total() + 1) * asked.trials * LAST_AT / asked.rounds:
            happen = waiting.pop(0)
            happen(broker, lambda: person.pauses_and_resumes(run))
            done[happen.__name__] += 1

    run, _ = watch(run, asked.within, act)
    names, working = set(Device.objects.values_list("name", flat=True)), set()
    for _ in range(CHANCES):
        if working < names:
            working |= watch(search(run.dataset, AFTERWARDS), asked.within)[1]
    return {
        "rounds": done,
        "deaf": sorted(names - working),
        "longest page": round(person.longest, 2),
        "restarted as deaf": logged(DEAF),
        "deaths": Counter(re.findall(r"(\S+) ended \(exit code", site.said())),
        **verdict(run),
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("trials", "rounds", "within"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broker-") as short:
        folder = Path(short)  # short, since the paths of sockets are
        broker = Broker(folder, random.Random(0))
        began = time.monotonic()
        with site_by(broker, folder) as site:
            found = play(site, broker, asked)
        broker.process.kill()
    json.dump({"seconds": round(time.monotonic() - began, 1), **found}, sys.stdout)


if __name__ == "__main__":
    main()
