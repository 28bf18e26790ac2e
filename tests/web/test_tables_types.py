"""What is guessed of columns, of the target and of the task; and what a person says instead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_web.datasets.refusals.of_tables import (
    ConstantTargetError,
    NotANumberTargetError,
    NoTargetError,
    TooManyAnswersError,
)
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.tables.column_types import typed
from automl_web.datasets.tables.sheet import Sheet
from automl_web.datasets.tables.spelling import numbers
from automl_web.datasets.tables.target import columns_of, target_of


def words(*cells: str) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def guessed(*cells: str, decimal: str = "."):
    return typed("x", words(*cells), None, decimal)


@pytest.mark.parametrize(
    ("word", "decimal", "number"),
    [
        ("12", ".", 12),
        ("-1.5", ".", -1.5),
        ("+.5e-3", ".", 5e-4),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1,5", ",", 1.5),
        ("1 234 567", ".", 1234567),
        ("1\u00a0234,5", ",", 1234.5),
        ("12'345", ".", 12345),
        ("$1,200", ".", 1200),
        ("-€5", ".", -5),
        ("45 %", ".", 45),
        ("\u22127", ".", -7),
    ],
)
def test_numbers_are_read_as_people_write_them(word, decimal, number):
    assert numbers(words(word), decimal)[0] == number


@pytest.mark.parametrize(
    "word", ["1,23", "1.2.3", "12a", "e5", "1e999", "0x10", "1_000", "--1", "١٢"]
)
def test_what_is_no_number_is_none(word):
    assert np.isnan(numbers(words(word), ".")[0])


@pytest.mark.parametrize(
    "gap", ["", "NA", "n/a", "NULL", "?", "-", "NaN", "#N/A", "none", "unknown"]
)
def test_the_usual_words_for_missing_are_missing_among_numbers(gap):
    column = guessed("1.5", gap, "2", gap)
    assert (column.type, column.missing, column.odd) == ("number", 2, 0)


def test_words_that_mean_something_stay_categories():
    column = guessed("none", "attic", "cellar", "none", "attic")
    assert (column.type, column.missing) == ("category", 0)


def test_a_few_words_among_numbers_count_as_missing_and_are_told():
    column = guessed(*map(str, range(0, 600, 3)), "many")
    assert (column.type, column.odd, column.example) == ("number", 1, "many")
    assert guessed("1", "2", "many").type == "category"


def test_codes_with_zeros_in_front_are_no_numbers():
    assert guessed("01234", "01235", "01234", "10115").type == "category"


def test_truths_are_categories_in_one_spelling():
    column = guessed("True", "FALSE", "true", "")
    assert (column.type, list(column.values.dropna())) == ("category", ["true", "false", "true"])


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (("2020-02-03", "2021-12-31"), "."),
        (("2020-02-03T10:20:30Z", "2020-02-03 10:20"), "."),
        (("03.02.2020", "31.12.2021"), "."),
        (("02/03/2020", "12/31/2021"), "."),
        (("03/02/2020", "31/12/2021"), "."),
        (("03/02/2020", "01/12/2021"), ","),
        (("3 Feb 2020", "31 Dec 2021"), "."),
        (("Feb 3, 2020", "Dec 31, 2021"), "."),
        (("2020/2/3", "2021/12/31"), "."),
        (("03.02.2020 10:20", "31.12.2021 23:59"), "."),
    ],
)
def test_dates_are_read_as_people_write_them(cells, decimal):
    column = guessed(*cells, decimal=decimal)
    assert column.type == "date"
    assert (column.values.iloc[0].month, column.values.iloc[0].day) == (2, 3)


def test_what_only_names_rows_is_left_out():
    assert guessed(*map(str, range(1, 51))).reason == "identifier"
    assert guessed(*(f"u{n}" for n in range(50))).reason == "identifier"
    drawn = [str(n * 7919 % 1009) for n in range(50)]
    assert typed("patient_id", words(*drawn), None, ".").reason == "identifier"
    assert typed("income", words(*drawn), None, ".").reason == ""


def test_sentences_and_hosts_of_different_words_are_left_out():
    sentences = [f"this is what person {n % 40} said of it" for n in range(50)]
    assert guessed(*sentences).reason == "text"
    assert guessed(*(f"w{n % 40}" for n in range(50))).reason == "many"
    assert guessed(*(f"w{n % 25}" for n in range(50))).reason == ""


def test_an_empty_column_is_left_out():
    assert guessed("", "NA", "").reason == "empty"


def test_what_a_person_says_is_taken():
    assert typed("x", words("1", "2"), "category", ".").type == "category"
    assert list(typed("x", pd.Series([1.0, 2.5]), "category", ".").values) == ["1", "2.5"]
    assert typed("x", words("1", "many"), "number", ".").odd == 1
    assert typed("x", words("a", "b"), "leave out", ".").reason == "asked"
    assert typed("x", words("a", "b"), "number", ".").reason == "empty"


# The target and the task


def targeted(columns: dict[str, list], **options):
    frame = pd.DataFrame(
        {n: v if isinstance(v[0], float) else words(*map(str, v)) for n, v in columns.items()}
    )
    sheet = Sheet(frame)
    return target_of(columns_of(sheet, options), sheet, options)


COUNT = 40
KINDS = ["a", "b", "c", "d"] * 10
PRICES = [float(n * 37 % 101) / 3 for n in range(COUNT)]


@pytest.mark.parametrize("name", ["target", "Label", "CLASS", "Sale_Price", "y"])
def test_a_column_that_is_called_so_is_the_target(name):
    assert targeted({name: KINDS, "size": PRICES, "shape": KINDS}).column.name == name


def test_a_place_in_space_is_no_target():
    columns = {"price": PRICES, "x": PRICES[::-1], "y": [*PRICES[1:], 0.0], "z": PRICES}
    assert targeted(columns).column.name == "price"


def test_else_it_is_the_last_that_can_be():
    columns = {"size": PRICES, "shape": KINDS, "id": list(range(COUNT)), "same": ["x"] * COUNT}
    assert targeted(columns).column.name == "shape"


def test_columns_that_are_mostly_empty_are_passed_over():
    assert (
        targeted(
            {"shape": KINDS, "note": ["", "", "", "x"] * 5 + ["", "", "", "y"] * 5}
        ).column.name
        == "shape"
    )


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (KINDS, "classification", ["a", "b", "c", "d"]),
        ([0, 1] * 20, "classification", ["0", "1"]),
        ([0.5, 1.5] * 20, "classification", ["0.5", "1.5"]),
        ([10, 9, 2, 3] * 10, "classification", ["2", "3", "9", "10"]),
        (PRICES, "regression", []),
        ([n % 15 for n in range(COUNT)], "regression", []),
    ],
)
def test_few_values_are_classes_and_many_numbers_are_estimated(values, task, classes):
    target = targeted({"size": PRICES, "target": values})
    assert (target.task, target.classes) == (task, classes)


def test_a_person_chooses_target_and_task():
    columns = {"size": PRICES, "count": [n % 8 for n in range(COUNT)], "target": KINDS}
    target = targeted(columns, target="count", task="regression")
    assert (target.column.name, target.task) == ("count", "regression")
    assert targeted(columns, target="count", task="classification").classes == list("01234567")


def test_a_column_that_would_be_left_out_can_be_chosen():
    columns = {"size": PRICES, "row": list(range(COUNT)), "target": KINDS}
    assert targeted(columns, target="row").task == "regression"


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"target": "gone"}, NoSuchColumnError, "“gone”"),
        ({"target": "shape", "task": "regression"}, NotANumberTargetError, "words"),
        ({"target": "name"}, TooManyAnswersError, "different values"),
        ({"target": "same"}, ConstantTargetError, "same value in every row"),
        ({"target": "empty"}, ConstantTargetError, "same value in every row"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_words(options, error, says):
    many = 120
    columns = {
        "size": PRICES * 3,
        "shape": KINDS * 3,
        "name": [f"n{n}" for n in range(many)],
        "same": [1] * many,
        "empty": [""] * many,
    }
    with pytest.raises(error, match=says):
        targeted(columns, **options)


def test_a_constant_target_and_a_table_without_one_are_refused():
    with pytest.raises(ConstantTargetError):
        targeted({"size": PRICES, "target": [1] * COUNT})
    with pytest.raises(NoTargetError):
        targeted({"id": list(range(COUNT)), "same": ["x"] * COUNT})
