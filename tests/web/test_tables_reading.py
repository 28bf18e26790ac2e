"""A table comes back with the same values, however it was written."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets.refusals.of_tables import (
    EndlessLineError,
    NoTableError,
    RaggedTableError,
    TooManyCellsError,
    TooManyColumnsError,
)
from automl_web.datasets.refusals.of_text import NotTextError
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.tables import text_file
from automl_web.datasets.tables.column_types import typed
from automl_web.datasets.tables.names import unique_names
from automl_web.datasets.tables.target import columns_of, target_of
from tests.web.tables import read, written

ROWS = [["name", "size", "kind"], ["Ann", "1.5", "x"], ["Bob", "2.25", "y"], ["Cid", "30.0", "x"]]
VALUES = [tuple(row) for row in ROWS[1:]]


def cells(sheet):
    return list(sheet.frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found(separator):
    sheet = read(written(ROWS, separator))
    assert list(sheet.frame) == ROWS[0]
    assert cells(sheet) == VALUES
    assert sheet.spelling["separator"] == separator


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_any_usual_encoding_is_found(codec):
    rows = [["größe", "naïve"], ["1", "é"], ["2", "ü"], ["3", "ß"]]
    sheet = read(written(rows).encode(codec))
    assert list(sheet.frame) == rows[0]
    assert list(sheet.frame["naïve"]) == ["é", "ü", "ß"]


def test_an_encoding_that_is_told_is_taken():
    sheet = read(
        written([["имя", "n"], ["да", "1"], ["нет", "2"]]).encode("cp1251"), encoding="cp1251"
    )
    assert list(sheet.frame["имя"]) == ["да", "нет"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end):
    assert cells(read(written(ROWS).replace("\n", end))) == VALUES


@pytest.mark.parametrize(
    "before",
    [
        "# made by a program\n# 3 rows, and more, than\n",
        "Sales of the year\n\n",
        "Report;;\n",
        "sep=;\n",
        "\n\n",
        "% a comment; with a separator\n",
    ],
)
def test_what_stands_before_the_table_is_passed_over(before):
    sheet = read(before + written(ROWS, ";"))
    assert list(sheet.frame) == ROWS[0]
    assert cells(sheet) == VALUES


def test_a_header_may_be_marked_as_a_comment():
    assert list(read("#id,size\n7,1\n8,2\n9,3\n").frame) == ["#id", "size"]


def test_a_table_without_a_header_loses_no_row():
    sheet = read(written(ROWS[1:]))
    assert cells(sheet) == VALUES
    assert list(sheet.frame) == ["column 1", "column 2", "column 3"]


def test_a_person_may_say_whether_there_is_a_header():
    assert len(read(written(ROWS), header=False).frame) == 4
    assert len(read(written(ROWS[1:]), header=True).frame) == 2


def test_years_can_be_names_of_columns():
    sheet = read("country,1990,1991,1992\nFR,1.5,2.5,3.5\nDE,2.5,3.5,4.5\n")
    assert list(sheet.frame) == ["country", "1990", "1991", "1992"]


def test_row_names_without_a_name_as_r_writes_them():
    sheet = read("a b,c\nr1,1,2\nr2,3,4\nr3,5,6\n")
    assert list(sheet.frame) == ["column 1", "a b", "c"]
    assert list(sheet.frame["c"]) == ["2", "4", "6"]


def test_empty_columns_at_the_end_are_dropped():
    assert list(read("a,b,\n1,2,\n3,4,\n").frame) == ["a", "b"]
    assert list(read("a,b\n1,2,\n3,4,\n").frame) == ["a", "b"]
    assert list(read("a,b,,\n1,2\n3,4\n5,6\n").frame) == ["a", "b"]


def test_names_that_are_empty_or_there_twice_are_told_apart():
    assert list(read("a,a,,a\n1,2,3,4\n5,6,7,8\n").frame) == ["a", "a (2)", "column 3", "a (3)"]


@given(st.lists(st.text(max_size=5), max_size=8))
def test_names_differ_and_can_be_seen(names):
    found = unique_names(names)
    assert len(set(found)) == len(names)
    assert all(name.strip() for name in found)


def test_cells_may_hold_separators_quotes_and_line_ends():
    rows = [["a", "b"], ['say "hi"', "1,5"], ["two\nlines", ";|\t."], ["plain", "x"]]
    assert cells(read(written(rows))) == [tuple(row) for row in rows[1:]]


def test_quotes_may_be_escaped_by_a_backslash():
    sheet = read('a,b\n"say \\"hi\\", now",1\n"x",2\n')
    assert list(sheet.frame["a"]) == ['say "hi", now', "x"]


def test_a_path_of_windows_is_no_escape():
    assert list(read('a,b\n"C:\\dir\\",1\n"D:\\",2\n').frame["a"]) == ["C:\\dir\\", "D:\\"]


def test_single_quotes_may_quote():
    assert list(read("a,b\n'x, y',1\n'z',2\n'u',3\n").frame["a"]) == ["x, y", "z", "u"]


def test_a_quote_that_is_never_closed_is_no_quote():
    sheet = read('size,n\n"5 inches,1\n6 inches,2\n7 inches,3\n')
    assert list(sheet.frame["n"]) == ["1", "2", "3"]


def test_short_lines_have_missing_cells_and_some_long_ones_are_left_out():
    lines = ["a,b,c", *(f"{n},2,3" for n in range(40)), "1,2", "1,2,3,4"]
    sheet = read("\n".join(lines))
    assert len(sheet.frame) == 41
    assert sheet.frame["c"].iloc[-1] == ""
    assert sheet.skipped == 1


def test_many_long_lines_are_refused():
    lines = ["a,b,c", *(f"{n},2,3" for n in range(300)), *["1,2,3,4"] * 100]
    with pytest.raises(RaggedTableError):
        read("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "one word",
        "a,b\n",
        "A sentence, or so.\nAnother one.\nAnd, well, a third.\nEnd.",
    ],
)
def test_what_is_no_table_is_refused(text):
    with pytest.raises(NoTableError):
        read(text)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(NotTextError):
        read(b"a,b\n1,2\0\n" * 9)
    with pytest.raises(NotTextError):
        read(bytes(range(256)) * 99)


def test_a_line_without_an_end_and_too_many_columns_are_refused():
    with pytest.raises(EndlessLineError):
        read("1," * 2**20)
    with pytest.raises(TooManyColumnsError):
        read(("1," * 2_100 + "1\n") * 3)


def test_too_many_cells_are_refused_as_soon_as_they_are_read(monkeypatch):
    monkeypatch.setattr(text_file, "MAX_CELLS", 1_000)
    with pytest.raises(TooManyCellsError):
        read("a,b\n" + "1,2\n" * 501)


# Properties

letters = st.text(string.ascii_letters + "äéß .-_", min_size=1, max_size=8).map(str.strip)
words = letters.filter(lambda word: word and not word.startswith("%"))
wild = st.text(string.ascii_letters + "äß ,;|\t'\"\n/", min_size=1, max_size=10)
wild_words = wild.map(lambda w: "x" + w + "x")


@st.composite
def tables(draw, word):
    names = draw(st.lists(words, min_size=2, max_size=5, unique_by=str.lower))
    numbers = st.decimals(-10_000, 10_000, places=draw(st.integers(0, 4))).map(str)
    row = st.tuples(numbers, *[word] * (len(names) - 1))
    return [[f"n{names[0]}", *names[1:]], *draw(st.lists(row, min_size=3, max_size=12))]


@settings(deadline=None, max_examples=60)
@given(
    rows=tables(words),
    separator=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_plain_tables_come_back_however_they_are_written(rows, separator, codec, quoting, end):
    text = written(rows, separator, quoting=quoting).replace("\n", end)
    sheet = read(text.encode(codec))
    assert cells(sheet) == [tuple(row) for row in rows[1:]]
    assert list(sheet.frame) == rows[0]


@settings(deadline=None, max_examples=60)
@given(rows=tables(wild_words), separator=st.sampled_from(",;\t|"))
def test_tables_with_anything_in_quotes_come_back(rows, separator):
    sheet = read(written(rows, separator, quoting=csv.QUOTE_ALL))
    assert cells(sheet) == [tuple(row) for row in rows[1:]]


@settings(deadline=None, max_examples=60)
@given(
    numbers=st.lists(st.floats(-1e12, 1e12).map(lambda x: round(x, 3)), min_size=3, max_size=20),
    decimal=st.sampled_from(".,"),
    separator=st.sampled_from(";\t|"),
)
def test_numbers_come_back_with_any_decimal_mark(numbers, decimal, separator):
    rows = [["value", "word"], *((repr(x).replace(".", decimal), "a") for x in numbers)]
    sheet = read(written(rows, separator), decimal=decimal)
    assert list(typed("value", sheet.frame["value"], None, decimal).values) == numbers


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(str.encode),
        st.lists(
            st.lists(
                st.sampled_from(["1", "2,5", "", "NA", "x", '"', "2020-01-01", "-"]), max_size=4
            ),
            max_size=12,
        ).map(lambda rows: written(rows).encode()),
    )
)
def test_guessing_never_raises_anything_but_a_refusal(content):
    with contextlib.suppress(RefusalError):
        sheet = read(content)
        target_of(columns_of(sheet, {}), sheet, {})


def test_pandas_and_this_agree_on_a_frame_with_everything(tmp_path):
    frame = pd.DataFrame(
        {"a": [1.5, None, -2e-9], "b c": ["x,y", 'q"q', "ü"], "d": [True, False, True]}
    )
    text = io.StringIO()
    frame.to_csv(text, index=False, quoting=csv.QUOTE_NONNUMERIC)
    sheet = read(codecs.BOM_UTF8 + text.getvalue().encode())
    assert list(typed("a", sheet.frame["a"], None, ".").values.dropna()) == [1.5, -2e-9]
    assert list(sheet.frame["b c"]) == list(frame["b c"])
    assert list(typed("d", sheet.frame["d"], None, ".").values) == ["true", "false", "true"]
