"""What the corpus leaves open: limits that are too large to reach, and bytes changed at random."""

from __future__ import annotations

import random
import re
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from automl_web import datasets
from automl_web.datasets.archive import Archive
from automl_web.datasets.images.decoding import Shape, header, pixels
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.order import Order
from automl_web.datasets.refusals import REFUSALS, of_files, of_images, sentence_of
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.unreadable import UnreadableError
from tests.web import hostile_images
from tests.web.hostile import class_folders, encoded, zipped


def test_a_refusal_leaves_no_file_anywhere(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders(("cat",)))
    before = set(tmp_path.rglob("*"))
    with pytest.raises(of_images.OneClassError, match="cat"):
        prepare(Order(path, tmp_path / "prepared"))
    assert set(tmp_path.rglob("*")) == before


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.archive.MAX_ENTRIES", 30)
    path = zipped(tmp_path / "a.zip", class_folders())
    with pytest.raises(of_files.TooManyEntriesError, match="30"):
        prepare(Order(path, tmp_path / "prepared"))


def test_a_member_damaged_in_the_zip_is_skipped(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("dog/3.png")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 60] ^= 0xFF
    path.write_bytes(content)
    result = prepare(Order(path, tmp_path / "prepared"))
    assert result.facts["skipped"]["first"] == [("dog/3.png", "damaged")]


def test_an_unreadable_image_has_no_say_in_the_shape_that_is_told(tmp_path):
    files = class_folders() | {"cat/odd.png": hostile_images.lying_png(7_000)}
    result = prepare(Order(zipped(tmp_path / "a.zip", files), tmp_path / "prepared"))
    assert {finding["code"] for finding in result.facts["findings"]} == {"few_images", "skipped"}


def test_only_the_first_skipped_files_are_told_by_name(tmp_path):
    files = class_folders() | {f"cat/{n}.txt": b"" for n in range(99)}
    result = prepare(Order(zipped(tmp_path / "a.zip", files), tmp_path / "prepared"))
    assert result.facts["skipped"]["count"] == 99
    assert len(result.facts["skipped"]["first"]) == 20


def test_a_photograph_with_another_behind_it_is_turned_upright_too(tmp_path):
    assert header(hostile_images.sideways("MPO")).height == 64
    assert pixels(hostile_images.sideways("MPO"), Shape(3, 64, 32)).shape == (3, 64, 32)


def test_a_large_image_made_smaller_in_bands_looks_like_itself():
    """Left half dark, right half light: so must it be when it was taken apart and put together."""
    large = hostile_images.two_halves(3000)
    small = pixels(large, Shape(3, 10, 10))
    assert small[:, :, :4].max() < 40
    assert small[:, :, 6:].min() > 200


@pytest.mark.parametrize("seed", range(4))
def test_a_zip_changed_at_random_is_refused_or_read_and_nothing_else(tmp_path, seed):
    rng = random.Random(seed)
    path = zipped(tmp_path / "a.zip", class_folders(each=2))
    good = path.read_bytes()
    for _round in range(500):
        path.write_bytes(mutated(good, rng))
        with suppress(RefusalError), Archive(path) as archive:
            for content in archive.read(archive.members):
                assert isinstance(content, bytes | UnreadableError)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
def test_an_image_changed_at_random_is_left_out_or_read_and_nothing_else(kind):
    rng = random.Random(kind)
    good = encoded(hostile_images.picture(32), kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _round in range(300):
            content = mutated(good, rng)
            with suppress(UnreadableError):
                header(content)
                assert pixels(content, Shape(3, 8, 8)).shape == (3, 8, 8)


def mutated(good: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, and sometimes a piece lost or doubled."""
    content = bytearray(good)
    for _change in range(rng.randint(1, 6)):
        content[rng.randrange(len(content))] = rng.choice(
            (0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256))
        )
    at = rng.randrange(len(content))
    piece = content[at : at + rng.randint(1, 40)]
    match rng.randrange(4):
        case 0:
            del content[at : at + len(piece)]
        case 1:
            content[at:at] = piece
    return bytes(content)


def test_nothing_of_ours_unpickles_what_was_uploaded():
    folder = Path(str(datasets.__file__)).parent
    sources = "".join(path.read_text() for path in folder.rglob("*.py"))
    sources = sources.replace("allow_pickle=False", "")
    for word in ("allow_pickle", "pickle", "extractall", ".extract(", "eval("):
        assert word not in sources
    assert not Path(hostile_images.CANARY).exists()


@pytest.mark.parametrize("kind", REFUSALS.values())
def test_every_refusal_is_a_sentence_that_can_be_told_again(kind):
    values = dict.fromkeys(re.findall(r"%\((\w+)\)s", str(kind.sentence)), "a%b")
    refusal = kind(**values)
    assert str(refusal).endswith(".")
    assert sentence_of(refusal.document) == refusal.english
