"""What is promised of images that are prepared differently: size, groups, classes, and the test part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from automl_web.datasets.images.form import ImageForm
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.ingest import ingest
from automl_web.datasets.mending import joined
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.order import Order, Prepared
from automl_web.datasets.store import add_version
from tests.web.hostile import class_folders, encoded, image, uploaded, zipped


def patients(count: int = 10, each: int = 4) -> dict[str, bytes]:
    """Class folders in which each patient has some images in both classes."""
    return {
        f"{label}/patient{p}_{n}.png": image(1000 * index + 10 * p + n, side=16)
        for index, label in enumerate(("ill", "well"))
        for p in range(count)
        for n in range(each)
    }


class Lineage:
    """Versions of one zip, each mending the one before."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder, self.zip = folder, zipped(folder / "a.zip", files)
        self.count = 0
        self.options: dict[str, Any] = {}

    def mend(self, **patch: Any) -> Prepared:
        earlier = self.folder / str(self.count) if self.count else None
        self.count += 1
        self.options = joined(self.options, patch)
        order = Order(self.zip, self.latest, options=self.options, earlier=earlier)
        return prepare(order)

    @property
    def latest(self) -> Path:
        return self.folder / str(self.count)

    def names(self, split: str) -> set[str]:
        return set(self.items["names"][split])

    @property
    def items(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.latest / "items.json").read_text())
        return document


@pytest.mark.parametrize(
    ("side", "expected"), [(8, (8, 8)), (64, (32, 64)), (224, (112, 224)), (0, (48, 96))]
)
def test_a_chosen_side_is_the_longer_one_in_the_common_proportions(tmp_path, side, expected):
    rng = np.random.default_rng(0)
    files = {
        f"{'cat' if n % 2 else 'dog'}/{n}.png": encoded(
            Image.fromarray(rng.integers(0, 256, (60, 120, 3), dtype=np.uint8))
        )
        for n in range(12)
    }
    result = Lineage(tmp_path, files).mend(side=side)
    assert (result.facts["height"], result.facts["width"]) == expected
    assert np.load(tmp_path / "1" / "train-images.npy").shape[2:] == expected


def test_small_images_are_made_larger_where_that_is_chosen(tmp_path):
    result = Lineage(tmp_path, class_folders()).mend(side=32)
    assert (result.facts["height"], result.facts["width"]) == (32, 32)


def test_the_test_part_stays_through_every_mend(tmp_path):
    lineage = Lineage(tmp_path, class_folders(("cat", "dog", "fox"), 40))
    lineage.mend()
    test = lineage.names("test")
    ids = dict(zip(lineage.items["names"]["test"], lineage.items["test"], strict=True))
    left_out = sorted(test)[:3]
    patches: list[dict[str, Any]] = [
        {"side": 16},
        {"merge": {"fox": "dog"}},
        {"shares": {"validation": 0.3}},
        {"drop": [ids[name] for name in left_out]},
    ]
    for patch in patches:
        result = lineage.mend(**patch)
        assert lineage.names("test") == test - (set(left_out) if "drop" in patch else set())
    assert result.facts["classes"] == ["cat", "dog"]
    assert (result.facts["height"], result.facts["shares"]["validation"]) == (16, 0.3)


def test_what_is_dropped_is_in_no_part(tmp_path):
    lineage = Lineage(tmp_path, class_folders(each=30))
    lineage.mend()
    first = lineage.items
    gone = first["names"]["test"][0]
    lineage.mend(drop=[first["test"][0]])
    kept = {name for split in ("train", "validation", "test") for name in lineage.names(split)}
    assert kept == set(class_folders(each=30)) - {gone}


def test_a_version_of_before_items_were_named_hands_its_test_part_on(tmp_path):
    lineage = Lineage(tmp_path, class_folders(each=30))
    lineage.mend()
    test = lineage.names("test")
    (lineage.latest / "items.json").unlink()
    lineage.mend(merge={})
    assert lineage.names("test") == test


def test_patients_lie_in_one_part_once_they_are_chosen_as_groups(tmp_path):
    lineage = Lineage(tmp_path, patients())
    loose = lineage.mend()
    assert {"pattern": "before:_", "groups": 10, "file": "patient0_0.png", "part": "patient0"} in (
        loose.facts["groupings"]
    )
    result = lineage.mend(group="before:_")
    parts = [
        {name.split("/")[1].split("_")[0] for name in lineage.names(split)}
        for split in ("train", "validation", "test")
    ]
    assert sum(map(len, parts)) == len(set().union(*parts)) == 10
    assert result.facts["groups"] == 10
    assert "drawn_anew" in {finding["code"] for finding in result.facts["findings"]}
    test = lineage.names("test")
    again = lineage.mend(side=24)
    assert lineage.names("test") == test
    assert "drawn_anew" not in {finding["code"] for finding in again.facts["findings"]}


