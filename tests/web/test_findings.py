"""What the Data Doctor says: every finding has its words, and a version its verdict."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from automl_web.datasets import findings
from automl_web.datasets.findings import DANGER, NOTE, found, sentence_of, verdict
from automl_web.datasets.words import CARDS

SOURCES = Path(findings.__file__).parent
WARNINGS_OF_OLD = [
    ["few_images", {"count": 1, "name": "fox", "images": 6, "enough": 50}],
    ["imbalance", {"large": "cat", "small": "fox", "ratio": 12}],
    ["resized", {"count": 2, "width": 8, "height": 8}],
    ["mixed_colours", {"gray": 3, "images": 40}],
    ["similar_names", {"name": "cat", "other": "Cat"}],
    ["blank_name", {}],
    ["moving", {"count": 1}],
    ["skipped", {"count": 1}],
    ["copies_in_test", {"count": 1, "images": 6}],
]


def codes_in_the_source() -> Iterator[str]:
    """The codes that any kind of data gives its findings."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called == "found" and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


@pytest.mark.parametrize("code", sorted(set(codes_in_the_source())))
def test_every_finding_has_a_card(code):
    assert str(CARDS[code].title)


@pytest.mark.parametrize("code", CARDS)
def test_what_a_button_does_is_told_afterwards(code):
    assert bool(CARDS[code].fix) <= bool(CARDS[code].done)


@pytest.mark.parametrize("warning", WARNINGS_OF_OLD, ids=lambda warning: warning[0])
def test_a_version_of_before_the_data_doctor_says_what_it_said(warning):
    (finding,) = findings.findings_of({"warnings": [warning]})
    told = f"{findings.title_of(finding)} {sentence_of(finding)} {findings.why_of(finding)}"
    assert not re.search(r"%\(", told)
    for value in warning[1].values():
        assert str(value) in told or value == 1


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ([], "Fit to search on: nothing was found"),
        ([NOTE, NOTE], "Fit to search on: nothing was found"),
        ([NOTE, "warning"], "Fit to search on, but look at 1 finding first."),
        (["warning"] * 3, "Fit to search on, but look at 3 findings first."),
        (["warning", DANGER], "Not fit to search on yet: 1 finding would make its scores"),
    ],
)
def test_one_sentence_says_whether_the_data_is_fit_to_search_on(weights, says):
    assert verdict([found("blank_name", weight) for weight in weights]).sentence.startswith(says)


def test_long_names_are_cut_so_that_the_sentence_can_be_read():
    finding = found("imbalance", large="x" * 500, small="fox", ratio=12)
    assert len(sentence_of(finding)) < 150


def test_only_some_examples_are_kept():
    assert len(found("copies", examples=map(str, range(10**6)), count=2)["examples"]) == 6
