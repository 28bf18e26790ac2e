"""What is promised of texts with their classes: how they are read, drawn into parts, and mended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets.kinds import recognise
from automl_web.datasets.parts import SHARES, SPLITS
from automl_web.datasets.refusals.of_tables import RaggedTableError
from automl_web.datasets.refusals.of_text import (
    NoSuchColumnError,
    TooFewTextGroupsError,
    TooFewTextsError,
    TooManyLabelsError,
)
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.items import Item, gathered
from automl_web.datasets.text.parts import drawn
from automl_web.datasets.text.scratch import Scratch
from search.training.text.meta import CHARACTERS, meta
from search.training.text.tokens import UNKNOWN
from tests.web.hostile import zipped
from tests.web.prepared_texts import codes, fix_of, kept_back, prepared, texts_of
from tests.web.texts import paragraphs, table, written

NONE = np.zeros(0, dtype=np.int64)


def docs(tmp_path: Path, rows=None, name: str = "docs.csv", **how: str) -> Path:
    return written(tmp_path / name, table(paragraphs() if rows is None else rows), **how)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_table_of_texts_is_read_however_it_is_written(tmp_path, separator, codec):
    file = written(tmp_path / "docs.tsv", table(paragraphs(), separator), codec)
    result = prepared(file, tmp_path / "a")
    assert (result.facts["text"], result.facts["label"]) == ("text", "label")
    assert set(result.facts["classes"]) == {label for _text, label in paragraphs()}
    assert result.items == len(paragraphs())


def test_tables_in_a_zip_are_the_parts_that_their_names_say(tmp_path):
    parts = {"train": paragraphs()[::2], "test": paragraphs()[1::4], "val": paragraphs()[3::4]}
    files = {f"set/{name}.csv": table(rows).encode() for name, rows in parts.items()}
    file = zipped(tmp_path / "a.zip", files | {"set/read-me.txt": b"about them"})
    assert recognise(file, file.name).name == "text"
    result = prepared(file, tmp_path / "a")
    assert list(result.facts["counts"].values()) == [
        len(parts[n]) for n in ("train", "val", "test")
    ]
    assert result.facts["given"] == ["train", "validation", "test"]


def test_texts_lie_in_the_arrays_with_their_classes(tmp_path):
    prepared(docs(tmp_path), tmp_path / "a", unit=CHARACTERS)
    known = set(meta(tmp_path / "a").vocabulary)
    expected = {
        ("".join(c if c in known else UNKNOWN for c in t), label) for t, label in paragraphs()
    }
    found = [each for part in SPLITS for each in texts_of(tmp_path / "a", part)]
    assert len(found) == len(paragraphs())
    assert set(found) == expected


def test_the_order_of_rows_changes_neither_the_digest_nor_the_parts(tmp_path):
    one = prepared(docs(tmp_path), tmp_path / "a")
    other = prepared(docs(tmp_path, paragraphs()[::-1], "b.csv"), tmp_path / "b")
    assert one.digest == other.digest


def test_a_table_without_names_of_columns_is_read_from_its_first_row(tmp_path):
    lines = table(paragraphs(), "\t").split("\n", 1)[1]
    result = prepared(written(tmp_path / "a.tsv", lines), tmp_path / "a")
    assert (result.facts["text"], result.items) == ("column 1", len(paragraphs()))


def test_columns_can_be_corrected_and_the_test_rows_stay(tmp_path):
    titled = [
        (f"{text}", f"{label},{text[:20]} and more words here {n}")
        for n, (text, label) in enumerate(paragraphs())
    ]
    rows = "text,label,title\n" + "".join(
        f'"{t.replace(chr(34), chr(39))}",{rest.replace(chr(34), chr(39))}\n'
        for t, rest in titled
        if "," not in t[:20]
    )
    file = written(tmp_path / "a.csv", rows)
    first = prepared(file, tmp_path / "a")
    second = prepared(file, tmp_path / "b", tmp_path / "a", text="title")
    assert (first.facts["text"], second.facts["text"]) == ("text", "title")
    assert kept_back(tmp_path / "a") == kept_back(tmp_path / "b")


def test_class_folders_of_files_are_texts_with_their_parts(tmp_path):
    files = {
        f"data/{part}/{label}/{n}.txt": text.encode()
        for n, (text, label) in enumerate(paragraphs())
        for part in [("train", "test")[n % 3 == 0]]
    }
    result = prepared(
        zipped(tmp_path / "a.zip", files | {"data/read.me.txt": b"hi"}), tmp_path / "a"
    )
    assert result.facts["given"] == ["train", "test"]
    assert result.facts["counts"]["test"] == sum("/test/" in name for name in files)


def test_folders_can_be_taken_as_one_text(tmp_path):
    files = {f"{label}/{n}.txt": text.encode() for n, (text, label) in enumerate(paragraphs())}
    file = zipped(tmp_path / "a.zip", files)
    assert prepared(file, tmp_path / "a").facts["task"] == "classification"
    result = prepared(file, tmp_path / "b", tmp_path / "a", task="language")
    assert (result.facts["task"], result.facts["documents"]) == ("language", len(files))


def test_copies_are_found_and_left_out_but_not_of_the_test_part(tmp_path):
    rows = paragraphs()
    file = docs(tmp_path, rows + rows[:90])
    result = prepared(file, tmp_path / "a")
    assert "texts_in_test" not in codes(result)  # copies stay in one part
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "copied_texts"))
    assert "copied_texts" not in codes(mended)
    kept, left = mended.facts["counts"], result.facts["counts"]
    assert kept["test"] == left["test"]
    assert kept_back(tmp_path / "b") == kept_back(tmp_path / "a")
    assert mended.items == len(rows) + left["test"] - len(kept_back(tmp_path / "a"))


def test_a_test_text_that_is_trained_on_is_found_and_its_training_copy_left_out(tmp_path):
    files = {
        f"train/{label}/{n}.txt": text.encode() for n, (text, label) in enumerate(paragraphs())
    }
    files |= {name.replace("train/", "test/"): text for name, text in list(files.items())[::5]}
    file = zipped(tmp_path / "a.zip", files)
    result = prepared(file, tmp_path / "a")
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "texts_in_test"))
    assert "texts_in_test" not in codes(mended)
    assert mended.facts["counts"]["test"] == result.facts["counts"]["test"]


def test_the_same_text_in_two_classes_is_found_and_left_out(tmp_path):
    rows = paragraphs()
    labels = sorted({label for _text, label in rows})
    others = [(text, labels[labels.index(label) - 1]) for text, label in rows[:60]]
    file = docs(tmp_path, rows + others)
    result = prepared(file, tmp_path / "a")
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "contradicting_texts"))
    assert fix_of(mended, "contradicting_texts") is None  # those of the test part stay
    assert mended.facts["counts"]["test"] == result.facts["counts"]["test"]
    assert mended.items < len(rows)


def test_empty_texts_missing_classes_and_tiny_ones_are_left_out_and_told(tmp_path):
    rows = [
        *paragraphs(),
        (" ", "types"),
        ("some words without a class", ""),
        ("some words in a class of its own", "tiny"),
    ]
    result = prepared(docs(tmp_path, rows), tmp_path / "a")
    assert {"empty_texts", "unlabelled_texts", "small_classes_left_out"} <= codes(result)
    assert result.items == len(paragraphs())
    assert "tiny" not in result.facts["classes"]


def test_small_and_similar_classes_are_told_with_fixes(tmp_path):
    rows = [
        (text, "Types" if label == "types" and n % 5 == 0 else label)
        for n, (text, label) in enumerate(paragraphs())
    ]
    file = docs(tmp_path, rows)
    result = prepared(file, tmp_path / "a")
    assert {"few_items", "similar_names"} <= codes(result)
    merged = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "similar_names"))
    assert len(merged.facts["classes"]) == len(result.facts["classes"]) - 1
    without = prepared(file, tmp_path / "c", tmp_path / "a", **fix_of(result, "few_items"))
    assert "few_items" not in codes(without)


def test_rows_of_one_group_come_into_one_part(tmp_path):
    rows = [(text, f"{label},author {n // 7}") for n, (text, label) in enumerate(paragraphs())]
    lines = "".join(f'"{text.replace(chr(34), chr(39))}",{rest}\n' for text, rest in rows)
    file = written(tmp_path / "a.csv", f"text,label,author\n{lines}")
    prepared(file, tmp_path / "a", group="author", unit=CHARACTERS)
    known = set(meta(tmp_path / "a").vocabulary)
    author = {
        "".join(c if c in known else UNKNOWN for c in t.replace('"', "'")): rest.split(",")[1]
        for t, rest in rows
    }
    of = [{author[text] for text, _label in texts_of(tmp_path / "a", part)} for part in SPLITS]
    assert not of[0] & of[1]
    assert not (of[0] | of[1]) & of[2]


def test_a_quote_that_is_never_closed_is_no_quote(tmp_path):
    rows = [(f"a stick of {n} inches is so long", ("long", "short")[n % 2]) for n in range(9000)]
    lines = "".join(f"{text},{label}\n" for text, label in rows)
    text = f'text,label\n"a stick of 9 is open,long\n{lines}'
    result = prepared(written(tmp_path / "a.csv", text), tmp_path / "a")
    assert result.items == 9001


@pytest.mark.parametrize(
    ("rows", "options", "refusal"),
    [
        ([("the same words again and again", "x")] * 9 + paragraphs()[:3], {}, TooFewTextsError),
        (
            [(text, str(n)) for n, (text, _l) in enumerate(paragraphs() * 2)],
            {"label": "label"},
            TooManyLabelsError,
        ),
        (paragraphs(), {"label": "nothing"}, NoSuchColumnError),
        (paragraphs(), {"group": "label"}, TooFewTextGroupsError),
    ],
)
def test_what_makes_no_classes_is_refused(tmp_path, rows, options, refusal):
    with pytest.raises(refusal):
        prepared(docs(tmp_path, rows), tmp_path / "a", **options)
    assert not (tmp_path / "a").exists()


def test_a_table_whose_rows_do_not_fit_is_refused_and_one_with_a_few_is_told(tmp_path):
    lines = table(paragraphs())
    few = written(tmp_path / "few.csv", lines + "one,two,three\n" * 9)
    assert "ragged_rows" in codes(prepared(few, tmp_path / "a"))
    many = written(tmp_path / "many.csv", lines + "one,two,three\n" * 400)
    with pytest.raises(RaggedTableError):
        prepared(many, tmp_path / "b")


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from("xyz"), st.integers(0, 12)),
        min_size=30,
        max_size=120,
    ),
    grouped=st.booleans(),
    once=st.booleans(),
)
def test_parts_never_overlap_and_every_class_is_in_each(tmp_path_factory, rows, grouped, once):
    found = (
        Item(str(n), f"text {text}", label, group=str(group) if grouped else "")
        for n, (text, label, group) in enumerate(rows)
    )
    with (tmp_path_factory.mktemp("a") / "text").open("w+b") as file:
        items = gathered(found, Scratch(file), Choices())
    try:
        part = drawn(items, [], SHARES, NONE, once=once)
    except RefusalError:
        return
    of_texts = [{items.texts[n] for n in np.flatnonzero(part == number)} for number in range(3)]
    of_groups = [
        {items.groups[n] for n in np.flatnonzero(part == number)} - {0} for number in range(3)
    ]
    for of in (of_texts, of_groups):
        assert not of[0] & of[1]
        assert not (of[0] | of[1]) & of[2]
    assert all((part == number).any() for number in range(3))
