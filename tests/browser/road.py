"""The steps of the road from an empty site to a downloaded model, as a person takes them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.processes import Site

PASSWORD = "a long road ahead"
PATIENCE = 120_000  # milliseconds; how long it takes is no promise of these tests


def set_up(page: Page, site: Site) -> None:
    link = re.search(r"http://\S+/set-up/\S+", site.said())
    assert link, site.said()
    page.goto(link[0])
    page.locator("[name=username]").fill("ana")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()


def upload(page: Page, file: Path, project: str, name: str, sign: str) -> None:
    """Make `project` and upload `file` to it; a heading `sign` tells that it is ready."""
    page.get_by_role("link", name="Projects").first.click()
    page.get_by_role("link", name="New project").first.click()
    page.get_by_label("Name").fill(project)
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("link", name="Upload a dataset").first.click()
    page.get_by_label("Name").fill(name)
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", name=sign)).to_be_visible(timeout=PATIENCE)


def finish(page: Page) -> None:
    """Wait for the end of the run whose page is open."""
    expect(page.locator("run-status")).to_contain_text("Finished", timeout=PATIENCE)


def to_model(page: Page) -> None:
    """From the page of a run that has ended to its model's, which the export takes a while to make."""
    link = page.get_by_role("link", name="Take the model home")
    for _ in range(60):
        page.reload()
        if link.count():
            break
        page.wait_for_timeout(1000)
    link.click()


def download(page: Page, link: str, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).first.click()
    waiting.value.save_as(path)
    return path
