"""A model of text can be tried: it writes on from a beginning or judges a text, and nothing is kept."""

# ruff: noqa: F811 - fixtures are named as they are imported

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from automl_web.registry import text_answer
from automl_web.registry.models import ModelVersion, Problem
from automl_web.registry.text_try import LONGEST_BEGINNING
from search.training.text import predict
from tests.web.test_text_models import (  # noqa: F401 - fixtures
    judge,
    trained_judge,
    trained_writer,
    writer,
)

ASKED = {"text": "abd", "length": 40, "temperature": 0.9, "seed": 3}


def asked(client, model, **question: Any):
    return client.post(reverse("model-try", args=[model.pk]), question)


def without_onnx(model) -> None:
    (model.folder / "model.onnx").unlink()
    ModelVersion.objects.update(onnx_offered=False, problem=Problem.ONNX_DIFFERS)


def test_a_beginning_is_continued_as_the_model_would(viewer_client, writer):
    page = asked(viewer_client, writer, **ASKED)
    assert page.status_code == 200
    written = page.context["answer"].text
    assert len(written) == 40
    assert set(written) <= set("abcd")
    assert written in page.content.decode()
    assert predict.answer(writer.folder, ASKED) == written


def test_the_same_seed_writes_the_same_and_another_something_else(viewer_client, writer):
    one, same, other = (
        asked(viewer_client, writer, **{**ASKED, "seed": seed}).context["answer"].text
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_a_text_is_judged_with_a_probability_a_class(viewer_client, judge):
    page = asked(viewer_client, judge, text="so very awful it was")
    shares = [
        float(v) for v in re.findall(r'<progress[^>]*value="([\d.]+)"', page.content.decode())
    ]
    expected = predict.answer(judge.folder, {"text": "so very awful it was"})
    assert shares == pytest.approx(sorted(expected, reverse=True), abs=1e-4)
    likeliest = judge.run.dataset.classes[int(np.argmax(expected))]
    assert f'<strong translate="no">{likeliest}</strong>' in page.content.decode()


def test_without_an_onnx_model_the_process_of_the_kind_answers_the_same(
    viewer_client, writer, judge
):
    texts_of = {
        model: asked(viewer_client, model, **question).context["answer"]
        for model, question in ((writer, ASKED), (judge, {"text": "a fine day"}))
    }
    without_onnx(writer)
    without_onnx(judge)
    written = asked(viewer_client, writer, **ASKED).context["answer"]
    assert written == texts_of[writer]
    judged = asked(viewer_client, judge, text="a fine day").context["answer"]
    for one, other in zip(judged.guesses, texts_of[judge].guesses, strict=True):
        assert one.share == pytest.approx(other.share, abs=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": 0},
        {"length": 10**6},
        {"length": "many"},
        {"temperature": -1},
        {"temperature": "nan"},
        {"seed": -1},
        {"text": "a" * (LONGEST_BEGINNING + 1)},
    ],
)
def test_what_is_wrong_is_said_beside_the_field(viewer_client, writer, wrong):
    page = asked(viewer_client, writer, **{**ASKED, **wrong})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.content.decode()


def test_a_text_that_is_missing_is_asked_for(viewer_client, judge):
    page = asked(viewer_client, judge, text=" ")
    assert page.status_code == 422
    assert "Type or paste a text." in page.content.decode()


def test_a_beginning_of_characters_that_it_has_never_seen_and_an_empty_one_are_taken(
    viewer_client, writer
):
    for text in ("", "<script>alert(1)</script>\0\u202eć"):
        page = asked(viewer_client, writer, **{**ASKED, "text": text})
        assert "<script>alert(1)" not in page.content.decode()
    assert asked(viewer_client, writer, **{**ASKED, "text": ""}).status_code == 200


def test_a_model_that_takes_too_long_or_cannot_be_asked_is_told_in_words(
    viewer_client, writer, monkeypatch
):
    monkeypatch.setattr(text_answer, "SECONDS", -1.0)
    page = asked(viewer_client, writer, **ASKED)
    assert page.status_code == 422
    assert "The model could not be asked." in page.content.decode()
    for path in writer.files:
        path.unlink()
    assert asked(viewer_client, writer, **ASKED).status_code == 422


def test_nothing_that_was_typed_is_kept(viewer_client, judge, settings):
    before = {path for path in settings.DATA.rglob("*") if path.is_file()}
    asked(viewer_client, judge, text="a secret")
    assert {path for path in settings.DATA.rglob("*") if path.is_file()} == before


def test_an_outsider_cannot_ask(outsider_client, writer):
    assert asked(outsider_client, writer, **ASKED).status_code == 404


def test_the_form_is_shown_with_what_is_usual(viewer_client, writer, judge):
    page = viewer_client.get(reverse("model-try", args=[writer.pk])).content.decode()
    assert "Characters to write" in page
    assert 'value="0.8"' in page
    page = viewer_client.get(reverse("model-try", args=[judge.pk])).content.decode()
    assert "On test texts it is right in" in page
