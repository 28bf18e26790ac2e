"""Names and lines of an enemy, in every field, are text on every page: nothing of them runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from django.utils.text import slugify
from playwright.sync_api import Browser, Page

from tests.browser import words
from tests.browser.conftest import Site, running
from tests.browser.crawl import TALL, crawl
from tests.browser.people import ADMIN

SHOWN = ("project", "dataset", "class-a", "class-b", "file", "space", "run")
SHOWN_AS_LINES = ("log", "kept log", "detail", "host")
"""Fields whose words must be found on some page, or this test would prove nothing."""

INTRUDERS = """() => [...document.querySelectorAll(
  "[onerror], [src='x'], a[href^='javascript:'], script:not([src]):not([type='application/json'])"
)].map(element => element.outerHTML)"""
WORDS = """() => document.documentElement.textContent
  + [...document.querySelectorAll("input")].map(input => input.value).join()"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hostile")
    with running("automl_web.asgi:application", folder, "tests.browser.hostile_seed") as live:
        yield live


def trials(site: Site, page: Page) -> Iterator[str]:
    """The trials in which something was said, and their logs as they lie on the disk."""
    for number in (1, 2):
        for address in (
            f"{site.url}/runs/1/trials/{number}/",
            f"{site.url}/runs/1/trials/{number}/log/",
        ):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            yield address


def test_no_word_of_an_enemy_runs_on_any_page(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": TALL})
    site.sign_in(page, ADMIN)
    read = ""
    for address in chain(crawl(site, page), trials(site, page)):
        assert page.evaluate(INTRUDERS) == [], address
        assert page.evaluate("globalThis.ran") is None, address
        read += page.evaluate(WORDS)
    missing = [field for field in SHOWN if f"{field}{words.TAGS}" not in read]
    missing += [field for field in SHOWN_AS_LINES if f"{field} {words.TAGS}" not in read]
    assert missing == []
    assert "49$49" not in read


PROJECT = f"/projects/{slugify(words.name('project'))}/"
FORMS = (
    "/people/",
    "/projects/new/",
    f"{PROJECT}members/",
    f"{PROJECT}spaces/new/",
    f"{PROJECT}runs/new/",
    "/audit/",
)
FILL = """(form, text) => {
  for (const field of form.querySelectorAll("input:not([name=csrfmiddlewaretoken]), textarea")) {
    if (field.type === "number") continue  // Chromium complains of words in such a field
    if (field.tagName === "INPUT") field.type = "text"
    field.value = text
  }
  for (const choice of form.querySelectorAll("option")) choice.value = text
  HTMLFormElement.prototype.submit.call(form)
}"""


def test_what_a_form_gives_back_is_text(site: Site, page: Page) -> None:
    site.sign_in(page, ADMIN)
    for path in FORMS:
        page.goto(site.url + path)
        form = page.locator("main form:not([action])").first
        with page.expect_navigation():
            form.evaluate(FILL, words.name("given"))
        page.wait_for_load_state("networkidle")
        assert page.evaluate(INTRUDERS) == [], path
        assert page.evaluate("globalThis.ran") is None, path
        assert f"given{words.TAGS}" in page.evaluate(WORDS), path


def test_a_broken_policy_would_be_noticed(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    site.sign_in(page, ADMIN)
    page.goto(site.url)
    page.evaluate(
        """() => {
        document.body.insertAdjacentHTML("beforeend", "<img src=/nothing.png onerror='globalThis.ran=1'>")
        document.head.append(Object.assign(document.createElement("style"), {textContent: "p {}"}))
        document.head.append(
          Object.assign(document.createElement("script"), {textContent: "globalThis.ran=1"})
        )
    }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.ran") is None
    broken = [text for text in heard if "Content Security Policy" in text]
    assert len(broken) == 3, heard
    page.context.close()
