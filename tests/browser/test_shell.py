"""The frame of every page, in a real browser: reachable by keyboard, on a phone, in the dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Site
from tests.browser.crawl import TALL, crawl
from tests.browser.people import ADMIN, NEWCOMER, OWNER

SET_THEME = "theme => { document.documentElement.dataset.bsTheme = theme }"
WIDTH = "document.documentElement.scrollWidth"
PHONE: ViewportSize = {"width": 390, "height": 844}


def faults(page: Page) -> list[str]:
    """What axe finds wrong in the light and in the dark, one line a rule and place."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate(SET_THEME, theme)
        violations = Axe().run(page).response["violations"]
        found += [f"{theme} {v['id']}: {node['html']}" for v in violations for node in v["nodes"]]
    return found


@pytest.mark.parametrize("who", [NEWCOMER, ADMIN])
def test_axe_finds_nothing_on_any_page(site: Site, page: Page, who: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": TALL})
    site.sign_in(page, who)
    found = {address: faults(page) for address in crawl(site, page)}
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_axe_finds_nothing_before_signing_in(site: Site, page: Page) -> None:
    for path in ("/sign-in/", "/sign-in/unknown/", "/set-up/unknown/", "/nowhere/"):
        page.goto(site.url + path)
        assert faults(page) == [], path


@pytest.mark.parametrize("who", [NEWCOMER, ADMIN])
def test_no_page_is_wider_than_a_phone(site: Site, page: Page, who: str) -> None:
    page.set_viewport_size({"width": PHONE["width"], "height": TALL})
    site.sign_in(page, who)
    wide = {address: page.evaluate(WIDTH) for address in crawl(site, page)}
    assert {address: width for address, width in wide.items() if width > PHONE["width"]} == {}


def test_the_first_tab_stop_leads_to_the_content(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(site.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_of_a_phone_opens_by_keyboard_without_a_script(
    site: Site, browser: Browser
) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    site.sign_in(page, OWNER)
    page.goto(site.url)
    page.locator("summary", has_text="☰").press("Enter")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Projects").click()
    expect(page).to_have_url(f"{site.url}/projects/")
    page.context.close()


def test_the_rail_says_where_one_is(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/projects/weld-defects/")
    here = page.get_by_role("navigation", name="Main").locator("[aria-current]")
    expect(here).to_have_text("Projects")


def test_the_theme_is_kept_from_page_to_page(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(site.url)
    before = page.locator("html").get_attribute("data-bs-theme")
    page.locator("theme-toggle button").click()
    after = page.locator("html").get_attribute("data-bs-theme")
    page.goto(f"{site.url}/projects/")
    assert before != after == page.locator("html").get_attribute("data-bs-theme")


def test_a_project_is_made_shared_and_left_by_hand(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/projects/")
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name").fill("Cracks")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("link", name="Change members").click()
    page.get_by_label("Username").fill("nobody")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Nobody here has this user name")).to_be_visible()
    page.get_by_label("Username").fill(ADMIN)
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name=f"Remove {OWNER}").click()
    expect(page.get_by_text("A project needs an owner")).to_be_visible()


def test_an_admin_hands_a_person_a_link_that_lets_them_in(
    site: Site, page: Page, browser: Browser
) -> None:
    site.sign_in(page, ADMIN)
    page.goto(f"{site.url}/people/")
    page.get_by_label("Username").fill("dan")
    page.get_by_role("button", name="Add").click()
    link = page.get_by_label("Sign-in link").input_value()
    theirs = browser.new_context().new_page()
    theirs.goto(link)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.locator("summary", has_text="dan")).to_be_visible()
    theirs.context.close()
