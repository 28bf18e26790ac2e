"""Walking over all pages that links lead to from home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import Site

VARIED = re.compile(r"/(?:datasets|models)/\d+/(?:try/)?$|/projects/[^/]+/runs/new/$|/runs/\d+/$")

TALL = 5000
"""A window this high shows a whole page: figures are drawn when they are seen."""


def crawl(site: Site, page: Page) -> Iterator[str]:
    """Open one page of each kind that links lead to from home."""
    waiting, seen = [f"{site.url}/"], set()
    while waiting:
        address = waiting.pop(0)
        if kind(address) in seen or not address.startswith(site.url):
            continue
        seen.add(kind(address))
        answer = page.goto(address)
        if answer is None or "text/html" not in answer.headers["content-type"]:
            continue
        waiting += links(page)
        page.wait_for_load_state("networkidle")
        yield address


def links(page: Page) -> list[str]:
    """Where the page leads, downloads aside."""
    addresses = page.locator("a[href]:not([download])").evaluate_all(
        "links => links.map(link => link.href)"
    )
    return [urldefrag(address).url for address in addresses]


def kind(address: str) -> str:
    """Pages that differ by a number or a method alone are of one kind: one of them is enough.

    Not so where the kind of data decides what there is to see.
    """
    parts = urlsplit(address)
    if VARIED.match(parts.path):
        return f"{parts.path}?{parts.query}"
    return re.sub(r"\d+|(?<=^/methods/)[^/]+", "0", parts.path)
