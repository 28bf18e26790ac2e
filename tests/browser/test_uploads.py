"""Uploading in a real browser: folders, closed tabs, lost connections."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import Site
from tests.browser.people import OWNER
from tests.web.hostile import class_folders, zipped

PATIENCE = 30_000  # milliseconds; how long it takes is no promise of these tests
UPLOADS = "**/uploads/*/"
DATASET = re.compile(r"/datasets/\d+/$")


@pytest.fixture
def window(site: Site, page: Page) -> Page:
    """The upload page of the owner's project."""
    site.sign_in(page, OWNER)
    page.goto(upload_page(site))
    return page


def upload_page(site: Site) -> str:
    return f"{site.url}/projects/weld-defects/datasets/new/"


def files_of(site: Site) -> set[Path]:
    return set((Path(site.environment["AUTOML_DATA"]) / "uploads").iterdir())


@pytest.fixture
def arrived(site: Site) -> Callable[[], set[Path]]:
    """Which files came since the test began."""
    before = files_of(site)
    return lambda: files_of(site) - before


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """A folder of class folders, with names as people have them, and its content."""
    files = class_folders(("cat", "chien noir", "猫"), each=70, prefix="pets/")
    hidden = {"pets/.DS_Store": b"junk", "pets/cat/.hidden/1.png": b"junk"}
    for name, content in {**files, **hidden}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "pets", files


def send(page: Page) -> None:
    page.get_by_role("button", name="Upload", exact=True).click()


def drop(page: Page, path: Path) -> None:
    """Drop a file or folder of the disk, as the system's file manager does."""
    page.locator(".drop-zone").scroll_into_view_if_needed()
    box = page.locator(".drop-zone").bounding_box()
    assert box
    place = {"x": box["x"] + 20, "y": box["y"] + 20}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for step in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": step, **place, "data": data})


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_dropped_folder_arrives_as_one_zip(window, folder, arrived):
    path, files = folder
    drop(window, path)
    expect(window.locator(".drop-chosen")).to_contain_text("pets · 210 files")
    send(window)
    window.wait_for_url(DATASET, timeout=PATIENCE)
    expect(window.get_by_role("heading", name="pets")).to_be_visible()
    (kept,) = arrived()
    assert contents(kept) == files


def test_a_chosen_folder_arrives_as_one_zip(window, folder, arrived):
    path, files = folder
    with window.expect_file_chooser() as chooser:
        window.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(path)
    send(window)
    window.wait_for_url(DATASET, timeout=PATIENCE)
    (kept,) = arrived()
    assert contents(kept) == files


def test_several_chosen_files_arrive_as_one_zip(window, tmp_path, arrived):
    files = class_folders(("a",), each=3)
    paths = [tmp_path / name.replace("/", "-") for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    window.locator("input[name=file]").set_input_files(paths)
    send(window)
    window.wait_for_url(DATASET, timeout=PATIENCE)
    (kept,) = arrived()
    assert contents(kept) == {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A zip that takes several pieces."""
    padding = {"cat/large.png": os.urandom(9 * 2**20)}
    return zipped(tmp_path / "photos.zip", class_folders() | padding)


def offsets(page: Page) -> list[int]:
    """Where the pieces begin that the page sends from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return sent


def hold_back(page: Page, after: int) -> None:
    """Let some pieces through; the others stay on their way."""
    passed = 0

    def decide(route: Route) -> None:
        nonlocal passed
        passed += route.request.method == "PATCH"
        if passed <= after:
            route.continue_()

    page.route(UPLOADS, decide)


def begin(page: Page, archive: Path, pieces: int) -> None:
    """Upload some pieces of the file, and get stuck."""
    hold_back(page, pieces)
    sent = offsets(page)
    page.locator("input[name=file]").set_input_files(archive)
    send(page)
    page.wait_for_function("document.querySelector('[role=progressbar]')")
    while len(sent) <= pieces:
        page.wait_for_timeout(50)


def test_an_upload_goes_on_after_its_tab_was_closed(site, window, archive, arrived):
    begin(window, archive, pieces=2)
    window.close()
    page = window.context.new_page()
    page.goto(upload_page(site))
    listed = page.locator("upload-begun", has_text="photos.zip")
    expect(listed).to_contain_text("of 10 MB: choose the same file again to go on.")
    sent = offsets(page)
    page.locator("input[name=file]").set_input_files(archive)
    send(page)
    page.wait_for_url(DATASET, timeout=PATIENCE)
    assert sent[0] > 0
    (kept,) = arrived()
    assert kept.read_bytes() == archive.read_bytes()
    page.goto(upload_page(site))
    expect(page.locator("upload-begun")).to_have_count(0)


def test_an_unfinished_upload_can_be_discarded(site, window, archive, arrived):
    begin(window, archive, pieces=1)
    window.close()
    page = window.context.new_page()
    page.goto(upload_page(site))
    page.get_by_role("button", name="Discard photos.zip").click()
    expect(page.get_by_role("heading", name="Your unfinished uploads")).to_have_count(0)
    assert not arrived()
    page.reload()
    expect(page.locator("upload-begun")).to_have_count(0)


def test_a_cancelled_upload_leaves_nothing(site, window, archive, arrived):
    begin(window, archive, pieces=1)
    window.unroute(UPLOADS)
    window.get_by_role("button", name="Cancel the upload").click()
    expect(window.get_by_text("The upload was cancelled. Nothing was kept.")).to_be_visible()
    assert not arrived()


def test_a_lost_connection_is_told_and_the_upload_goes_on(site, browser: Browser, archive, arrived):
    context = browser.new_context()  # of its own: a browser complains of a lost connection
    page = context.new_page()
    site.sign_in(page, OWNER)
    page.goto(upload_page(site))
    begin(page, archive, pieces=2)
    context.set_offline(True)
    page.unroute(UPLOADS)
    sent = offsets(page)
    lost = page.get_by_text("Nothing is lost; continuing when you are back.")
    expect(lost).to_be_visible(timeout=60_000)
    assert arrived()
    context.set_offline(False)
    page.wait_for_url(DATASET, timeout=PATIENCE)
    assert sent[0] > 0
    (kept,) = arrived()
    assert kept.read_bytes() == archive.read_bytes()
    context.close()


def test_a_file_that_is_no_dataset_is_told_beside_the_field(window, tmp_path, arrived):
    path = tmp_path / "notes.zip"
    path.write_bytes(b"no zip at all")
    window.locator("input[name=file]").set_input_files(path)
    send(window)
    expect(window.locator(".invalid-feedback")).to_contain_text("This is not a zip file.")
    assert not arrived()
