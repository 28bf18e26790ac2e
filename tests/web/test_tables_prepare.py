"""What is promised of a table on its way into the files that models train on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_web.datasets.refusals.of_tables import (
    NoFeaturesError,
    TooFewAnswersError,
    TooFewRowsError,
    TooFewTableGroupsError,
)
from automl_web.datasets.refusals.refusal import RefusalError
from tests.web.tables import (
    PARTS,
    answers,
    codes,
    features,
    finding,
    flowers,
    houses,
    meta,
    taken_in,
)


def everything(folder, split_names=PARTS) -> pd.DataFrame:
    """All rows of a prepared folder, with their answers and their part."""
    return pd.concat(
        [features(folder, p).assign(answer=answers(folder, p), part=p) for p in split_names],
        ignore_index=True,
    )


def test_the_folder_is_what_training_expects_of_classes(tmp_path):
    result = taken_in(tmp_path, flowers())
    folder = tmp_path / "ready"
    told = meta(folder)
    assert told["kind"] == "tables"
    assert (told["task"], told["target"]) == ("classification", "species")
    assert told["classes"] == result.facts["classes"] == ["rose", "tulip"]
    assert told["group"] is None
    length, colour = told["columns"]
    assert (length["name"], length["type"], length["missing"]) == ("length", "number", 0)
    assert length["low"] < length["high"]
    assert colour["categories"] == ["blue", "red", "white"]
    for part, count in told["counts"].items():
        assert list(features(folder, part)) == ["length", "colour"]
        assert features(folder, part)["length"].dtype == np.float64
        assert len(features(folder, part)) == len(answers(folder, part)) == count
        assert answers(folder, part).dtype == np.int64
    assert sum(told["counts"].values()) == result.items == 120


def test_values_arrive_as_they_were_and_with_their_answer(tmp_path):
    frame = flowers()
    taken_in(tmp_path, frame)
    found = everything(tmp_path / "ready")
    expected = frame.assign(answer=(frame["species"] == "tulip").astype(int)).drop(
        columns="species"
    )
    order = ["length", "colour"]
    pd.testing.assert_frame_equal(
        found.drop(columns="part").sort_values(order, ignore_index=True),
        expected.sort_values(order, ignore_index=True),
        check_dtype=False,
    )


def test_the_folder_of_a_regression_has_numbers_and_the_parts_of_dates(tmp_path):
    taken_in(tmp_path, houses())
    told = meta(tmp_path / "ready")
    assert (told["task"], told["target"], told["classes"]) == ("regression", "price", [])
    parts = [(c["name"], c.get("from"), c.get("part")) for c in told["columns"]]
    assert parts == [
        ("area", None, None),
        ("rooms", None, None),
        ("built (day)", "built", "day"),
        ("built (month)", "built", "month"),
        ("built (weekday)", "built", "weekday"),
    ]
    train = features(tmp_path / "ready", "train")
    day = pd.Timestamp(0) + pd.to_timedelta(train["built (day)"], unit="D")
    assert (day.dt.month == train["built (month)"]).all()
    assert (day.dt.day_of_week == train["built (weekday)"]).all()
    assert answers(tmp_path / "ready", "train").dtype == np.float64


def test_missing_numbers_are_nan_and_missing_words_are_null(tmp_path):
    frame = flowers()
    frame.loc[:9, "length"] = np.nan
    frame.loc[5:14, "colour"] = None
    taken_in(tmp_path, frame)
    assert [c["missing"] for c in meta(tmp_path / "ready")["columns"]] == [10, 10]
    found = everything(tmp_path / "ready")
    assert found["length"].isna().sum() == found["colour"].isna().sum() == 10


def test_classes_have_their_share_in_every_part(tmp_path):
    frame = pd.DataFrame({"x": np.arange(400) / 7, "class": ["a"] * 300 + ["b"] * 100})
    result = taken_in(tmp_path, frame)
    assert result.facts["class_counts"] == {
        "train": [210, 70],
        "validation": [45, 15],
        "test": [45, 15],
    }


def test_low_and_high_numbers_have_their_share_in_every_part(tmp_path):
    frame = houses(400)
    taken_in(tmp_path, frame)
    thirds = frame["price"].quantile([1 / 3, 2 / 3])
    for part in ("validation", "test"):
        found = answers(tmp_path / "ready", part)
        shares = np.bincount(np.searchsorted(thirds, found), minlength=3) / len(found)
        assert shares == pytest.approx([1 / 3] * 3, abs=0.08)


def test_shares_can_be_chosen(tmp_path):
    result = taken_in(tmp_path, flowers(200), shares={"validation": 0.3, "test": 0.1})
    assert result.facts["counts"]["validation"] == pytest.approx(60, abs=2)
    assert result.facts["counts"]["test"] == pytest.approx(20, abs=2)


def test_the_same_rows_in_another_order_and_spelling_give_the_same_digest_and_split(tmp_path):
    frame = flowers()
    one = taken_in(tmp_path, frame, folder="one")
    mixed = frame.sample(frac=1, random_state=1)
    text = mixed.to_csv(index=False, sep=";", decimal=",")
    other = taken_in(tmp_path, text.encode("utf-16"), folder="other", read={"decimal": ","})
    assert one.digest == other.digest
    for part in PARTS:
        pd.testing.assert_frame_equal(
            features(tmp_path / "one", part), features(tmp_path / "other", part)
        )


@pytest.mark.parametrize("change", ["value", "answer", "name", "row"])
def test_other_content_gives_another_digest(tmp_path, change):
    frame = flowers()
    before = taken_in(tmp_path, frame).digest
    if change == "value":
        frame.loc[0, "length"] = 99
    elif change == "answer":
        frame.loc[0, "species"] = {"rose": "tulip", "tulip": "rose"}[frame.loc[0, "species"]]
    elif change == "name":
        frame = frame.rename(columns={"length": "width"})
    else:
        frame = frame[1:]
    assert taken_in(tmp_path, frame).digest != before


def test_given_parts_are_kept_and_what_is_missing_is_carved_from_training(tmp_path):
    files = {"data/train.csv": flowers(100), "data/test.csv": flowers(30, seed=1)}
    result = taken_in(tmp_path, files, name="both.zip")
    assert result.facts["given"] == ["test", "train"]
    assert result.facts["counts"]["test"] == 30
    assert result.facts["counts"]["train"] + result.facts["counts"]["validation"] == 100
    found = everything(tmp_path / "ready", ("test",))
    assert set(found["length"]) == set(flowers(30, seed=1)["length"])


def test_a_test_file_without_answers_is_told_and_left_out(tmp_path):
    test = flowers(30, seed=1).drop(columns="species")
    files = {"train.csv": flowers(100), "test.csv": test}
    result = taken_in(tmp_path, files, name="both.zip")
    assert sum(result.facts["counts"].values()) == 100
    assert finding(result, "unused_file")["values"] == {"name": "test.csv"}


def test_two_tables_in_a_zip_must_say_what_they_are(tmp_path):
    with pytest.raises(RefusalError, match="2 tables"):
        taken_in(tmp_path, {"a.csv": flowers(), "b.csv": flowers()}, name="both.zip")


def test_the_test_rows_of_an_earlier_version_are_it_again(tmp_path):
    frame = flowers(200)
    taken_in(tmp_path, frame, folder="first")
    mended = taken_in(
        tmp_path, frame, folder="second", earlier=tmp_path / "first", types={"colour": "leave out"}
    )
    assert list(features(tmp_path / "second", "test")) == ["length"]
    first, second = (
        sorted(features(tmp_path / folder, "test")["length"]) for folder in ("first", "second")
    )
    assert first == second
    assert "drawn_anew" not in codes(mended)


@pytest.mark.parametrize("options", [{"shares": {"test": 0.3}}, {"group": "colour"}])
def test_another_share_or_groups_need_another_test_part_which_is_told(tmp_path, options):
    frame = flowers(200).assign(colour=[f"c{n % 25}" for n in range(200)])
    taken_in(tmp_path, frame, folder="first")
    mended = taken_in(tmp_path, frame, folder="second", earlier=tmp_path / "first", **options)
    assert "drawn_anew" in codes(mended)


def test_rows_of_one_group_lie_in_one_part_and_the_group_is_no_feature(tmp_path):
    people = np.repeat(np.arange(40), 5)
    frame = flowers(200).assign(patient=people)
    result = taken_in(tmp_path, frame, group="patient")
    assert meta(tmp_path / "ready")["group"] == "patient"
    assert "patient" not in features(tmp_path / "ready", "train")
    owner = dict(zip(frame["length"], frame["patient"], strict=True))
    found = everything(tmp_path / "ready")
    of_part = found.groupby("part")["length"].apply(lambda lengths: {owner[x] for x in lengths})
    assert not (of_part["train"] & of_part["test"])
    assert not (of_part["validation"] & (of_part["train"] | of_part["test"]))
    assert min(result.facts["counts"].values()) >= 20


def test_too_few_groups_are_refused(tmp_path):
    frame = flowers(100).assign(side=["left", "right"] * 50)
    with pytest.raises(TooFewTableGroupsError, match="“side”"):
        taken_in(tmp_path, frame, group="side")


def test_rows_without_an_answer_and_classes_with_hardly_a_row_are_left_out_and_told(tmp_path):
    frame = flowers(100)
    frame.loc[:4, "species"] = None
    frame.loc[5:7, "species"] = "typo"
    result = taken_in(tmp_path, frame)
    assert result.facts["classes"] == ["rose", "tulip"]
    assert result.items == 92
    assert finding(result, "no_answer")["values"] == {"count": 5, "name": "species"}
    assert finding(result, "rare_classes")["values"]["name"] == "typo"


def test_rows_can_be_left_out_by_their_number(tmp_path):
    frame = flowers(100)
    result = taken_in(tmp_path, frame, drop=[1, 100])
    assert result.items == 98
    lengths = set(everything(tmp_path / "ready")["length"])
    assert not lengths & {frame["length"].iloc[0], frame["length"].iloc[-1]}


def test_too_little_is_refused_in_words(tmp_path):
    with pytest.raises(TooFewRowsError, match="12 rows"):
        taken_in(tmp_path, flowers(12))
    with pytest.raises(NoFeaturesError, match="“species”"):
        taken_in(
            tmp_path, flowers().assign(length=1).drop(columns="colour"), types={"length": "text"}
        )
    frame = pd.DataFrame({"x": np.arange(40) / 3, "y": ["a"] * 38 + ["b"] * 2})
    with pytest.raises(TooFewAnswersError):
        taken_in(tmp_path, frame, target="y")


def test_preparing_again_replaces_the_folder_and_leaves_nothing_behind(tmp_path):
    assert taken_in(tmp_path, flowers()) == taken_in(tmp_path, flowers())
    assert {path.name for path in tmp_path.iterdir()} - {"incoming"} == {"ready", "upload"}
