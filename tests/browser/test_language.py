"""Every word on every page goes through gettext: a crawl in a language that marks what does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, running
from tests.browser.crawl import TALL, crawl, kind
from tests.browser.people import ADMIN, NEWCOMER

OWN_FORMS = "main form[method=post]:not([action])"
SUBMIT_UNCHECKED = "form => HTMLFormElement.prototype.submit.call(form)"
VALUES = "choices => choices.map(choice => choice.value)"
BARE_WORDS = (Path(__file__).parent / "bare_words.js").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(
        "tests.browser.pseudo_asgi:application", tmp_path_factory.mktemp("pseudo")
    ) as live:
        yield live


def states(page: Page, address: str) -> Iterator[str]:
    """The page as it comes, with each choice swapped in, and after empty forms.

    Of the forms of a new run, one for each dataset, only the first has all of it.
    """
    yield address
    if "/runs/new/?" in address:
        return
    for number in range(page.locator("select[hx-get]").count()):
        select = page.locator("select[hx-get]").nth(number)
        for value in select.locator("option").evaluate_all(VALUES):
            select.select_option(value)
            yield f"{address} with {value}"
    for value in page.locator("[hx-get] > * [type=radio]").evaluate_all(VALUES):
        page.locator(f"[type=radio][value={value}]").check()
        yield f"{address} with {value}"
    for number in range(page.locator(OWN_FORMS).count()):
        with page.expect_navigation():
            page.locator(OWN_FORMS).nth(number).evaluate(SUBMIT_UNCHECKED)
        yield f"{address} with form {number} empty"
        page.goto(address)


def look(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle")
    found: list[str] = page.evaluate(BARE_WORDS)
    return found


def test_no_word_is_outside_the_translations(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": TALL})
    site.sign_in(page, ADMIN)
    looked = {state: look(page) for address in crawl(site, page) for state in states(page, address)}
    where = {word: address for address, words in looked.items() for word in words}
    assert where == {}
    assert len({kind(address) for address in looked}) > 10


def test_no_word_of_the_help_is_outside_the_translations(site: Site, page: Page) -> None:
    site.sign_in(page, ADMIN)
    page.goto(site.url)
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    assert look(page) == []


def test_no_word_of_an_error_is_outside_the_translations(site: Site, page: Page) -> None:
    for path in ("/sign-in/", "/sign-in/unknown/", "/set-up/unknown/", "/nowhere/"):
        page.goto(site.url + path)
        assert look(page) == [], path
    site.sign_in(page, NEWCOMER)
    page.goto(f"{site.url}/people/")
    assert look(page) == []
