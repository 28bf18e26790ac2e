"""A run of ten thousand trials: how long it takes to open in Chromium, and how smooth it stays while live.

Records the trials through the real code (minutes), opens the run's page in windows that have nothing
cached, then lets ten trials report for a while. A page is open when its table, its charts and its log
are drawn; a long task is one that keeps it from answering for 50 ms or more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Response, sync_playwright

from automl_web.compute.models import Device
from automl_web.runs.models import Run
from automl_web.runs.record import Claim
from automl_web.runs.schedule import advance, claim
from benchmarks.crowd import tell_batches
from benchmarks.measured import Figure, load, table
from benchmarks.trials import digits, session, until
from benchmarks.writer import writer
from tests.browser import chromium
from tests.web.many import WAITING, a_run_of_many

Window = Callable[[], BrowserContext]

OPENINGS = 10
GOAL = 2.0  # seconds
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WATCH = """
  window.tasks = []
  window.looks = 0
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask", buffered: true })
  const look = () => {
    looks += 1
    const charts = document.querySelectorAll(".js-plotly-plot .main-svg .trace").length
    const rows = document.querySelectorAll("trial-table tbody .is-number").length
    if (charts && rows && document.querySelector("run-log pre")) window.opened ??= performance.now()
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
"""


def measure(trials: int, seconds: float) -> None:
    run = a_run_of_many(digits(), "Many", trials)
    run.refresh_from_db()
    address = f"http://127.0.0.1:{settings.PORT}/runs/{run.pk}/"
    print(f"{trials:,} trials recorded, {run.seq:,} events; load average {load()}", flush=True)
    claims, key = (
        _claims(run),
        session(),
    )  # before Playwright's event loop, in which Django asks nothing
    with _chromium(address, key) as window:
        opened, sizes = zip(*(_open_once(window, address) for _ in range(OPENINGS)), strict=True)
        print(table([Figure(f"a run of {trials:,} trials opens", GOAL, opened)]))
        print(f"{max(sizes) / 1000:.0f} kB of data; load average {load()}\n", flush=True)
        with _page(window, address, []) as page:
            _keep_live(page, claims, seconds)


@contextmanager
def _chromium(address: str, key: str) -> Iterator[Window]:
    """Makes fresh windows of a person who has signed in."""
    with sync_playwright() as playwright:
        path = chromium.find(playwright.chromium)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)

        def window() -> BrowserContext:
            context = browser.new_context(viewport={"width": 1280, "height": 1600})
            context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
            context.add_init_script(WATCH)
            return context

        yield window
        browser.close()


@contextmanager
def _page(window: Window, address: str, sizes: list[int]) -> Iterator[Page]:
    """An open page in a fresh window; the bytes of its data, its static files aside, go to `sizes`."""

    def add(response: Response) -> None:
        if "/static/" not in response.url:
            sizes.append(len(response.body()))

    context = window()
    page = context.new_page()
    page.on("response", add)
    page.goto(address)
    until(partial(page.evaluate, "window.opened"), 60)
    yield page
    page.remove_listener("response", add)  # what is still under way is cut off
    context.close()


def _open_once(window: Window, address: str) -> tuple[float, int]:
    """Seconds until the page is open, and the bytes of its data."""
    sizes: list[int] = []
    with _page(window, address, sizes) as page:
        return float(page.evaluate("opened")) / 1000, sum(sizes)


def _claims(run: Run) -> list[Claim]:
    """The last trials of the run, which are still to come, each on a device of its own."""
    advance(run.pk)
    claims = []
    for number in range(WAITING):
        device = Device.objects.create(queue=run.queue, host="desk", name=f"live{number}")
        taken = claim(run.queue.name, device)
        assert taken is not None
        claims.append(taken)
    return claims


def _keep_live(page: Page, claims: Sequence[Claim], seconds: float) -> None:
    page.evaluate("tasks = []; looks = 0")
    with writer() as pool:
        told = pool.submit(tell_batches, claims, 3, seconds).result()
    tasks, looks = page.evaluate("[tasks, looks]")
    lasted = told[-1][0].at - told[0][0].at
    print(
        f"{seconds:.0f} s live at {len(told) / lasted:.0f} commits/s: {looks / lasted:.0f} frames/s,"
    )
    print(f"{len(tasks)} long tasks, the longest {max(tasks, default=0):.0f} ms, ", end="")
    print(
        f"{sum(tasks) / lasted / 10:.1f} % of the time; over 200 ms: {sum(t > 200 for t in tasks)}"
    )