def test_another_share_of_test_images_draws_them_anew_and_says_so(tmp_path):
    lineage = Lineage(tmp_path, class_folders(each=40))
    lineage.mend()
    result = lineage.mend(shares={"test": 0.3})
    assert len(lineage.names("test")) == 24
    assert "drawn_anew" in {finding["code"] for finding in result.facts["findings"]}


def test_groups_may_stand_in_a_column(tmp_path):
    files = class_folders(each=40)
    lines = [f"{name},person {n % 20}" for n, name in enumerate(files)]
    files["people.csv"] = "\n".join(["file,person", *lines]).encode()
    lineage = Lineage(tmp_path, files)
    lineage.mend(labels="folders", group="column:person")
    person = dict(line.split(",") for line in lines)
    parts = [{person[n] for n in lineage.names(s)} for s in ("train", "validation", "test")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == 20


# The form that offers all this.


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> dict[str, Any]:
    return Lineage(tmp_path_factory.mktemp("patients"), patients()).mend().facts


@pytest.fixture
def version(project, facts):
    dataset = Dataset.objects.create(project=project, name="Patients")
    return Version.objects.create(dataset=dataset, state=Version.State.READY, facts=facts)


def test_the_form_offers_the_groups_that_the_names_make(version):
    form = ImageForm(version)
    assert set(form.fields) == {"side", "group", "validation", "test"}
    choices = dict(form.fields["group"].choices)
    assert choices["before:_"] == (
        "Its name before the first “_”: 10 groups, “patient0” of “patient0_0.png”"
    )
    assert form.initial["validation"] == form.initial["test"] == 15


def test_the_form_changes_only_what_was_changed(version):
    sent = {"side": "32", "group": "before:_", "validation": "15", "test": "15"}
    form = ImageForm(version, sent)
    assert form.is_valid()
    assert form.options == {"side": 32, "group": "before:_"}
    form = ImageForm(version, {**sent, "side": "", "group": "", "validation": "20"})
    assert form.is_valid()
    assert form.options == {"shares": {"validation": 0.2}}


@pytest.mark.parametrize(
    "changed",
    [{}, {"side": "7"}, {"side": "225"}, {"group": "made up"}, {"test": "0"}, {"validation": "99"}],
)
def test_the_form_refuses_what_cannot_be(version, changed):
    sent = {"side": "", "group": "", "validation": "15", "test": "15", **changed}
    assert not ImageForm(version, sent).is_valid()


def test_the_form_on_the_page_makes_the_next_version(editor_client, project, bob, tmp_path):
    """From a folder of images with a list of labels to groups that lie in one part each."""
    files = {name.replace("/", "_"): content for name, content in patients().items()}
    lines = [f"{name};{name.split('_')[0]};{name.split('_')[1]}" for name in files]
    files["list <b>.csv"] = "\n".join(["image;diagnosis;patient", *lines]).encode()
    first = uploaded(project, bob, zipped(tmp_path / "photos.zip", files))
    assert ingest(first)
    page = editor_client.get(first.dataset.get_absolute_url()).content.decode()
    assert 'column “<bdi translate="no">diagnosis</bdi>” of “<bdi translate="no">list &lt;b' in page
    sent = {"side": "", "labels": "list:diagnosis", "group": "column:patient"}
    url = reverse("version-mend", args=[first.dataset_id, 1])
    answer = editor_client.post(url, {**sent, "validation": "15", "test": "2"})
    assert (answer.status_code, Version.objects.count()) == (422, 1)
    answer = editor_client.post(url, {**sent, "validation": "15", "test": "15"})
    assert answer.status_code == 302
    second = Version.objects.get(number=2)
    assert second.options["group"] == "column:patient"
    assert ingest(second)
    page = editor_client.get(first.dataset.get_absolute_url()).content.decode()
    assert "The images are in 10 groups, and none of them lies in two parts." in page


def test_a_grouping_that_cannot_be_is_refused_in_words(editor_client, project, bob, tmp_path):
    first = uploaded(project, bob, zipped(tmp_path / "a.zip", patients()))
    assert ingest(first)
    second = add_version(first.dataset, first.source, {"group": "folder"}, parent=first)
    assert ingest(second)
    assert "“ill” cannot be in every part: only 1 images or groups" in second.problem
    first.refresh_from_db()
    assert first.source.path.exists()
