"""What the fixes of images do: thinning, colours, moving images, lists that contradict themselves, names."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.order import Order, Prepared
from tests.web.hostile import class_folders, image, zipped


class Upload:
    """A zip of images; each of its versions mends the one before by the fix of a finding."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder, self.zip = folder, zipped(folder / "a.zip", files)
        self.count = 0
        self.latest = self.version()

    def version(self, **options: Any) -> Prepared:
        earlier = self.folder / str(self.count) if self.count else None
        self.count += 1
        folder = self.folder / str(self.count)
        self.latest = prepare(Order(self.zip, folder, options=options, earlier=earlier))
        return self.latest

    def fixed(self, code: str) -> Prepared:
        return self.version(**finding(self.latest, code)["fix"])

    def arrays(self, part: str) -> np.ndarray[Any, Any]:
        array: np.ndarray[Any, Any] = np.load(self.folder / str(self.count) / f"{part}-images.npy")
        return array


def finding(result: Prepared, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in result.facts["findings"] if f["code"] == code)
    return found


def codes(result: Prepared) -> set[str]:
    return {each["code"] for each in result.facts["findings"]}


def moving(seed: int) -> bytes:
    """A GIF of two pictures."""
    first, second = (Image.open(BytesIO(image(seed + n))) for n in (0, 1))
    file = BytesIO()
    first.save(file, "GIF", save_all=True, append_images=[second])
    return file.getvalue()


def test_large_classes_are_thinned_in_the_training_part_alone(tmp_path):
    files = class_folders(("cat",), 150) | class_folders(("fox",), 7, seed=9000)
    upload = Upload(tmp_path, files)
    before = {part: upload.arrays(part) for part in ("validation", "test")}
    counts = upload.latest.facts["counts"]
    assert finding(upload.latest, "imbalance")["values"]["out"] == counts["train"][0] - 50
    mended = upload.fixed("imbalance")
    assert mended.facts["counts"]["train"] == [50, 5]
    for part, arrays in before.items():
        assert np.array_equal(upload.arrays(part), arrays)
    assert "imbalance" not in codes(mended)
    assert finding(mended, "thinned")["values"] == {"count": counts["train"][0] - 50}


def test_of_a_large_class_the_same_images_are_kept_each_time(tmp_path):
    files = class_folders(("cat",), 150) | class_folders(("fox",), 7, seed=9000)
    digests = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        digests.append(Upload(tmp_path / name, files).fixed("imbalance").digest)
    assert digests[0] == digests[1]


def test_all_are_taken_as_gray_where_some_are(tmp_path):
    colours = {f"cat/c{n}.png": image(500 + n, mode="RGB") for n in range(9)}
    upload = Upload(tmp_path, class_folders() | colours)
    assert upload.latest.facts["channels"] == 3
    mended = upload.fixed("mixed_colours")
    assert mended.facts["channels"] == 1
    assert "mixed_colours" not in codes(mended)


def test_moving_images_are_shown_and_left_out(tmp_path):
    upload = Upload(tmp_path, class_folders() | {f"cat/m{n}.gif": moving(700 + n) for n in (0, 5)})
    assert len(finding(upload.latest, "moving")["examples"]) == 2
    images = upload.latest.facts["images"]
    mended = upload.fixed("moving")
    assert images - mended.facts["images"] == 2
    assert "moving" not in codes(mended)


def test_images_of_which_a_list_says_two_things_are_left_out(tmp_path):
    lines = [f"{n}.png,{'cat' if n % 2 else 'dog'}" for n in range(40)] + ["3.png,dog"]
    files = {f"{n}.png": image(n) for n in range(40)}
    upload = Upload(tmp_path, files | {"labels.csv": "\n".join(["file,label", *lines]).encode()})
    mended = upload.fixed("listed_twice")
    assert mended.facts["images"] == 39
    assert "listed_twice" not in codes(mended)


def test_a_class_without_a_name_gets_one(tmp_path):
    upload = Upload(tmp_path, class_folders((" ", "dog")))
    assert upload.fixed("blank_name").facts["classes"] == ["dog", "unnamed"]


@pytest.mark.parametrize("copies", [1, 3])
def test_copies_within_the_test_part_are_told_and_nothing_can_be_done(tmp_path, copies):
    files = class_folders(prefix="train/") | class_folders(prefix="test/", seed=5000)
    again = {f"test/cat/again-{n}.png": files["test/cat/0.png"] for n in range(copies)}
    found = finding(Upload(tmp_path, files | again).latest, "copied_within_test")
    assert (found["values"], found["fix"], found["weight"]) == ({"count": copies}, None, "note")
