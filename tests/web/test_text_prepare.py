"""What is promised of running text on its way into tokens: parts, digests, meta data, and mends."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl_web.datasets.parts import SPLITS
from automl_web.datasets.refusals.of_text import TooShortTextError
from automl_web.datasets.text.vocabulary import MOST
from search.training.text.meta import CHARACTERS, WORDS, meta
from search.training.text.tokens import UNKNOWN
from tests.web.hostile import zipped
from tests.web.prepared_texts import codes, fix_of, prepared, text_of
from tests.web.texts import running_text, written


def test_one_file_is_cut_into_stretches_in_their_order_and_nothing_is_lost(tmp_path):
    text = running_text()
    result = prepared(written(tmp_path / "docs.txt", text), tmp_path / "a")
    assert result.facts["unit"] == CHARACTERS
    parts = [text_of(tmp_path / "a", part) for part in SPLITS]
    assert [len(part) for part in parts] == list(result.facts["counts"].values())
    known = set(meta(tmp_path / "a").vocabulary)
    assert "".join(parts) == "".join(c if c in known else UNKNOWN for c in text)
    assert len(parts[1]) == pytest.approx(0.15 * len(text), rel=0.02)
    assert len(parts[2]) == pytest.approx(0.15 * len(text), rel=0.02)
    assert parts[0].endswith("\n")
    assert parts[1].endswith("\n")


def test_the_arrays_and_their_meta_data_are_what_training_expects(tmp_path):
    result = prepared(written(tmp_path / "a.md", running_text()), tmp_path / "a", unit=WORDS)
    document = json.loads((tmp_path / "a" / "meta.json").read_text("utf-8"))
    assert {document[key] for key in ("kind", "task", "unit")} == {"text", "language", "words"}
    assert document["counts"] == result.facts["counts"]
    assert document["vocabulary"][0] == UNKNOWN
    for part in SPLITS:
        numbers = np.load(tmp_path / "a" / f"{part}-tokens.npy", mmap_mode="r")
        assert numbers.dtype == np.int32
        assert numbers.max() < len(document["vocabulary"])
    assert 0 < result.facts["unknown"]["test"] < 0.2


@pytest.mark.parametrize(
    "names",
    [
        ("train.txt", "valid.txt", "test.txt"),
        ("a/ptb.train.txt", "a/ptb.val.txt", "a/ptb.test.txt"),
    ],
)
def test_files_that_are_called_after_parts_are_those(tmp_path, names):
    texts = [chr(97 + n) * 40 + f" part {n}\n" for n in range(3)]
    files = {name: (text * 60).encode() for name, text in zip(names, texts, strict=True)}
    result = prepared(zipped(tmp_path / "a.zip", files), tmp_path / "a")
    assert result.facts["given"] == list(SPLITS)
    for part, letter in zip(SPLITS, "abc", strict=True):
        text = text_of(tmp_path / "a", part)
        assert text.startswith(letter * 40) or letter not in meta(tmp_path / "a").vocabulary


def test_a_file_beside_parts_that_is_none_is_left_out_and_told(tmp_path):
    text = running_text()
    files = {f"{part}.txt": text[n * 9999 :][:9999] for n, part in enumerate(("train", "test"))}
    files["about.txt"] = "These are the words of a read-me."
    file = zipped(tmp_path / "a.zip", {name: said.encode() for name, said in files.items()})
    result = prepared(file, tmp_path / "a")
    (skipped,) = (f for f in result.facts["findings"] if f["code"] == "skipped")
    assert skipped["examples"] == [{"file": "about.txt", "reason": "in_no_part"}]
    assert "read-me" not in "".join(text_of(tmp_path / "a", part) for part in SPLITS)


def test_files_of_a_zip_are_joined_in_the_order_of_their_names(tmp_path):
    files = {f"chapter {n}.txt": f"this is {n} of them. ".encode() * 99 for n in (10, 2, 1)}
    prepared(zipped(tmp_path / "a.zip", files), tmp_path / "a")
    whole = "".join(text_of(tmp_path / "a", part) for part in SPLITS)
    assert whole.index("is 1 of") < whole.index("is 2 of") < whole.index("is 10 of")


def test_the_order_of_zipping_and_the_encoding_change_nothing(tmp_path):
    files = {f"{n}.txt": (running_text()[n * 9999 :][:9999]).encode() for n in range(5)}
    one = prepared(zipped(tmp_path / "a.zip", files), tmp_path / "a")
    turned = {name: text.decode().encode("utf-16") for name, text in reversed(files.items())}
    other = prepared(zipped(tmp_path / "b.zip", turned), tmp_path / "b")
    assert one.digest == other.digest


def test_capitals_can_be_taken_as_small_letters(tmp_path):
    file = written(tmp_path / "a.txt", running_text())
    one, other = prepared(file, tmp_path / "a"), prepared(file, tmp_path / "b", lowercase=True)
    assert one.digest != other.digest
    letters = zip(text_of(tmp_path / "a", "test"), text_of(tmp_path / "b", "test"), strict=True)
    assert all(one.lower() == other for one, other in letters if one != UNKNOWN)


def test_a_version_that_mends_another_is_tested_on_the_same_stretch_of_text(tmp_path):
    file = written(tmp_path / "a.txt", running_text())
    prepared(file, tmp_path / "a")
    shares = {"validation": 0.3, "test": 0.05}
    prepared(file, tmp_path / "b", tmp_path / "a", unit=CHARACTERS, shares=shares)
    assert text_of(tmp_path / "a", "test") == text_of(tmp_path / "b", "test")
    before, after = (len(text_of(tmp_path / f, "validation")) for f in "ab")
    assert after == pytest.approx(2 * before, rel=0.05)


def test_a_document_that_is_there_twice_is_found_and_left_out(tmp_path):
    files = {f"{n}.txt": (running_text()[n * 9999 :][:9999]).encode() for n in range(20)}
    files["20.txt"] = files["3.txt"]
    file = zipped(tmp_path / "a.zip", files)
    result = prepared(file, tmp_path / "a")
    fix = fix_of(result, "copied_documents")
    assert fix == {"drop": ["20.txt"]}
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix)
    assert "copied_documents" not in codes(mended)
    tested = text_of(tmp_path / "a", "test").removesuffix(files["3.txt"].decode())
    assert text_of(tmp_path / "b", "test").rstrip("\n") == tested.rstrip("\n")


def test_scripts_without_spaces_and_short_texts_are_taken_as_characters(tmp_path, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.text.units.LARGE", 30_000)
    for text, unit in (
        ("ein Wort " * 9999, WORDS),
        ("kurz " * 999, CHARACTERS),
        ("我们是人" * 9999, CHARACTERS),
    ):
        result = prepared(written(tmp_path / "a.txt", text), tmp_path / "a")
        assert result.facts["unit"] == unit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (running_text()[:9000], "short_text"),
        (running_text() + running_text(), "lines_in_test"),
        (
            "\n".join(f"Copyright 2026 by the people of that page\n{n}" for n in range(999)),
            "boilerplate",
        ),
        ("ÄÖÜ äöü ß. " * 999, "guessed_encoding"),
    ],
)
def test_what_a_text_lacks_is_found(tmp_path, text, code):
    codec = "cp1252" if code == "guessed_encoding" else "utf-8"
    assert code in codes(prepared(written(tmp_path / "a.txt", text, codec), tmp_path / "a"))


def test_lines_of_the_test_part_are_left_out_of_training_and_the_other_parts_stay(tmp_path):
    file = written(tmp_path / "a.txt", running_text() + running_text())
    result = prepared(file, tmp_path / "a")
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "lines_in_test"))
    assert "lines_in_test" not in codes(mended)
    before, after = result.facts["counts"], mended.facts["counts"]
    assert (after["validation"], after["test"]) == (before["validation"], before["test"])
    assert after["train"] < before["train"]


def test_unknown_words_are_told_with_a_fix_that_makes_them_fewer(tmp_path, monkeypatch):
    monkeypatch.setitem(MOST, WORDS, 400)
    file = written(tmp_path / "a.txt", running_text())
    result = prepared(file, tmp_path / "a", unit=WORDS)
    mended = prepared(
        file, tmp_path / "b", tmp_path / "a", unit=WORDS, **fix_of(result, "unknown_words")
    )
    assert mended.facts["unknown"]["test"] < result.facts["unknown"]["test"]
    assert fix_of(mended, "unknown_tokens") == {"unit": CHARACTERS}


def test_a_text_that_is_too_short_is_refused(tmp_path):
    with pytest.raises(TooShortTextError):
        prepared(written(tmp_path / "a.txt", "Hello, world!\n"), tmp_path / "a")
