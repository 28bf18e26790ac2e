"""A run of thousands of trials in Chromium, and many websockets of which some do not read."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, suppress

import psutil
import pytest
from playwright.sync_api import Page, Response, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from search.state import WINDOW
from tests.browser.conftest import ROOT, Site
from tests.browser.people import OWNER

TRIALS = 2_000
MUTE = 20
SECONDS = 24


def python(site: Site, module: str, *arguments: object) -> int:
    """Run a module of the tests beside the site; it prints a number."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture(scope="module")
def long_run(site):
    return python(site, "tests.web.many", "Thousands", TRIALS)


class Data:
    """Bytes that a page was sent, its static files aside."""

    def __init__(self, page: Page) -> None:
        self.responses: list[Response] = []
        self.frames = 0
        page.on("response", lambda response: self.responses.append(response))
        page.on("websocket", lambda socket: socket.on("framereceived", self._add_frame))

    @property
    def size(self) -> int:
        pages = [each for each in self.responses if "/static/" not in each.url]
        return self.frames + sum(len(each.body()) for each in pages)

    def _add_frame(self, frame) -> None:
        self.frames += len(frame)


def test_a_run_of_thousands_arrives_in_less_than_400_kb_and_goes_on(page, site, long_run):
    site.sign_in(page, OWNER)
    data = Data(page)
    page.goto(f"{site.url}/runs/{long_run}/")
    expect(page.locator("run-status")).to_contain_text(f"Trial {TRIALS:,} of about")
    expect(page.locator("trial-table tbody tr")).to_have_count(WINDOW + 1)
    expect(page.locator("learning-curves .js-plotly-plot")).to_be_visible()
    python(site, "tests.web.many", "Thousands", 3)
    expect(page.locator("run-status")).to_contain_text(f"Trial {TRIALS + 3:,} of about")
    assert 100_000 < data.size < 400_000


def test_the_page_of_an_old_trial_draws_its_curve(page, site, long_run):
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/runs/{long_run}/trials/5/")
    expect(page.locator("learning-curves")).to_contain_text("Trial 5 stands at")
    page.get_by_text("Data as a table").click()
    expect(page.locator("learning-curves tbody tr")).to_have_count(81)


def web_server(site: Site) -> psutil.Process:
    port = site.url.rpartition(":")[2]
    children = psutil.Process().children()
    return next(c for c in children if "uvicorn" in c.cmdline() and port in c.cmdline())


def test_browsers_that_do_not_read_cost_little_and_keep_nobody_waiting(page, site, long_run):
    site.sign_in(page, OWNER)
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in site.sessions[OWNER])
    address = f"{site.url.replace('http', 'ws')}/ws/runs/{long_run}/"
    options = {"origin": site.url, "additional_headers": {"Cookie": cookies}}
    with ExitStack() as stack:

        def socket(**more):
            opened = stack.enter_context(connect(address, compression=None, **options, **more))
            opened.send(json.dumps({"after": 0}))
            return opened

        mute = [socket(max_queue=1) for _ in range(MUTE)]
        good = socket(max_queue=None)
        frames, seq = 0, json.loads(good.recv())["seq"]
        before = web_server(site).memory_info().rss
        last = python(site, "tests.web.flood", long_run, SECONDS)
        grown = web_server(site).memory_info().rss - before
        while seq != last:
            frame = json.loads(good.recv(timeout=10))
            assert frame["after"] == seq
            frames, seq = frames + 1, frame["seq"]
        assert frames > SECONDS
        assert grown < MUTE * 1_000_000
        assert [closing_code(one) for one in mute] == [1013] * MUTE


def closing_code(socket):
    """With what code a websocket was closed, once all that it was sent before has been read."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=10)
    return socket.close_code
