"""A model can be tried: an image is read in confinement, answered, and not kept."""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from io import BytesIO

import numpy as np
import onnxruntime
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from automl_web.datasets.images import one_image
from automl_web.datasets.images.decoding import Shape, pixels
from automl_web.datasets.images.one_image import read_confined
from automl_web.datasets.unreadable import DAMAGED, TOO_LARGE, UnreadableError
from automl_web.registry import answer, try_form
from automl_web.registry.models import ModelVersion, Problem
from tests.web.hostile import image
from tests.web.test_registry import model, run, trained  # noqa: F401 - fixtures

GRAY = Shape(1, 8, 8)


def photograph() -> bytes:
    """A coloured one, larger than the model takes, on its side by its own note."""
    rng = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112] = 6
    encoded = BytesIO()
    drawn = Image.fromarray(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8))
    drawn.save(encoded, format="JPEG", exif=exif)
    return encoded.getvalue()


def asked(client, model, content, name="image.png"):  # noqa: F811
    url = reverse("model-try", args=[model.pk])
    return client.post(url, {"image": SimpleUploadedFile(name, content)})


def shares_of(page: str) -> list[float]:
    return [float(value) for value in re.findall(r'<progress[^>]*value="([\d.]+)"', page)]


def expected_shares(model, content) -> np.ndarray:  # noqa: F811
    session = onnxruntime.InferenceSession(model.folder / "model.onnx")
    images = pixels(content, GRAY)[None].astype(np.float32) / 255
    found: np.ndarray = session.run(None, {"images": images})[0][0]
    return found


# The page


def test_the_page_offers_to_take_an_image(viewer_client, model):  # noqa: F811
    address = reverse("model-try", args=[model.pk])
    page = viewer_client.get(address).content.decode()
    assert '<input type="file" name="image"' in page
    assert "8 by 8 pixels" in page
    assert address in viewer_client.get(model.get_absolute_url()).content.decode()
    assert address in viewer_client.get(model.run.get_absolute_url()).content.decode()


def test_the_answer_is_what_the_model_says_of_the_image_as_datasets_are_prepared(
    viewer_client,
    model,  # noqa: F811
):
    content = photograph()
    page = asked(viewer_client, model, content).content.decode()
    expected = expected_shares(model, content)
    assert shares_of(page) == pytest.approx(sorted(expected, reverse=True), abs=1e-4)
    likeliest = model.run.dataset.classes[expected.argmax()]
    assert f'<strong translate="no">{likeliest}</strong>' in page


def test_the_image_is_shown_as_the_model_sees_it(viewer_client, model):  # noqa: F811
    shown = asked(viewer_client, model, photograph()).context["answer"].picture
    prefix = "data:image/png;base64,"
    assert shown.startswith(prefix)
    seen = Image.open(BytesIO(b64decode(shown.removeprefix(prefix))))
    assert np.array_equal(np.asarray(seen), pixels(photograph(), GRAY)[0])


