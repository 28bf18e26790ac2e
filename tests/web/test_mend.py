"""The Data Doctor's road: an upload, a card, its button, and a version without what was found."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from automl_web.accounts.models import Entry
from automl_web.datasets.ingest import ingest
from automl_web.datasets.mending import joined
from automl_web.datasets.models import Version
from tests.web.hostile import class_folders, encoded, image, uploaded, zipped

State = Version.State


@pytest.fixture
def ready(project, bob, tmp_path):
    """Makes a version of the files, ready to be looked at."""

    def make(files: dict[str, bytes]) -> Version:
        version = uploaded(project, bob, zipped(tmp_path / "pets.zip", files))
        assert ingest(version)
        assert version.state == State.READY
        return version

    return make


def copied(files: dict[str, bytes], count: int, to: str = "cat/copy-{}.png") -> dict[str, bytes]:
    """The files with copies of the first of them."""
    return files | {to.format(n): content for n, content in enumerate(list(files.values())[:count])}


def card(client, version: Version, code: str):
    """The card of the finding on the version's page."""
    page = client.get(version.dataset.get_absolute_url(), {"version": str(version.number)})
    codes = [finding["code"] for finding in version.facts["findings"]]
    return next(c for c in page.context["cards"] if c.index == codes.index(code))


def press(client, version: Version, code: str, **fields: str) -> Version:
    """Press the button of the finding's card; the version that comes of it, prepared."""
    url = reverse("version-mend", args=[version.dataset_id, version.number])
    answer = client.post(url, {"fix": str(card(client, version, code).index), **fields})
    assert answer.status_code == 302
    made = version.dataset.versions.latest("number")
    ingest(made)
    return made


def items(version: Version, split: str) -> list[bytes]:
    arrays = np.load(version.folder / f"{split}-images.npy")
    return sorted(array.tobytes() for array in arrays)


def codes(version: Version) -> set[str]:
    return {finding["code"] for finding in version.facts["findings"]}


def test_copies_are_left_out_of_the_next_version_and_the_test_part_stays(editor_client, ready):
    first = ready(copied(class_folders(each=60), 9))
    assert "exact copies" in card(editor_client, first, "copies").sentence
    second = press(editor_client, first, "copies")
    assert second.state == State.READY
    assert "copies" not in codes(second)
    assert items(second, "test") == items(first, "test")
    left_out = first.facts["images"] - second.facts["images"]
    page = editor_client.get(first.dataset.get_absolute_url()).content.decode()
    assert f"Version 2, made from version 1: {left_out} copies left out" in page
    assert "Fit to search on: nothing was found" in page


def test_training_copies_of_test_images_are_left_out_and_the_test_part_stays(editor_client, ready):
    files = class_folders(each=60, prefix="train/") | class_folders(prefix="test/", seed=5000)
    copies = {f"train/cat/{n}-again.png": files[f"test/cat/{n}.png"] for n in range(4)}
    first = ready(files | copies)
    assert "4 of 40 test images" in card(editor_client, first, "copies_in_test").sentence
    second = press(editor_client, first, "copies_in_test")
    assert items(second, "test") == items(first, "test")
    assert not set(items(second, "train")) & set(items(second, "test"))
    assert first.facts["images"] - second.facts["images"] == 4


def test_near_copies_are_shown_side_by_side_and_one_of_each_is_kept(editor_client, ready):
    files = class_folders(each=60)
    for number in range(5):
        picture = Image.open(BytesIO(image(900 + number, 8))).resize((32, 32))
        paler = picture.point(lambda level: min(255, level + 3))
        files |= {f"dog/{number}-a.png": encoded(picture), f"dog/{number}-b.png": encoded(paler)}
    first = ready(files)
    shown = card(editor_client, first, "near_copies")
    assert "nearly the same" in shown.sentence
    assert all(len(group) == 2 for group in shown.pictures)
    second = press(editor_client, first, "near_copies")
    assert "near_copies" not in codes(second)
    assert items(second, "test") == items(first, "test")


