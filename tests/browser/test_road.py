"""The whole road in a real browser on real processes: set up, upload, run, watch live, take home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from automl_web.datasets.images.example import write_digits
from tests.browser.road import PATIENCE, download, finish, set_up, to_model, upload
from tests.web.processes import Site


def start(page: Page) -> None:
    page.get_by_role("link", name="New run").first.click()
    page.locator("[name=method][value=random_search]").check()
    expect(page.get_by_label("Spread evenly")).to_be_visible()
    page.locator("[name=method][value=hyperband]").check()
    page.get_by_label("Longest training").fill("9")
    page.get_by_role("button", name="Start the run").click()


def x_range(page: Page) -> list[float]:
    figure = "document.querySelector('best-so-far .js-plotly-plot')"
    found: list[float] = page.evaluate(f"[...{figure}.layout.xaxis.range]")
    return found


def watch(page: Page) -> None:
    """Trials appear, a zoom survives what comes after it, and a reload goes on where it was."""
    complete = page.locator("trial-table .state-complete")
    expect(complete.nth(2)).to_be_visible(timeout=PATIENCE)
    plot = page.locator("best-so-far .js-plotly-plot")
    plot.scroll_into_view_if_needed()
    expect(plot).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("document.querySelector('best-so-far .js-plotly-plot')?._fullLayout")
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    zoomed = x_range(page)
    before = complete.count()
    expect(complete.nth(before)).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert x_range(page) == zoomed
    page.reload()
    finish(page)


def accuracy_on_digits(path: Path) -> Any:
    session = onnxruntime.InferenceSession(str(path))
    bunch = load_digits()
    images = (bunch.images[:, None] / 16).astype(np.float32)
    probabilities = session.run(None, {"images": images})[0]
    return (np.asarray(probabilities).argmax(1) == bunch.target).mean()


def test_from_the_first_link_to_a_model_that_reads_digits(
    page: Page, served: Site, tmp_path: Path
) -> None:
    archive = tmp_path / "digits.zip"
    write_digits(archive)
    set_up(page, served)
    upload(page, archive, "Digits", "Handwritten digits", sign="Classes")
    start(page)
    watch(page)
    to_model(page)
    model = download(page, "Download ONNX", tmp_path / "model.onnx")
    assert accuracy_on_digits(model) > 0.8
