"""Every method of the catalogue on real digits: started from its form, trained, watched, and taken home."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from contextlib import closing

import pytest
from sklearn.datasets import load_wine
from websockets.sync.client import connect

from search.history import Stage
from search.methods import METHODS
from search.options import describe
from tests.web.processes import Site, until
from tests.web.small_options import is_guided, small_options
from tests.web.small_spaces import space_for, window_on

MOST = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with one device, for all methods."""
    folder = tmp_path_factory.mktemp("methods")
    site = Site(folder / "data", folder / "output")
    until(site.is_announced, "the site's address")
    yield site
    site.process.send_signal(signal.SIGTERM)
    site.process.wait()


OF_TABLES = {"neat"}
"""Methods for tables alone."""


@pytest.fixture(scope="module")
def ana(site):
    """The window of somebody who has uploaded digits and a table, and made two small spaces."""
    browser = window_on(site)
    wines = load_wine(as_frame=True).frame.to_csv(index=False)
    browser.upload("/projects/digits/datasets/new/", "wines.csv", wines, name="Wines")
    until(lambda: "Columns" in browser.ask("/datasets/2/")[2], "the table")
    return browser


def fields_of(page, method, space):
    """All that the form of a run sends, its options at their smallest."""
    queue = re.search(r'name="queue".*?value="(\w+)"', page, re.DOTALL)[1]
    chosen = {"dataset": "2" if method.name in OF_TABLES else "1", "queue": queue}
    small = small_options(method)
    known = {info.name: small.get(info.name, info.default) for info in describe(method.options)}
    options = {f"option-{name}": value for name, value in known.items() if value is not False}
    run = {"name": method.title, "seed": 3, "max_trials": MOST, "concurrency": 2}
    return {**chosen, **run, **options, "method": method.name, "space": space}


def start(ana, method):
    space = "tables" if method.name in OF_TABLES else space_for(method)
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
    assert json.loads(ana.ask(f"{run}insight/")[2])["kind"]
    assert "confirmed" in ana.ask(f"{run}leaders/")[2]
