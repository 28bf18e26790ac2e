"""Every method of the catalogue on real digits: started from its form, trained, watched, and taken home."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from contextlib import closing

import pytest
from websockets.sync.client import connect

from search.history import Stage
from search.method import CONFIG
from search.methods import METHODS
from search.options import describe
from search.problems.architecture_space import ready_made
from search.problems.images import IMAGES
from tests.web.browsing import Browser
from tests.web.processes import Site, until
from tests.web.small_options import is_guided, small_options

PASSWORD = "a long road ahead"
QUICK = {
    "schedule": "constant",
    "loss": "cross_entropy",
    "initialisation": "he",
    "momentum": 0.9,
    "focal_gamma": 2.0,
    "smoothing": 0.1,
    "layers": 1,
    "width": 4,
    "optimiser": "adam",
    "batch_size": 256,
    "augmentation": "none",
    "epochs": 4,
}
"""What the quick space fixes: the learning rate, the weight decay and the dropout are left to the method."""

MOST = 12


def of_configs():
    document = IMAGES.usual_space().to_json()
    entries = [
        {"type": "constant", "name": entry["name"], "value": QUICK[entry["name"]]}
        if entry["name"] in QUICK
        else entry
        for entry in document["hyperparameters"]
    ]
    return {**document, "hyperparameters": entries, "conditions": []}


def of_architectures():
    document = ready_made("small")
    document["architecture"] |= {"cells": 1, "reductions": 0, "nodes": 2, "channels": 4}
    changed = {"epochs": 1, "batch_size": 256}
    for entry in document["training"]["hyperparameters"]:
        entry["value"] = changed.get(entry["name"], entry["value"])
    return document


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with one device, for all methods."""
    folder = tmp_path_factory.mktemp("methods")
    site = Site(folder / "data", folder / "output")
    until(site.is_announced, "the site's address")
    yield site
    site.process.send_signal(signal.SIGTERM)
    site.process.wait()


@pytest.fixture(scope="module")
def ana(site):
    """The window of somebody who has uploaded the digits and made two small spaces."""
    link = re.search(r"/set-up/[^/]+/", site.said())[0]
    browser = Browser(f"http://127.0.0.1:{site.port}")
    browser.send(link, username="ana", password1=PASSWORD, password2=PASSWORD)
    browser.send("/projects/new/", name="Digits")
    browser.send("/projects/digits/datasets/new/", "/projects/digits/datasets/example/")
    until(lambda: "Classes" in browser.ask("/datasets/1/")[2], "the dataset")
    for copied, document in (("images", of_configs()), ("small", of_architectures())):
        page = f"/projects/digits/spaces/new/?copy={copied}"
        sent = {"form": "json", "name": copied, "document": json.dumps(document)}
        status, address, text = browser.send(page, **sent)
        assert (status, address.startswith("/spaces/")) == (200, True), text
    return browser


def fields_of(page, method, space):
    """All that the form of a run sends, its options at their smallest."""
    chosen = {
        name: re.search(rf'name="{name}".*?value="(\w+)"', page, re.DOTALL)[1]
        for name in ("dataset", "queue")
    }
    small = small_options(method)
    known = {info.name: small.get(info.name, info.default) for info in describe(method.options)}
    options = {f"option-{name}": value for name, value in known.items() if value is not False}
    run = {"name": method.title, "seed": 3, "max_trials": MOST, "concurrency": 2}
    return {**chosen, **run, **options, "method": method.name, "space": space}


def start(ana, method):
    space = 1 if CONFIG in method.searches else 2
    page = "/projects/digits/runs/new/"
    fields = fields_of(ana.ask(page)[2], method, space)
    status, address, text = ana.send(page, **fields, request_key=method.name)
    wrong = re.findall(r'class="invalid-feedback".*?</', text, re.DOTALL)
    assert re.fullmatch(r"/runs/\d+/", address), (status, wrong)
    return address


def watch(site, ana, run):
    """The types of the events that a page of the run is sent until the run is over."""
    address = f"ws://127.0.0.1:{site.port}/ws{run}"
    headers = {"Cookie": f"sessionid={ana.cookie('sessionid')}"}
    told, origin = set(), f"http://127.0.0.1:{site.port}"
    with connect(address, additional_headers=headers, origin=origin, proxy=None) as page:
        page.send('{"after": 0}')
        while True:
            frame = json.loads(page.recv(timeout=60))
            for event in frame.get("patch", ()):
                told.add(event["type"])
                if event["type"] == "run" and event["state"] in ("completed", "failed"):
                    return told, event["state"]


def trials_of(site, run):
    """The rows of the run's trials as dictionaries."""
    pk = run.split("/")[2]
    with closing(sqlite3.connect(f"file:{site.data}/db.sqlite3?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM runs_trial WHERE run_id = ? ORDER BY number", [pk])
        return [{**row, "memo": json.loads(row["memo"])} for row in rows]


def came_to_itself(method, rows):
    """Whether the method's own branch ran; of one that shares weights, what it derived was trained."""
    if method.search is not None:
        return any(row["stage"] == Stage.EVALUATE.value for row in rows)
    return is_guided(method, [row["memo"] for row in rows])


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_a_method_is_started_from_its_form_and_ends_with_a_best_candidate(site, ana, method):
    run = start(ana, method)
    told, state = watch(site, ana, run)
    rows = trials_of(site, run)
    assert state == "completed", [(row["state"], row["reason"], row["detail"]) for row in rows]
    assert {"created", "moved", "reported"} <= told
    assert came_to_itself(method, rows), [row["memo"] for row in rows]
    confirmed = rows[-1]
    assert (confirmed["stage"], confirmed["state"]) == ("confirm", "complete")
    insight = json.loads(ana.ask(f"{run}insight/")[2])
    assert (insight is None) == (method.insight is None)
    assert "confirmed" in ana.ask(f"{run}leaders/")[2]
