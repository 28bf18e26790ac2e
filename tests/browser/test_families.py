"""One method of each family in a real browser: started from its form, watched live, pictured, ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from search.method import Method
from search.methods import METHODS
from tests.browser.conftest import window
from tests.browser.road import PATIENCE, finish
from tests.web.processes import Site, until
from tests.web.small_options import UNGUIDED, small_options
from tests.web.small_spaces import PASSWORD, PERSON, space_for, window_on

MOST = 8

DRAWN = """figure => figure.data.map(trace => (trace.z ?? [trace.x]).flat())
    .map(values => values.filter(value => value != null).length)"""
"""How many values each trace of a figure has."""


def one_of(family: str) -> Method:
    """The family's first method that learns and has a picture of how it thinks, else its first."""
    of_family = [method for method in METHODS.values() if method.family == family]
    pictured = [m for m in of_family if m.insight and m.name not in UNGUIDED]
    return (pictured or of_family)[0]


FAMILIES = {method.family: one_of(method.family) for method in METHODS.values()}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with two devices, the digits and two small spaces."""
    folder = tmp_path_factory.mktemp("families")
    site = Site(folder / "data", folder / "output", AUTOML_DEVICES="cpu:2")
    until(site.is_announced, "the site's address")
    window_on(site)
    yield site
    site.process.terminate()
    site.process.wait()


@pytest.fixture(scope="module")
def runs(browser: Browser, digits: Site) -> Iterator[dict[str, Page]]:
    """The live page of a run of each family; all run side by side."""
    with window(browser) as context:
        sign_in(context, f"http://127.0.0.1:{digits.port}")
        yield {family: start(context, digits, method) for family, method in FAMILIES.items()}


def sign_in(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/sign-in/")
    page.locator("[name=username]").fill(PERSON)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{url}/")
    page.close()


def start(context: BrowserContext, site: Site, method: Method) -> Page:
    """Fill in the form of a run as a person does, and leave its live page open."""
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}/projects/digits/runs/new/")
    with page.expect_response(re.compile(r"/options/\?")):
        page.get_by_label("Search space", exact=True).select_option(space_for(method))
    page.locator(f"[name=method][value={method.name}]").check()
    expect(page.locator("#method-options h3")).to_have_text(method.title)
    for name, value in small_options(method).items():
        page.locator(f"[name=option-{name}]").fill(str(value))
    page.get_by_label("Most trials").fill(str(MOST))
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))
    page.evaluate("window.isFirst = true")  # a page that is loaded again does not know it
    return page


def values_drawn(page: Page, element: str) -> list[int]:
    """Of the figure in the element, which must come into view to be drawn."""
    figure = page.locator(f"{element} .js-plotly-plot").first
    page.locator(f"{element} .figure-canvas").first.scroll_into_view_if_needed()
    expect(figure).to_be_visible(timeout=PATIENCE)
    page.wait_for_function(f"document.querySelector('{element} .js-plotly-plot')._fullLayout")
    found: list[int] = figure.evaluate(DRAWN)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_of_each_family_is_watched_from_its_form_to_a_best_candidate(
    runs: dict[str, Page], family: str
) -> None:
    page, method = runs[family], FAMILIES[family]
    page.bring_to_front()
    finish(page)
    is_first: Any = page.evaluate("window.isFirst")
    assert is_first, "the page must have streamed, not been loaded again"
    assert page.locator("trial-table .state-complete").count() > 1
    expect(page.locator("#leaders")).to_contain_text("confirmed")
    if method.insight is None:
        return
    picture = "edge-weights" if method.search else "run-insight"
    assert sum(values_drawn(page, picture)) > 1
    expect(page.locator(f"{picture} .figure-sentence").first).to_have_text(re.compile(r"\d"))
