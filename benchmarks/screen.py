"""From a commit to the screen: events written by another process, seen on the live page in Chromium.

Begins when the transaction of `record()` has been committed; ends when the frame after the one that
changed the page's log begins, by which time the change has been drawn. The log is the page's last
element, so all others have been brought up to date before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from automl_web.runs.steer import cancel_run
from benchmarks.measured import Figure
from benchmarks.trials import LONG, begin, held, session, until
from benchmarks.writer import Told, tell, writer
from tests.browser import chromium

SAMPLES = 150
MEAN_GAP = 0.4  # seconds
GOAL = 1.0  # seconds

WATCH = """() => {
  const log = document.querySelector("run-log")
  window.drawn = {}
  new MutationObserver(() => requestAnimationFrame(() => {
    const now = performance.timeOrigin + performance.now()
    for (const [, number] of log.textContent.matchAll(/sample ([0-9]+)[.]/g)) drawn[number] ??= now
  })).observe(log, { childList: true, subtree: true, characterData: true })
}"""


def measure(seed: int) -> list[Figure]:
    quiet = _figure("commit to screen", seed)
    long = begin(LONG, 2, seed, concurrency=2)
    until(lambda: long.trials.filter(step__gt=0).count() == 2, 300)
    busy = _figure("commit to screen while both devices train", seed + 1)
    long.refresh_from_db()
    cancel_run(long)
    return [quiet, busy]


def _figure(name: str, seed: int) -> Figure:
    gaps = np.random.default_rng(seed).exponential(MEAN_GAP, SAMPLES)
    with held(1, seed) as claims, writer() as pool, _live_page(claims[0].run_id) as page:
        pool.submit(tell, claims, [0.0]).result()  # the process has started, the page is connected
        _wait_until_drawn(page, 1)
        page.evaluate("drawn = {}")
        told = pool.submit(tell, claims, np.cumsum(gaps).tolist()).result()
        _wait_until_drawn(page, SAMPLES)
        return Figure(name, GOAL, _latencies(told, page.evaluate("drawn")))


def _wait_until_drawn(page: Page, number: int) -> None:
    """Asked from here: the page's own policy forbids Playwright to poll in it."""
    until(lambda: page.evaluate(f"'{number}' in drawn"), 30, every=0.2)


def _latencies(told: list[Told], drawn: dict[str, float]) -> list[float]:
    return [drawn[str(n)] / 1000 - commit.at for n, commit in enumerate(told, start=1)]


@contextmanager
def _live_page(run: int) -> Iterator[Page]:
    site, key = f"http://127.0.0.1:{settings.PORT}", session()
    with sync_playwright() as playwright:
        path = chromium.find(playwright.chromium)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/runs/{run}/")
        page.wait_for_selector("run-log pre, run-log .figure-empty")
        page.evaluate(WATCH)
        yield page
        browser.close()
