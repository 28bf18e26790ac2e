"""Choosing and changing search spaces by hand: what a script adds to the forms."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.people import OWNER


def test_the_methods_follow_the_space_that_is_chosen(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/projects/weld-defects/runs/new/")
    page.select_option("#id_space", "small")
    expect(page.locator("[name=method]:checked")).to_have_value("aging_evolution")
    expect(page.locator("[name=method][value=stackelberg]")).to_have_count(0)
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)
    page.locator("[name=method][value=random_search]").check()
    expect(page.locator("#method-options")).not_to_contain_text("Real et al.")
    page.select_option("#id_space", "images")
    expect(page.locator("[name=method][value=stackelberg]")).to_have_count(1)


def test_a_preview_draws_the_cells_of_what_is_filled_in(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/projects/weld-defects/spaces/new/?copy=small")
    page.locator("#preview-button").click()
    expect(page.locator("#preview cell-diagram svg").first).to_be_visible()
    page.locator("[name=cells-nodes]").fill("0")
    page.locator("#preview-button").click()
    expect(page.locator("#preview")).to_contain_text("Nothing can be drawn yet")
    expect(page.locator("#error_1_id_cells-nodes")).to_be_visible()


def test_a_method_is_found_by_a_word_and_shows_its_options(site: Site, page: Page) -> None:
    site.sign_in(page, OWNER)
    page.goto(f"{site.url}/projects/weld-defects/runs/new/")
    page.get_by_label("Find a method").fill("grid")
    expect(page.locator("[name=method][value=hyperband]")).to_be_hidden()
    page.locator("[name=method][value=grid]").check()
    expect(page.get_by_label("Levels")).to_be_visible()
