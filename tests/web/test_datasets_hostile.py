"""Bad files get a named, plain answer, and nothing else breaks."""

from __future__ import annotations

import warnings
import zipfile

import pytest

from automl_web.datasets import refusals
from automl_web.datasets.prepare import prepare
from tests.web import hostile
from tests.web.hostile import class_folders, zipped


def refused(path, kind, match=None):
    """Preparing `path` is refused with `kind`, and leaves no file anywhere."""
    beside = set(path.parent.rglob("*"))
    with pytest.raises(kind, match=match):
        prepare(path, path.parent / "prepared")
    assert set(path.parent.rglob("*")) == beside


def test_a_file_that_is_no_zip(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"These are not the bytes of a zip file." * 100)
    refused(path, refusals.NotAZipError)


def test_a_zip_cut_off_on_its_way(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    path.write_bytes(path.read_bytes()[:-500])
    refused(path, refusals.TruncatedZipError)


def test_a_zip_behind_other_content_is_not_taken(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    path.write_bytes(b"GIF89a<script>alert(1)</script>" + path.read_bytes())
    refused(path, refusals.NotAZipError)


def test_a_table_of_contents_that_is_garbage(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\1\2")
    content[at : at + 4] = b"XXXX"
    path.write_bytes(content)
    refused(path, refusals.DamagedZipError)


def test_a_table_of_contents_too_long_to_read(tmp_path):
    path = hostile.long_directory(tmp_path / "a.zip", 2**31)
    refused(path, refusals.TooManyEntriesError, match="200000")


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr("automl_web.datasets.archive.MAX_ENTRIES", 30)
    refused(zipped(tmp_path / "a.zip", class_folders()), refusals.TooManyEntriesError)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png",
        "cat/../../evil.png",
        "/etc/evil.png",
        "C:\\evil.png",
        "..\\..\\evil.png",
        "\\\\server\\share\\evil.png",
    ],
)
def test_names_that_point_out_of_the_zip(tmp_path, name):
    files = class_folders() | {name: hostile.image(1)}
    refused(zipped(tmp_path / "in" / "a.zip", files), refusals.UnsafePathError)


def test_a_symbolic_link(tmp_path):
    refused(hostile.with_link(tmp_path / "a.zip"), refusals.SymbolicLinkError, match="link.png")


def test_an_encrypted_zip(tmp_path):
    refused(hostile.encrypted(tmp_path / "a.zip"), refusals.EncryptedZipError)


def test_one_name_twice(tmp_path):
    refused(hostile.twice(tmp_path / "a.zip"), refusals.DuplicateNameError, match=r"cat/0\.png")


def test_a_zip_bomb_is_stopped_by_what_really_comes_out(tmp_path):
    path = hostile.bomb(tmp_path / "a.zip")
    assert path.stat().st_size < 200_000
    refused(path, refusals.BombError)


def test_a_zip_of_zips(tmp_path):
    inner = zipped(tmp_path / "inner" / "a.zip", class_folders()).read_bytes()
    refused(
        zipped(tmp_path / "a.zip", {"x/a.zip": inner}), refusals.NestedZipError, match="x/a.zip"
    )


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cat/readme.txt": b"no image"},
        {"1.png": hostile.image(1), "2.png": hostile.image(2)},
        {"cat/1.png": b"not an image", "dog/1.png": b"neither"},
    ],
    ids=["empty", "only text", "no folders", "only unreadable ones"],
)
def test_no_images_in_class_folders(tmp_path, files):

    refused(zipped(tmp_path / "a.zip", files), refusals.NoImagesError)


def test_only_one_class(tmp_path):
    refused(
        zipped(tmp_path / "a.zip", class_folders(("cat",))), refusals.OneClassError, match="cat"
    )


def test_one_class_whose_other_cannot_be_read(tmp_path):
    files = class_folders(("cat",)) | {"dog/1.png": b"broken"}
    refused(zipped(tmp_path / "a.zip", files), refusals.OneClassError)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cat/broken.png", hostile.image(1)[:60], "damaged"),
        ("cat/empty.png", b"", "damaged"),
        ("cat/vector.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
        ("cat/page.jpg", b"<html><script>alert(1)</script>", "damaged"),
        ("cat/scan.tif", b"II*\0", "not_an_image"),
        ("cat/notes.txt", b"about cats", "not_an_image"),
        ("loose.png", hostile.image(3), "not_in_a_class"),
    ],
)
def test_one_bad_file_does_not_spoil_the_rest(tmp_path, name, content, reason):
    result = prepare(
        zipped(tmp_path / "a.zip", class_folders() | {name: content}), tmp_path / "prepared"
    )
    assert result.facts["images"] == 40
    assert result.facts["skipped"] == {"count": 1, "first": [(name, reason)]}


@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_flood_of_pixels_is_skipped_by_its_header(tmp_path, side):
    files = class_folders() | {"cat/flood.png": hostile.huge_png(side)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = prepare(zipped(tmp_path / "a.zip", files), tmp_path / "prepared")
    assert result.facts["skipped"]["first"] == [("cat/flood.png", "too_large")]


def test_a_member_damaged_in_the_zip_is_skipped(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("dog/3.png")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 60] ^= 0xFF
    path.write_bytes(content)
    result = prepare(path, tmp_path / "prepared")
    assert result.facts["skipped"]["first"] == [("dog/3.png", "damaged")]


def test_a_very_long_name_is_only_a_name(tmp_path):
    name = "long" * 75
    result = prepare(zipped(tmp_path / "a.zip", class_folders((name, "dog"))), tmp_path / "b")
    assert name in result.facts["classes"]


@pytest.mark.parametrize("kind", refusals.REFUSALS.values())
def test_every_refusal_is_a_sentence_that_can_be_told_again(kind):
    values = {"name": "a%b", "limit": 1, "count": 2, "minimum": 3, "needed": 4, "attempts": 5}
    refusal = kind(**values)
    assert str(refusal).endswith(".")
    assert refusals.sentence_of(refusal.document) == refusal.english
