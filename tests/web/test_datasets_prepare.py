"""What is promised of a zip on its way into arrays: good layouts, split, digest, facts."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from automl_web.datasets import findings
from automl_web.datasets.images.example import write_digits
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.order import Order, Prepared
from automl_web.datasets.refusals.of_images import TooFewImagesError
from tests.web.hostile import class_folders, encoded, image, zipped


def prepared(tmp_path: Path, files: dict[str, bytes], name: str = "a") -> Prepared:
    return prepare(Order(zipped(tmp_path / f"{name}.zip", files), tmp_path / name))


def counts(result: Prepared) -> dict[str, int]:
    return {split: sum(per_class) for split, per_class in result.facts["counts"].items()}


def codes(result: Prepared) -> set[str]:
    return {finding["code"] for finding in result.facts["findings"]}


@pytest.mark.parametrize("prefix", ["", "pets/", "a/b/"])
def test_class_folders_are_found_whatever_wraps_them(tmp_path, prefix):
    result = prepared(tmp_path, class_folders(prefix=prefix))
    assert result.facts["classes"] == ["cat", "dog"]
    assert counts(result) == {"train": 28, "validation": 6, "test": 6}


@pytest.mark.parametrize("wrap", ["", "pets/"])
@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "validation", "TEST")])
def test_given_splits_are_kept(tmp_path, wrap, names):
    files: dict[str, bytes] = {}
    for number, (split, each) in enumerate(zip(names, (10, 4, 6), strict=True)):
        files |= class_folders(each=each, prefix=f"{wrap}{split}/", seed=10_000 * number)
    result = prepared(tmp_path, files)
    assert counts(result) == {"train": 20, "validation": 8, "test": 12}
    assert result.facts["given"] == ["train", "validation", "test"]


def test_missing_validation_is_carved_from_train_and_the_test_part_is_left_alone(tmp_path):
    files = class_folders(prefix="train/") | class_folders(each=7, prefix="test/", seed=50_000)
    result = prepared(tmp_path, files)
    assert counts(result) == {"train": 34, "validation": 6, "test": 14}


def test_a_lone_train_folder_is_split_like_no_folder_at_all(tmp_path):
    bare = prepared(tmp_path, class_folders(), "bare")
    train = prepared(tmp_path, class_folders(prefix="train/"), "train")
    assert bare.digest == train.digest


def test_junk_of_packers_is_ignored(tmp_path):
    junk = {
        "__MACOSX/cat/._1.png": b"x",
        ".DS_Store": b"x",
        "cat/.DS_Store": b"x",
        "dog/Thumbs.db": b"x",
        "README.txt": b"about these images",
    }
    result = prepared(tmp_path, class_folders() | junk)
    assert result.facts["classes"] == ["cat", "dog"]
    assert result.facts["skipped"]["count"] == 0


def test_class_names_may_be_in_any_script(tmp_path):
    result = prepared(tmp_path, class_folders(("猫", "שלום", "Ünïcode")))
    assert set(result.facts["classes"]) == {"猫", "שלום", "Ünïcode"}


def test_zipping_in_another_order_gives_the_same_digest_and_split(tmp_path):
    files = class_folders()
    one = prepared(tmp_path, files, "one")
    other = prepared(tmp_path, dict(reversed(files.items())), "other")
    assert one.digest == other.digest
    for name in ("train-images", "train-labels", "validation-images", "test-images"):
        first, second = (np.load(tmp_path / folder / f"{name}.npy") for folder in ("one", "other"))
        assert np.array_equal(first, second)


@pytest.mark.parametrize("change", ["pixel", "class name", "label"])
def test_other_content_gives_another_digest(tmp_path, change):
    files = class_folders()
    before = prepared(tmp_path, files, "before").digest
    if change == "pixel":
        files["cat/0.png"] = image(999_999)
    elif change == "class name":
        files = {name.replace("cat", "kitten"): content for name, content in files.items()}
    else:
        files["dog/moved.png"] = files.pop("cat/0.png")
    assert prepared(tmp_path, files, "after").digest != before


def test_the_carved_split_has_every_class_in_proportion(tmp_path):
    result = prepared(tmp_path, class_folders(each=100) | class_folders(("fox",), 20, seed=9000))
    assert result.facts["counts"] == {
        "train": [70, 70, 14],
        "validation": [15, 15, 3],
        "test": [15, 15, 3],
    }


def test_copies_of_an_image_stay_in_one_part(tmp_path):
    files = class_folders()
    files |= {name.replace("cat/", "cat/copy-of-"): content for name, content in files.items()}
    prepared(tmp_path, files)
    parts = [
        {item.tobytes() for item in np.load(tmp_path / "a" / f"{split}-images.npy")}
        for split in ("train", "validation", "test")
    ]
    assert parts[0].isdisjoint(parts[1] | parts[2])
    assert parts[1].isdisjoint(parts[2])


def test_arrays_and_meta_data_agree(tmp_path):
    prepared(tmp_path, class_folders(("cat", "dog", "fox")))
    folder = tmp_path / "a"
    meta = json.loads((folder / "meta.json").read_text())
    assert meta["kind"] == "images"
    assert (meta["channels"], meta["height"], meta["width"]) == (1, 8, 8)
    for split, count in meta["counts"].items():
        images = np.load(folder / f"{split}-images.npy", mmap_mode="r")
        labels = np.load(folder / f"{split}-labels.npy", mmap_mode="r")
        assert images.shape == (count, 1, 8, 8)
        assert images.dtype == np.uint8
        assert labels.shape == (count,)
        assert labels.dtype == np.int64
        assert set(labels.tolist()) == {0, 1, 2}
    train = np.load(folder / "train-images.npy") / 255
    assert meta["mean"] == pytest.approx([train.mean()])
    assert meta["std"] == pytest.approx([train.std()])


def test_pixels_arrive_as_they_were_and_under_their_label(tmp_path):
    files = class_folders()
    prepared(tmp_path, files)
    expected = Counter(
        (name.startswith("dog"), np.asarray(Image.open(BytesIO(content))).tobytes())
        for name, content in files.items()
    )
    found: Counter[tuple[bool, bytes]] = Counter()
    for split in ("train", "validation", "test"):
        images = np.load(tmp_path / "a" / f"{split}-images.npy")
        labels = np.load(tmp_path / "a" / f"{split}-labels.npy")
        pairs = zip(labels, images, strict=True)
        found.update((bool(label), item.tobytes()) for label, item in pairs)
    assert found == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
def test_every_promised_format_is_read(tmp_path, kind):
    files = {
        f"{name}/{number}.{kind.lower()}": image(1000 * index + number, 16, "RGB", kind)
        for index, name in enumerate(("cat", "dog"))
        for number in range(6)
    }
    result = prepared(tmp_path, files)
    assert result.facts["images"] == 12
    assert result.facts["channels"] == 3


def test_mixed_sizes_are_brought_to_the_most_common_one_with_a_warning(tmp_path):
    files = class_folders() | {"cat/large.png": image(77, side=32)}
    result = prepared(tmp_path, files)
    assert (result.facts["height"], result.facts["width"]) == (8, 8)
    said = [findings.sentence_of(finding) for finding in result.facts["findings"]]
    assert "1 image had another size and was brought to 8 by 8 pixels." in said


def test_large_images_are_made_smaller_in_their_proportions(tmp_path):
    wide = [
        np.random.default_rng(n).integers(0, 256, (150, 300, 3), dtype=np.uint8) for n in range(12)
    ]
    files = {
        f"{'cat' if n % 2 else 'dog'}/{n}.jpg": encoded(Image.fromarray(a), "JPEG")
        for n, a in enumerate(wide)
    }
    result = prepared(tmp_path, files)
    assert (result.facts["height"], result.facts["width"]) == (48, 96)


def test_one_coloured_image_makes_all_coloured_with_a_warning(tmp_path):
    result = prepared(tmp_path, class_folders() | {"cat/red.png": image(5, mode="RGB")})
    assert result.facts["channels"] == 3
    assert "mixed_colours" in codes(result)


def test_what_is_see_through_becomes_white(tmp_path):
    clear = Image.fromarray(np.zeros((8, 8, 4), dtype=np.uint8))
    files = class_folders(each=5) | {f"clear/{n}.png": encoded(_dotted(clear, n)) for n in range(5)}
    prepared(tmp_path, files)
    images = np.load(tmp_path / "a" / "train-images.npy")
    labels = np.load(tmp_path / "a" / "train-labels.npy")
    assert images[labels == 1][:, :, 7, 7].min() == 255


def _dotted(picture: Image.Image, number: int) -> Image.Image:
    dotted = picture.copy()
    dotted.putpixel((number, 0), (1, 2, 3, 255))
    return dotted


def test_sixteen_bit_images_keep_their_light_and_shade(tmp_path):
    ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    deep = {f"deep/{n}.png": encoded(Image.fromarray(np.roll(ramp, n))) for n in range(5)}
    prepared(tmp_path, class_folders(each=5) | deep)
    images = np.load(tmp_path / "a" / "train-images.npy")
    labels = np.load(tmp_path / "a" / "train-labels.npy")
    assert len(np.unique(images[labels == 2])) > 50


def test_a_photograph_lying_on_its_side_is_turned_upright(tmp_path):
    picture = Image.fromarray(np.zeros((32, 64, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    files = {}
    for number in range(10):
        picture.putpixel((number * 5, 20), (255, 255, 255))
        path = tmp_path / "photo.jpg"
        picture.save(path, exif=exif)
        files[f"{'cat' if number % 2 else 'dog'}/{number}.jpg"] = path.read_bytes()
    result = prepared(tmp_path, files)
    assert (result.facts["height"], result.facts["width"]) == (64, 32)


def test_small_and_unequal_classes_and_copies_in_test_are_warned_of(tmp_path):
    train = class_folders(("cat",), 100, "train/") | class_folders(("dog",), 6, "train/", 5000)
    test = class_folders(("cat",), 3, "test/", 7000) | {"test/dog/same.png": image(5003)}
    result = prepared(tmp_path, train | test)
    assert {"few_images", "imbalance", "copies_in_test"} <= codes(result)
    for finding in result.facts["findings"]:
        assert "%(" not in findings.sentence_of(finding)


@pytest.mark.parametrize(
    "files",
    [
        class_folders() | class_folders(("fox",), 4, seed=9000),
        class_folders(prefix="train/") | class_folders(("fox",), 9, "test/", 9000),
    ],
    ids=["hardly any image", "only the test part"],
)
def test_a_class_that_cannot_lie_in_every_part_is_left_out_and_told(tmp_path, files):
    result = prepared(tmp_path, files)
    assert result.facts["classes"] == ["cat", "dog"]
    told = {finding["code"]: finding["values"] for finding in result.facts["findings"]}
    assert told["small_classes_left_out"] == {"count": 1, "name": "fox", "classes": ["fox"]}


def test_without_two_classes_that_can_a_zip_is_refused_by_name(tmp_path):
    with pytest.raises(TooFewImagesError, match="“fox” has 4 different images"):
        prepared(tmp_path, class_folders(("cat",)) | class_folders(("fox",), 4, seed=9000))


def test_preparing_again_replaces_the_folder_and_leaves_nothing_behind(tmp_path):
    first = prepared(tmp_path, class_folders())
    second = prepared(tmp_path, class_folders())
    assert first == second
    assert {path.name for path in tmp_path.iterdir()} == {"a", "a.zip", "incoming"}


def test_the_example_is_1797_digits_in_ten_classes(tmp_path):
    write_digits(tmp_path / "digits.zip")
    result = prepare(Order(tmp_path / "digits.zip", tmp_path / "digits"))
    assert result.facts["classes"] == [str(digit) for digit in range(10)]
    assert result.facts["images"] == 1797
    assert result.facts["findings"] == []


def test_memory_stays_flat_while_many_images_are_prepared(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4000):
            name = f"{'cat' if number % 2 else 'dog'}/{number}.bmp"
            archive.writestr(name, image(number, 64, "RGB", "BMP"))
    process = psutil.Process()
    seen = [process.memory_info().rss]
    result = prepare(
        Order(path, tmp_path / "many"), lambda *_: seen.append(process.memory_info().rss)
    )
    assert result.facts["bytes"] == 4000 * 3 * 64 * 64
    assert max(seen) - seen[0] < 24e6  # the arrays are 49 MB