def test_of_many_classes_the_likeliest_are_shown(viewer_client, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr("automl_web.registry.guesses.SHOWN", 3)
    page = asked(viewer_client, model, image(1)).content.decode()
    assert len(shares_of(page)) == 3
    assert "7 other classes are less likely." in page


def test_without_an_onnx_model_torch_answers_the_same(viewer_client, model):  # noqa: F811
    expected = expected_shares(model, image(1))
    (model.folder / "model.onnx").unlink()
    ModelVersion.objects.update(onnx_offered=False, problem=Problem.ONNX_DIFFERS)
    page = asked(viewer_client, model, image(1)).content.decode()
    assert shares_of(page) == pytest.approx(sorted(expected, reverse=True), abs=2e-4)


def test_a_model_that_cannot_be_asked_is_told_in_words(viewer_client, model):  # noqa: F811
    for path in model.files:
        path.unlink()
    page = asked(viewer_client, model, image(1))
    assert page.status_code == 422
    assert "The model could not be asked." in page.content.decode()


def test_a_model_whose_export_failed_cannot_be_tried(viewer_client, model):  # noqa: F811
    ModelVersion.objects.update(problem=Problem.EXPORT_FAILED)
    address = reverse("model-try", args=[model.pk])
    assert viewer_client.get(address).status_code == 404
    assert asked(viewer_client, model, image(1)).status_code == 404
    assert address not in viewer_client.get(model.get_absolute_url()).content.decode()
    assert address not in viewer_client.get(model.run.get_absolute_url()).content.decode()


def test_a_session_is_kept_for_the_next_image_and_not_beyond_another_export(model):  # noqa: F811
    answer._session.cache_clear()
    seen = pixels(image(1), GRAY)
    first = answer.probabilities(model, seen)
    assert answer.probabilities(model, seen) == first
    assert answer._session.cache_info().hits == 1
    path = model.folder / "model.onnx"
    path.write_bytes(path.read_bytes())
    answer.probabilities(model, seen)
    assert answer._session.cache_info().misses == 2


# What is sent


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "This file is empty."),
        (b"GIF89a, not really", "This file cannot be read: damaged"),
        (image(1)[:60], "This file cannot be read: damaged"),
        (b"<svg onload='alert(1)'/>", "This file cannot be read: damaged"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(viewer_client, model, content, says):  # noqa: F811
    page = asked(viewer_client, model, content, "<script>.png")
    assert page.status_code == 422
    assert says in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()


def test_a_form_without_an_image_is_answered_in_words(viewer_client, model):  # noqa: F811
    page = viewer_client.post(reverse("model-try", args=[model.pk]))
    assert page.status_code == 422
    assert "Choose an image." in page.content.decode()


def test_a_file_beyond_the_limit_is_refused(viewer_client, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr(try_form, "LARGEST_BYTES", 1000)
    page = asked(viewer_client, model, bytes(1001))
    assert page.status_code == 422
    assert "larger than 1000" in page.content.decode().replace("\xa0", " ")
    assert "Choose an image." not in page.content.decode()


def test_the_limit_is_of_all_files_of_a_request(viewer_client, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr(try_form, "LARGEST_BYTES", 1000)
    files = {name: SimpleUploadedFile(name, bytes(600)) for name in ("other", "image")}
    page = viewer_client.post(reverse("model-try", args=[model.pk]), files)
    assert "This file is larger" in page.content.decode()


def test_nothing_that_was_sent_is_kept(viewer_client, model, settings):  # noqa: F811
    before = {path for path in settings.DATA.rglob("*") if path.is_file()}
    asked(viewer_client, model, photograph())
    asked(viewer_client, model, b"no image")
    assert {path for path in settings.DATA.rglob("*") if path.is_file()} == before


def test_an_outsider_cannot_ask(outsider_client, model):  # noqa: F811
    assert asked(outsider_client, model, image(1)).status_code == 404


# The confined reader


@pytest.mark.parametrize("shape", [GRAY, Shape(3, 24, 10)])
def test_a_confined_reader_reads_what_an_unconfined_one_does(shape):
    assert np.array_equal(read_confined(photograph(), shape), pixels(photograph(), shape))


def test_an_image_of_too_many_pixels_is_refused():
    wide = Image.new("1", (50_001, 1_000))
    encoded = BytesIO()
    wide.save(encoded, format="PNG")
    with pytest.raises(UnreadableError) as raised:
        read_confined(encoded.getvalue(), GRAY)
    assert raised.value.reason == TOO_LARGE


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", DAMAGED),
        ("import os; os.kill(os.getpid(), 24)", TOO_LARGE),
        ("print('too little')", DAMAGED),
        ("import time; time.sleep(60)", TOO_LARGE),
    ],
)
def test_whatever_a_file_does_to_its_reader_is_said_in_words(monkeypatch, does, reason):
    monkeypatch.setattr(one_image, "READER", [sys.executable, "-c", does])
    monkeypatch.setattr(one_image, "WALL_SECONDS", 1.0)
    with pytest.raises(UnreadableError) as raised:
        read_confined(b"", GRAY)
    assert raised.value.reason == reason
