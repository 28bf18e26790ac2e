"""Where Chromium is: the system's, or Playwright's own; `.ci/chromium` gets one where that is allowed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import BrowserType

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "The browser tests need Chromium, and none could be had. Install one with "
    "`apt-get install chromium`, or with `.venv/bin/playwright install --with-deps chromium`."
)


def find(chromium: BrowserType) -> str:
    """The path of a Chromium, got first if there is none; AssertionError says how to get one."""
    path = _present(chromium)
    if path is None:
        subprocess.run(["/bin/sh", ".ci/chromium"], cwd=ROOT, check=False)
        path = _present(chromium)
    assert path, MISSING
    return path


def _present(chromium: BrowserType) -> str | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = chromium.executable_path
    return found or (own if Path(own).exists() else None)
