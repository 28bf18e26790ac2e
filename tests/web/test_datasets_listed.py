"""Images whose classes stand in a list: names found however they are written, and class folders first."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest

from automl_web.datasets import findings
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.kinds import recognise
from automl_web.datasets.order import Order, Prepared
from automl_web.datasets.refusals.of_images import NoLabelsError, UnmatchedNamesError
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from tests.web.hostile import class_folders, image, zipped

COUNT = 24


def pictures(form: str = "photos/{:03}.png", count: int = COUNT) -> dict[str, bytes]:
    return {form.format(number): image(number) for number in range(count)}


def label(number: int) -> str:
    return ("cat", "dog", "fox")[number % 3]


def table(lines: list[str], head: str = "file,label") -> bytes:
    return "\n".join([head, *lines]).encode()


def prepared(tmp_path: Path, files: dict[str, bytes], **options: object) -> Prepared:
    return prepare(Order(zipped(tmp_path / "a.zip", files), tmp_path / "a", options=options))


def totals(result: Prepared) -> dict[str, int]:
    counts = zip(*result.facts["counts"].values(), strict=True)
    return dict(zip(result.facts["classes"], map(sum, counts), strict=True))


EVEN = {"cat": 8, "dog": 8, "fox": 8}


@pytest.mark.parametrize(
    "written",
    [
        "{:03}.png",
        "{:03}",
        "photos/{:03}.png",
        "photos/{:03}",
        "./photos/{:03}.png",
        "data\\photos\\{:03}.PNG",
        "/home/me/photos/{:03}.jpg",
        "  {:03}.png ",
    ],
)
def test_a_name_is_found_with_and_without_folders_and_ending(tmp_path, written):
    lines = [f"{written.format(n)},{label(n)}" for n in range(COUNT)]
    result = prepared(tmp_path, pictures() | {"labels.csv": table(lines)})
    assert totals(result) == EVEN
    assert result.facts["listed"]["is_used"]
    assert result.facts["skipped"]["count"] == 0


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lists_of_all_usual_separators_and_encodings_are_read(tmp_path, separator, encoding):
    lines = [f'"{n:03}.png"{separator}"K{"äö"[n % 2]}ter"' for n in range(COUNT)]
    head = f"Bild{separator}Klasse"
    text = "\r\n".join([head, *lines]).encode(encoding)
    result = prepared(tmp_path, pictures() | {"list.tsv": text})
    assert totals(result) == {"Käter": 12, "Köter": 12}


def test_a_list_needs_no_head(tmp_path):
    lines = [f"{n:03}.png,{label(n)}" for n in range(1, COUNT)]
    result = prepared(tmp_path, pictures() | {"labels.csv": table(lines, "000.png,cat")})
    assert totals(result) == EVEN


def test_among_many_columns_the_one_that_is_called_so_is_taken(tmp_path):
    """As the lists of skin lesions are: folders of no meaning, and what it is stands in `dx`."""
    files = {f"part_{n % 2}/ISIC_{n:04}.png": image(n) for n in range(COUNT)}
    lines = [f"HAM_{n // 2},ISIC_{n:04},{label(n)},histo,{40 + n}.0,male" for n in range(COUNT)]
    files["metadata.csv"] = table(lines, "lesion_id,image_id,dx,dx_type,age,sex")
    result = prepared(tmp_path, files)
    assert totals(result) == EVEN
    assert result.facts["listed"]["label"] == "dx"
    assert result.facts["listed"]["names"] == "image_id"
    patterns = {grouping["pattern"] for grouping in result.facts["groupings"]}
    assert "column:lesion_id" in patterns


def test_another_column_may_be_chosen(tmp_path):
    lines = [f"{n:03},{label(n)},{'ab'[n % 2]}" for n in range(COUNT)]
    files = pictures() | {"x.csv": table(lines, "id,label,kind")}
    assert totals(prepared(tmp_path, files, labels="list", label="kind")) == {"a": 12, "b": 12}
    with pytest.raises(NoSuchColumnError, match="“colour”"):
        prepared(tmp_path, files, labels="list", label="colour")


def test_class_folders_are_the_default(tmp_path):
    """A list of other things about the images does not change what their folders say."""
    lines = [f"{name},{10 * n},{n % 7}" for n, name in enumerate(class_folders())]
    files = class_folders() | {"sizes.csv": table(lines, "file,width,stars")}
    assert set(totals(prepared(tmp_path, files))) == {"cat", "dog"}
    assert prepared(tmp_path, files).facts["listed"]["is_used"] is False
    lines = [f"other-{n},{label(n)}" for n in range(COUNT)]
    files = class_folders() | {"labels.csv": table(lines)}
    assert set(totals(prepared(tmp_path, files))) == {"cat", "dog"}


def test_folders_may_be_chosen_although_a_list_names_all_images(tmp_path):
    lines = [f"{name},{label(n)}" for n, name in enumerate(class_folders())]
    files = class_folders() | {"labels.csv": table(lines)}
    assert set(totals(prepared(tmp_path, files))) == {"cat", "dog", "fox"}
    assert set(totals(prepared(tmp_path, files, labels="folders"))) == {"cat", "dog"}


def test_one_name_in_several_folders_is_told_apart_by_them(tmp_path):
    files = {
        f"{side}/{n}.png": image(100 * i + n) for i, side in enumerate("lr") for n in range(12)
    }
    lines = [f"{name},{'left' if name[0] == 'l' else 'right'}" for name in files]
    result = prepared(tmp_path, files | {"labels.csv": table(lines)})
    assert totals(result) == {"left": 12, "right": 12}
    lines = [f"{n},{label(n)}" for n in range(12)]  # might be either
    result = prepared(tmp_path, files | {"labels.csv": table(lines)})
    assert set(totals(result)) == {"l", "r"}


def test_parts_are_those_of_the_list(tmp_path):
    parts = ["train"] * 15 + ["valid"] * 3 + ["Test"] * 6
    lines = [f"{n:03}.png,{label(n)},{part}" for n, part in enumerate(parts)]
    result = prepared(tmp_path, pictures() | {"x.csv": table(lines, "filepaths,labels,data set")})
    assert {part: sum(c) for part, c in result.facts["counts"].items()} == {
        "train": 15,
        "validation": 3,
        "test": 6,
    }
    assert result.facts["given"] == ["train", "validation", "test"]


def test_parts_are_those_of_the_folders_where_the_list_says_nothing(tmp_path):
    files = pictures("train/{:03}.png", 18) | {f"test/{n:03}.png": image(n) for n in range(18, 24)}
    lines = [f"{n:03},{label(n)}" for n in range(COUNT)]
    result = prepared(tmp_path, files | {"labels.csv": table(lines)})
    assert sum(result.facts["counts"]["test"]) == 6
    assert result.facts["given"] == ["train", "test"]


def test_each_part_may_have_a_list_of_its_own(tmp_path):
    files = pictures()
    parts = {"train": range(15), "valid": range(15, 18), "test": range(18, 24)}
    for part, numbers in parts.items():
        files[f"{part}.csv"] = table([f"{n:03}.png,{label(n)}" for n in numbers])
    result = prepared(tmp_path, files)
    assert {part: sum(c) for part, c in result.facts["counts"].items()} == {
        "train": 15,
        "validation": 3,
        "test": 6,
    }
    assert (result.facts["listed"]["rows"], result.facts["listed"]["found"]) == (24, 24)


def test_images_that_are_to_be_predicted_are_left_out(tmp_path):
    """As competitions come: the test images have no label, and a sample of what to hand in."""
    files = pictures("train/{:03}.png") | {f"test/{n}.png": image(n) for n in range(100, 150)}
    files["train.csv"] = table([f"{n:03},{label(n)}" for n in range(COUNT)], "id,label")
    files["sample.csv"] = table([f"{n},cat" for n in range(100, 120)], "id,label")
    result = prepared(tmp_path, files)
    assert totals(result) == EVEN
    assert result.facts["skipped"]["count"] == 50
    assert result.facts["skipped"]["first"][0] == ("test/100.png", "no_label")


def test_lines_that_name_no_image_are_counted_with_an_example(tmp_path):
    lines = [f"{n:03}.png,{label(n)}" for n in range(COUNT + 6)]
    result = prepared(tmp_path, pictures() | {"labels.csv": table(lines)})
    (finding,) = (f for f in result.facts["findings"] if f["code"] == "unmatched_names")
    sentence = findings.sentence_of(finding)
    assert sentence.startswith("6 of 30 lines of “labels.csv” name no image in the zip")
    assert "“024.png”" in sentence


def test_an_image_with_two_classes_is_told_of(tmp_path):
    lines = [f"{n:03},{label(n)}" for n in range(COUNT)] + ["000,dog", "001,dog"]
    result = prepared(tmp_path, pictures() | {"labels.csv": table(lines)})
    assert totals(result) == EVEN
    (finding,) = (f for f in result.facts["findings"] if f["code"] == "listed_twice")
    assert findings.sentence_of(finding).startswith("1 line of “labels.csv” gives an image another")


def test_a_list_of_other_names_is_refused_with_how_many_and_an_example(tmp_path):
    lines = [f"IMG_{n:04}.JPG,{label(n)}" for n in range(COUNT)]
    sentence = (
        "None of the 24 lines of “labels.csv” names an image.*“IMG_0000.JPG”.*“photos/000.png”"
    )
    with pytest.raises(UnmatchedNamesError, match=sentence):
        prepared(tmp_path, pictures() | {"labels.csv": table(lines)})


def test_a_list_without_classes_is_refused_by_name(tmp_path):
    lines = [f"{n:03}.png,same" for n in range(COUNT)]
    with pytest.raises(NoLabelsError, match=r"“labels\.csv” names images, but"):
        prepared(tmp_path, pictures() | {"labels.csv": table(lines)})


@pytest.mark.parametrize(
    "odd",
    [b"", b"\0" * 999, b"\xff\xfe", b"just words\n" * 99, b"," * 2**21, b'"' + b"x," * 2**20],
    ids=["empty", "zeros", "a mark", "one column", "a long line", "an open quote"],
)
def test_odd_files_called_lists_do_no_harm(tmp_path, odd):
    result = prepared(tmp_path, class_folders() | {"labels.csv": odd})
    assert set(totals(result)) == {"cat", "dog"}


def test_a_zip_of_images_is_one_of_images_whatever_lists_are_in_it(tmp_path):
    path = zipped(tmp_path / "a.zip", pictures() | {"labels.csv": b"file,label\n"})
    assert recognise(path, "a.zip").name == "images"


def test_the_names_of_the_files_are_kept_in_the_order_of_the_arrays(tmp_path):
    result = prepared(tmp_path, class_folders())
    names = json.loads((tmp_path / "a" / "items.json").read_text())["names"]
    assert {part: len(list_) for part, list_ in names.items()} == {
        part: sum(counts) for part, counts in result.facts["counts"].items()
    }
    assert sorted(chain(*names.values())) == sorted(class_folders())
