"""What the Data Doctor finds in texts with their classes, and that its fixes mend it."""

from __future__ import annotations

from itertools import cycle, islice

import numpy as np

from tests.web.hostile import zipped
from tests.web.prepared_texts import codes, fix_of, prepared
from tests.web.texts import table, written

WORDS = ["sun", "rain", "wind", "snow", "hail", "frost", "mist", "dew", "storm", "cloud"]


def told(result, code):
    return next(f for f in result.facts["findings"] if f["code"] == code)


def weather(count: int, label: str, seed: int) -> list[tuple[str, str]]:
    """Texts of this class, all different."""
    rng = np.random.default_rng(seed)
    return [(f"{' '.join(rng.choice(WORDS, 8))} {label} {n}", label) for n in range(count)]


def test_large_classes_are_thinned_in_the_training_part_alone(tmp_path):
    rows = weather(300, "fair", 1) + weather(12, "foul", 2)
    file = written(tmp_path / "a.csv", table(rows))
    result = prepared(file, tmp_path / "a")
    mended = prepared(file, tmp_path / "b", tmp_path / "a", **fix_of(result, "imbalance"))
    before, after = result.facts["per_class"], mended.facts["per_class"]
    assert after["train"] == [10 * before["train"][1], before["train"][1]]
    assert (after["test"], after["validation"]) == (before["test"], before["validation"])
    assert "imbalance" not in codes(mended)
    assert told(mended, "thinned")["values"] == {"count": before["train"][0] - after["train"][0]}


def test_tiny_classes_can_be_merged_into_another(tmp_path):
    rows = weather(60, "fair", 1) + weather(60, "foul", 2) + weather(2, "foggy", 3)
    file = written(tmp_path / "a.csv", table(rows))
    result = prepared(file, tmp_path / "a")
    assert told(result, "small_classes_left_out")["values"]["classes"] == ["foggy"]
    merged = prepared(file, tmp_path / "b", tmp_path / "a", merge={"foggy": "foul"})
    assert (merged.facts["classes"], merged.items) == (["fair", "foul"], 122)


def test_copies_within_the_test_part_are_told_and_stay(tmp_path):
    rows = weather(60, "fair", 1) + weather(60, "foul", 2)
    test = weather(9, "fair", 3) + weather(9, "foul", 4)
    files = {"train.csv": rows, "test.csv": [*test, *islice(cycle(test), 5)]}
    file = zipped(tmp_path / "a.zip", {name: table(each).encode() for name, each in files.items()})
    result = prepared(file, tmp_path / "a")
    found = told(result, "copied_within_test")
    assert (found["values"], found["fix"]) == ({"count": 5}, None)
    mended = prepared(file, tmp_path / "b", tmp_path / "a", once=True)
    assert mended.facts["counts"]["test"] == 23
