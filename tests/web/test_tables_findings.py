"""What the Data Doctor finds in tables, and that its fixes mend it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.web.tables import codes, column, finding, flowers, houses, meta, taken_in, written


def test_a_clean_table_has_no_findings(tmp_path):
    assert codes(taken_in(tmp_path, flowers(400))) == []
    assert codes(taken_in(tmp_path, houses(400))) == []


def test_copies_are_told_kept_together_and_left_out_by_the_fix(tmp_path):
    frame = pd.concat([flowers(200), flowers(200)[:10]])
    result = taken_in(tmp_path, frame)
    assert finding(result, "duplicates")["values"] == {"count": 10}
    assert "same_in_test" not in codes(result)
    mended = taken_in(tmp_path, frame, **finding(result, "duplicates")["fix"])
    assert mended.items == 200
    assert "duplicates" not in codes(mended)


def test_rows_that_are_in_training_and_in_test_are_told_and_mended(tmp_path):
    files = {"train.csv": flowers(200), "test.csv": pd.concat([flowers(40, 1), flowers(200)[:5]])}
    result = taken_in(tmp_path, files, name="both.zip")
    found = finding(result, "same_in_test")
    assert found["values"] == {"count": 5, "items": 45}
    assert found["weight"] == "danger"
    mended = taken_in(tmp_path, files, name="both.zip", folder="mended", **found["fix"])
    assert mended.facts["counts"]["test"] == 45
    assert "same_in_test" not in codes(mended)


def test_a_table_of_few_different_rows_is_no_table_of_copies(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 2, (300, 3)), columns=["a", "b", "y"])
    result = taken_in(tmp_path, frame)
    assert finding(result, "few_different")["weight"] == "note"
    assert "duplicates" not in codes(result)
    assert result.facts["counts"]["test"] == pytest.approx(45, abs=2)


@pytest.mark.parametrize("leak", ["copy", "code", "noisy"])
def test_a_column_that_gives_the_answer_away_is_told_and_left_out_by_the_fix(tmp_path, leak):
    frame = flowers(300)
    is_rose = frame["species"] == "rose"
    noise = np.random.default_rng(1).normal(0, 0.1, 300)
    made = {
        "copy": frame["species"],
        "code": is_rose.map({True: 7, False: 3}),
        "noisy": is_rose + noise,
    }
    result = taken_in(tmp_path, frame.assign(billed=made[leak]), target="species")
    found = finding(result, "leaking")
    assert found["values"] == {"name": "billed", "count": 1}
    assert found["weight"] == "danger"
    mended = taken_in(tmp_path, frame.assign(billed=made[leak]), target="species", **found["fix"])
    assert "leaking" not in codes(mended)
    assert column(mended, "billed")["reason"] == "asked"


def test_a_column_that_follows_a_number_gives_it_away_too(tmp_path):
    frame = houses(400)
    result = taken_in(tmp_path, frame.assign(tax=frame["price"] * 0.2 + 7), target="price")
    assert finding(result, "leaking")["values"]["name"] == "tax"


def test_an_easy_task_is_no_leak(tmp_path):
    rng = np.random.default_rng(0)
    kind = np.arange(300) % 2
    frame = pd.DataFrame({f"x{n}": kind * 9 + rng.normal(0, 1, 300) for n in range(5)})
    assert "leaking" not in codes(taken_in(tmp_path, frame.assign(kind=kind)))


def test_constant_and_mostly_empty_columns_are_told_with_a_fix(tmp_path):
    frame = flowers(200).assign(same="x", rare=[1.0, *[None] * 199], gaps=[None, *range(9)] * 20)
    frame["species"] = frame.pop("species")
    result = taken_in(tmp_path, frame)
    assert finding(result, "constant")["fix"] == {
        "types": {"same": "leave out", "rare": "leave out"}
    }
    assert finding(result, "missing")["values"] == {"count": 1, "name": "rare", "percent": 100}
    assert finding(result, "gaps")["values"] == {"count": 1, "name": "gaps", "percent": 10}


def test_imbalance_and_small_classes_are_told(tmp_path):
    frame = pd.DataFrame({"x": np.arange(300) / 7, "y": ["a"] * 290 + ["b"] * 10})
    result = taken_in(tmp_path, frame)
    found = finding(result, "imbalance")
    assert found["values"] == {"large": "a", "small": "b", "ratio": 34, "out": 142}
    assert finding(result, "few_items")["values"]["name"] == "b"
    mended = taken_in(tmp_path, frame, folder="mended", earlier=tmp_path / "ready", **found["fix"])
    assert mended.facts["class_counts"]["train"] == [60, 6]
    for part in ("validation", "test"):
        assert mended.facts["class_counts"][part] == result.facts["class_counts"][part]
    assert "imbalance" not in codes(mended)
    assert finding(mended, "thinned")["values"] == {"count": 142}


def test_small_classes_are_left_out_or_merged_by_the_fix(tmp_path):
    sizes = {"a": 100, "b": 100, "c": 12, "typo": 2}
    answers = [name for name, count in sizes.items() for _ in range(count)]
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=214), "y": answers})
    result = taken_in(tmp_path, frame)
    assert result.facts["classes"] == ["a", "b", "c"]
    assert finding(result, "rare_classes")["values"]["classes"] == ["typo"]
    found = finding(result, "few_items")
    assert found["values"]["classes"] == ["c"]
    without = taken_in(tmp_path, frame, folder="without", **found["fix"])
    assert (without.facts["classes"], without.items) == (["a", "b"], 200)
    merged = taken_in(tmp_path, frame, folder="merged", merge={"typo": "c", "c": "b"})
    assert (merged.facts["classes"], merged.items) == (["a", "b"], 214)


def test_copies_within_the_test_part_are_told_and_stay(tmp_path):
    files = {"train.csv": flowers(200), "test.csv": pd.concat([flowers(40, 1), flowers(40, 1)[:5]])}
    result = taken_in(tmp_path, files, name="both.zip")
    assert finding(result, "copied_within_test")["values"] == {"count": 5}
    assert "duplicates" not in codes(result)
    mended = taken_in(tmp_path, files, name="both.zip", folder="mended", unique=True)
    assert mended.facts["counts"]["test"] == 45


def test_columns_that_say_whose_a_row_is_are_told_with_a_fix(tmp_path):
    frame = flowers(200).assign(patient=np.repeat(np.arange(40), 5))
    frame["species"] = frame.pop("species")
    found = finding(taken_in(tmp_path, frame), "groups")
    assert found["fix"] == {"group": "patient"}
    assert "groups" not in codes(taken_in(tmp_path, frame, **found["fix"]))


def test_what_is_left_out_is_told(tmp_path):
    frame = flowers(200)
    frame.insert(0, "row", range(200))
    frame.insert(1, "note", [f"this is all that was seen on day {n}" for n in range(200)])
    frame.insert(2, "empty", None)
    result = taken_in(tmp_path, frame)
    assert {"left_out_identifiers", "left_out_text", "left_out_empty"} <= set(codes(result))
    assert [c["name"] for c in meta(tmp_path / "ready")["columns"]] == ["length", "colour"]


def test_odd_words_and_odd_lines_are_told(tmp_path):
    frame = flowers(200).astype({"length": "str"})
    frame.loc[3, "length"] = "long"
    lines = written([list(frame), *frame.to_numpy().tolist()]) + "1,red,rose,4\n"
    result = taken_in(tmp_path, lines)
    assert finding(result, "odd_numbers")["values"] == {
        "name": "length",
        "count": 1,
        "example": "long",
    }
    assert finding(result, "ragged")["values"] == {"count": 1}