def test_an_image_in_two_classes_is_left_out_of_both(editor_client, ready):
    files = class_folders(each=60, prefix="train/") | class_folders(prefix="test/", seed=5000)
    first = ready(copied(files, 2, "train/dog/{}-too.png"))
    second = press(editor_client, first, "copies_across")
    assert first.facts["images"] - second.facts["images"] == 4
    assert "copies_across" not in codes(second)


@pytest.mark.parametrize(("into", "classes"), [("", ["cat", "dog"]), ("dog", ["cat", "dog"])])
def test_a_small_class_is_left_out_or_merged_into_another(editor_client, ready, into, classes):
    first = ready(class_folders(each=60) | class_folders(("fox",), 9, seed=9000))
    second = press(editor_client, first, "few_images", **({"into": into} if into else {}))
    assert second.classes == classes
    assert second.facts["images"] == 120 + 9 * bool(into)
    told = "1 class merged into “dog”" if into else "1 class left out"
    page = editor_client.get(first.dataset.get_absolute_url()).content.decode()
    assert f"Version 2, made from version 1: {told}" in page


def test_odd_sizes_are_left_out(editor_client, ready):
    files = class_folders(each=60)
    thin = Image.fromarray(np.random.default_rng(1).integers(0, 256, (8, 64), dtype=np.uint8))
    first = ready(files | {"cat/thin.png": encoded(thin)})
    second = press(editor_client, first, "outlying_sizes")
    assert first.facts["images"] - second.facts["images"] == 1


def test_fixes_add_up(editor_client, ready):
    files = class_folders(each=60) | class_folders(("fox",), 9, seed=9000)
    second = press(editor_client, ready(copied(files, 3)), "copies")
    third = press(editor_client, second, "few_images")
    assert third.classes == ["cat", "dog"]
    assert not {"copies", "few_images"} & codes(third)
    assert third.parent == second


def test_a_button_that_is_pressed_twice_makes_one_version(editor_client, ready):
    first = ready(copied(class_folders(), 3))
    press(editor_client, first, "copies")
    press(editor_client, first, "copies")
    assert first.dataset.versions.count() == 2
    mended = Entry.objects.filter(action="dataset_mended")
    assert [entry.facts for entry in mended] == [{"version": 2, "mended": 1, "by": "copies"}]


def test_a_fix_that_leaves_too_little_is_refused_and_the_version_before_is_as_it_was(
    editor_client, ready
):
    cats = class_folders(("cat",), 40)
    own = {"dog/own-1.png": image(7000), "dog/own-2.png": image(7001)}
    first = ready(copied(cats, 30, "dog/{}.png") | own)
    second = press(editor_client, first, "copies_across")
    assert second.state == State.REFUSED
    page = editor_client.get(first.dataset.get_absolute_url()).content.decode()
    assert "Version 1 is as it was." in page
    first.refresh_from_db()
    assert first.source.path.exists()


@pytest.mark.parametrize("fields", [{"fix": "99"}, {"fix": "-1"}, {"fix": "x"}, {"fix": ""}])
def test_what_is_no_finding_cannot_be_mended(editor_client, ready, fields):
    version = ready(copied(class_folders(), 3))
    url = reverse("version-mend", args=[version.dataset_id, 1])
    assert editor_client.post(url, fields).status_code == 404
    assert version.dataset.versions.count() == 1


def test_classes_are_merged_only_into_one_that_is_there(editor_client, ready):
    version = ready(class_folders(each=60) | class_folders(("fox",), 9, seed=9000))
    url = reverse("version-mend", args=[version.dataset_id, 1])
    index = str(card(editor_client, version, "few_images").index)
    for wrong in ("bird", "fox"):
        assert editor_client.post(url, {"fix": index, "into": wrong}).status_code == 404


def test_a_version_that_is_not_ready_cannot_be_mended(editor_client, project, bob, tmp_path):
    version = uploaded(project, bob, zipped(tmp_path / "pets.zip", class_folders()))
    url = reverse("version-mend", args=[version.dataset_id, 1])
    assert editor_client.post(url, {"fix": "0"}).status_code == 404


