"""Whatever a text is written in, it comes back; and what is no text is said to be none."""

from __future__ import annotations

import codecs
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets import encodings
from automl_web.datasets.refusals.of_text import NotTextError
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.text.scratch import CONTROLS, Scratch, Stretch
from automl_web.datasets.text.vocabulary import Counts, Vocabulary
from search.training.text.meta import CHARACTERS, WORDS
from search.training.text.tokens import joined, tokens
from tests.web.prepared_texts import prepared
from tests.web.texts import Labelled, table

letters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffd")
texts = st.text(letters | st.sampled_from("\n\t ")).filter(str.strip)
western = st.text(st.sampled_from("aeiou xyz.\n" + "äöüßéèñçøå“”€"), min_size=1)
MARKED = ("utf-8-sig", "utf-16", "utf-32")


def read(content: bytes, codec: str = "") -> tuple[str, str]:
    """The text of a file and its encoding."""
    with tempfile.TemporaryFile() as file:
        scratch = Scratch(file)
        found = scratch.take(io.BytesIO(content), codec)
        return "".join(scratch.read(found.stretch)), found.codec


@pytest.mark.parametrize("codec", MARKED)
@given(text=texts)
def test_any_text_comes_back_from_an_encoding_that_its_file_tells(codec, text):
    assert read(text.encode(codec)) == (text, codec)


@given(text=texts)
def test_any_text_comes_back_from_utf_8(text):
    content = text.encode()
    assert read(content) == (text, "utf-8")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@given(text=st.text(st.sampled_from("abc xyz.\nåé"), min_size=20))
def test_a_text_of_letters_comes_back_from_utf_16_without_a_mark(codec, text):
    assert read(text.encode(codec)) == (text, codec)


@given(text=western)
def test_a_western_text_comes_back_from_windows_1252(text):
    assert read(text.encode("cp1252"), "cp1252") == (text, "cp1252")


@given(text=western)
def test_what_is_no_utf_8_is_taken_for_windows_1252_and_told_to_be_a_guess(text):
    content = text.encode("cp1252") + "Größe für Übermut".encode("cp1252")
    assert read(content) == (text + "Größe für Übermut", "cp1252")
    assert encodings.is_guess("cp1252")


@pytest.mark.parametrize("codec", sorted(encodings.CHOICES))
def test_every_encoding_that_can_be_chosen_is_one(codec):
    assert codecs.lookup(codec)
    assert encodings.title(codec) == encodings.CHOICES[codec]


def test_one_broken_letter_among_many_makes_no_other_encoding():
    text = "Ärger über Öl. " * 20
    content = text.encode() + b"\xe4" + text.encode()
    assert read(content) == (f"{text}\ufffd{text}", "utf-8")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_end_of_a_line_is_a_line_feed(end):
    assert read(f"one{end}two{end}{end}three".encode())[0] == "one\ntwo\n\nthree"


def test_some_control_characters_are_left_out():
    text = "a page\0 with slips, which are few among all the letters that are there " * 20
    assert read(text.encode())[0] == text.replace("\0", "")


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 40,
        bytes(1000),
        b"\x89PNG\r\n\x1a\n" + bytes(9999),
        b"ab\0\0\0\0\0\0" * 99,
    ],
)
def test_bytes_that_are_no_text_are_refused(content):
    with pytest.raises(NotTextError):
        read(content)


@given(parts=st.lists(texts, min_size=1, max_size=5), size=st.integers(4, 40))
def test_a_text_is_the_same_in_pieces_of_any_size(parts, size):
    text = " ".join(parts)
    with tempfile.TemporaryFile() as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl_web.datasets.text.scratch.PIECE_BYTES", size)
        scratch = Scratch(file)
        scratch.add(text)
        pieces = list(scratch.read(Stretch(0, scratch.end)))
    assert "".join(pieces) == text
    assert [t for piece in pieces for t in tokens(piece, CHARACTERS)] == list(text)


@given(parts=st.lists(st.text("abc", min_size=1, max_size=5), min_size=1))
def test_no_word_is_cut_by_the_ends_of_pieces(parts):
    text = " ".join(parts)
    with tempfile.TemporaryFile() as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl_web.datasets.text.scratch.PIECE_BYTES", 7)
        scratch = Scratch(file)
        scratch.add(text)
        pieces = list(scratch.read(Stretch(0, scratch.end)))
    assert [token for piece in pieces for token in tokens(piece, WORDS)] == parts


@given(text=texts)
def test_characters_joined_are_the_text_again(text):
    assert joined(tokens(text, CHARACTERS), CHARACTERS) == text


@given(text=texts)
def test_joined_words_are_the_same_words(text):
    words = tokens(text, WORDS)
    assert tokens(joined(words, WORDS), WORDS) == words


@given(text=texts)
def test_numbers_of_known_characters_mean_them(text):
    counts = Counts(CHARACTERS)
    counts.add(text * 2 + "abab")
    vocabulary = Vocabulary.of(counts)
    assert "".join(vocabulary.tokens[n] for n in vocabulary.numbers(text)) == text


@given(text=texts)
def test_a_token_that_occurs_once_is_unknown(text):
    counts = Counts(WORDS)
    text += " one one two two"
    counts.add(text)
    known = set(Vocabulary.of(counts).tokens)
    words = tokens(text, WORDS)
    numbers = Vocabulary.of(counts).numbers(text)
    for word, number in zip(words, numbers, strict=True):
        assert (number > 0) == (words.count(word) > 1) == (word in known)


def test_what_is_counted_is_bounded_and_keeps_the_frequent(monkeypatch):
    monkeypatch.setattr("automl_web.datasets.text.vocabulary.COUNTED", 100)
    counts = Counts(WORDS)
    for start in range(0, 10_000, 50):
        counts.add("the cat " * 3 + " ".join(f"rare{n}" for n in range(start, start + 50)))
    assert [token for token, _n in counts.most()][:2] == ["cat", "the"]
    assert len(list(counts.most())) <= 100


def test_no_control_character_is_kept(tmp_path: Path):
    every = "".join(map(chr, range(0x100)))
    assert set(CONTROLS.sub("", every)) >= set("abc\n\t\x0c é")
    assert not CONTROLS.search(read(("word " * 99 + "\x00\x7f").encode())[0])


def encoded(rows: list[Labelled]) -> bytes:
    return table(rows).encode()


@settings(max_examples=60)
@given(
    content=st.binary(max_size=400)
    | st.lists(st.tuples(texts, st.sampled_from(["a", "b", ""])), max_size=30).map(encoded)
    | st.builds(lambda text, codec: text.encode(codec, "replace"), texts, st.sampled_from(MARKED)),
    times=st.sampled_from([1, 40]),
    name=st.sampled_from(["odd.txt", "odd.csv", "odd.tsv", "odd.md"]),
    encoding=st.sampled_from(["", *encodings.CHOICES]),
    unit=st.sampled_from(["", WORDS, CHARACTERS]),
)
def test_whatever_a_file_holds_it_is_prepared_or_refused(
    tmp_path_factory, content, times, name, encoding, unit
):
    folder = tmp_path_factory.mktemp("odd")
    (folder / name).write_bytes(content * times)
    try:
        result = prepared(folder / name, folder / "out", encoding=encoding, unit=unit)
    except RefusalError:
        assert not (folder / "out").exists()
        return
    assert all(result.facts["counts"].values())


def test_utf_16_may_be_chosen_for_a_file_that_does_not_tell():
    assert read("我们今天去北京".encode("utf-16-le"), "utf-16")[0] == "我们今天去北京"
