"""The road of the other kinds of data, from an empty project to a downloaded model that is tried."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
from playwright.sync_api import Page, expect
from sklearn.datasets import load_breast_cancer

from tests.browser.road import PATIENCE, download, finish, set_up, to_model, upload
from tests.web.processes import Site
from tests.web.texts import running_text, written


def tumours() -> pd.DataFrame:
    """569 tumours: 30 numbers each, and what they are."""
    bunch = load_breast_cancer(as_frame=True)
    return bunch.frame.assign(target=bunch.target_names[bunch.target])


def start(page: Page, method: str, trials: int, minutes: float) -> None:
    page.get_by_role("link", name="New run").first.click()
    page.locator(f"[name=method][value={method}]").check()
    page.get_by_label("Most trials").fill(str(trials))
    page.get_by_label("Minutes for the whole run").fill(str(minutes))
    page.get_by_role("button", name="Start the run").click()


def share_right(model: Path, frame: pd.DataFrame) -> float:
    """How often the ONNX model, one input a column, names the class of a row."""
    session = onnxruntime.InferenceSession(str(model))
    given = {i.name: frame[i.name].to_numpy(np.float64)[:, None] for i in session.get_inputs()}
    (probabilities,) = session.run(None, given)
    named = np.array(["benign", "malignant"])[np.asarray(probabilities).argmax(1)]
    return float((named == frame["target"]).mean())


def test_from_a_table_to_a_model_that_tells_tumours_apart(
    page: Page, served: Site, tmp_path: Path
) -> None:
    frame = tumours()
    frame.to_csv(tmp_path / "tumours.csv", index=False)
    set_up(page, served)
    upload(page, tmp_path / "tumours.csv", "Clinic", "Tumours", sign="Columns")
    start(page, "random_search", trials=4, minutes=2)
    finish(page)
    to_model(page)
    model = download(page, "Download ONNX", tmp_path / "model.onnx")
    assert share_right(model, frame) > 0.85
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("button", name="Ask the model").click()
    expect(page.get_by_text("malignant").first).to_be_visible(timeout=PATIENCE)


def test_from_a_text_to_a_model_that_writes_on(page: Page, served: Site, tmp_path: Path) -> None:
    text = written(tmp_path / "reference.txt", running_text()[:120_000])
    set_up(page, served)
    upload(page, text, "Words", "Reference", sign="Vocabulary")
    start(page, "random_search", trials=2, minutes=1.5)
    finish(page)
    to_model(page)
    code = download(page, "model.py", tmp_path / "model.py")
    assert "torch" in code.read_text()
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("button", name="Write on").click()
    expect(page.get_by_role("heading", name="What the model says")).to_be_visible(timeout=PATIENCE)