def test_without_the_upload_there_is_no_button_and_a_press_says_why(editor_client, ready):
    version = ready(copied(class_folders(), 3))
    index = card(editor_client, version, "copies").index
    version.source.delete()
    url = version.dataset.get_absolute_url()
    assert "Leave the copies out" not in editor_client.get(url).content.decode()
    mend = reverse("version-mend", args=[version.dataset_id, 1])
    page = editor_client.post(mend, {"fix": index}, follow=True).content.decode()
    assert "Upload it again." in page


def test_only_editors_see_the_buttons(viewer_client, editor_client, ready):
    url = ready(copied(class_folders(), 3)).dataset.get_absolute_url()
    assert "Leave the copies out" in editor_client.get(url).content.decode()
    assert "Leave the copies out" not in viewer_client.get(url).content.decode()


def test_lists_are_joined_mappings_updated_and_the_rest_replaced():
    options = {"drop": ["a", "b"], "merge": {"x": "y"}, "side": 32, "kind": "images"}
    patch = {"drop": ["b", "c"], "merge": {"z": "y"}, "side": 64}
    assert joined(options, patch) == {
        "drop": ["a", "b", "c"],
        "merge": {"x": "y", "z": "y"},
        "side": 64,
        "kind": "images",
    }


# Looking


def test_a_single_image_is_sent_as_it_was_prepared(viewer_client, ready):
    version = ready(class_folders())
    url = reverse("dataset-item", args=[version.dataset_id, "test", 0])
    answer = viewer_client.get(url)
    picture = Image.open(BytesIO(answer.content))
    expected = np.load(version.folder / "test-images.npy")[0, 0]
    assert np.array_equal(np.asarray(picture), expected)
    etag = answer.headers["ETag"]
    assert viewer_client.get(url, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(("split", "index"), [("test", 6), ("all", 0), ("train", 10**9)])
def test_an_image_that_is_not_there_is_not_found(viewer_client, ready, split, index):
    version = ready(class_folders())
    url = reverse("dataset-item", args=[version.dataset_id, split, index])
    assert viewer_client.get(url).status_code == 404


def test_the_page_of_a_version_in_preparation_tells_that_it_is_checked(viewer_client, ready):
    version = ready(class_folders())
    far = {"done": 7, "total": 40, "facts": {"stage": "checking"}, "beat_at": timezone.now()}
    Version.objects.filter(pk=version.pk).update(state=State.PREPARING, **far)
    page = viewer_client.get(version.dataset.get_absolute_url()).content.decode()
    assert "The Data Doctor looks at item 7 of 40." in page


def test_a_version_of_before_the_data_doctor_can_still_be_looked_at(viewer_client, ready):
    version = ready(class_folders())
    facts = {name: value for name, value in version.facts.items() if name != "findings"}
    facts["warnings"] = [["skipped", {"count": 2}]]
    Version.objects.filter(pk=version.pk).update(facts=facts)
    page = viewer_client.get(version.dataset.get_absolute_url()).content.decode()
    assert "2 files could not be used and were skipped." in page
    assert "before the Data Doctor looked for duplicates" in page


def test_the_page_costs_as_many_queries_for_many_versions(
    viewer_client, ready, django_assert_max_num_queries
):
    version = ready(class_folders())
    for number in range(2, 30):
        Version.objects.create(dataset=version.dataset, number=number, parent=version)
    with django_assert_max_num_queries(10):
        page = viewer_client.get(version.dataset.get_absolute_url(), {"version": "1"})
    assert "Version 29, made from version 1: corrected by hand" in page.content.decode()


def test_names_on_the_cards_are_shown_as_text(editor_client, ready):
    files = copied(class_folders(), 9, "cat/<img src=x>{}.png")
    page = editor_client.get(ready(files).dataset.get_absolute_url()).content.decode()
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page


def test_the_upload_is_never_sent_back(viewer_client, ready):
    """A picture's file may hold more than the picture; only pixels leave the site."""
    secret = image(1) + b"<script>alert(1)</script>"
    version = ready(class_folders() | {"cat/evil.png": secret})
    for split, counts in version.facts["counts"].items():
        for index in range(sum(counts)):
            url = reverse("dataset-item", args=[version.dataset_id, split, index])
            assert b"script" not in viewer_client.get(url).content
