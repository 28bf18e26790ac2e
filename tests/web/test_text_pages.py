"""Text through the site: recognised, shown safely, corrected by its form, and mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl_web.datasets import tasks
from automl_web.datasets.kinds import recognise
from automl_web.datasets.models import Version
from tests.web.hostile import class_folders, zipped
from tests.web.texts import paragraphs, running_text, table


def recognised(path: Path, content: bytes | str) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return recognise(path, path.name).name


@pytest.fixture
def upload(editor_client, project):
    """Uploads a file and prepares it; the version."""

    def uploaded(name: str, content: str) -> Version:
        sent = {"file": SimpleUploadedFile(name, content.encode())}
        editor_client.post(reverse("dataset-new", args=[project.slug]), sent)
        return prepared(Version.objects.get())

    return uploaded


def prepared(version: Version) -> Version:
    tasks.prepare(version.pk)
    version.refresh_from_db()
    assert version.state == Version.State.READY, version.problem
    return version


def mended(client, version: Version, **fields: str) -> Version:
    """The next version, made by what is posted."""
    client.post(reverse("version-mend", args=[version.dataset_id, version.number]), fields)
    return prepared(version.dataset.versions.get(parent=version))


def test_texts_are_recognised_and_measurements_left_to_tables(tmp_path):
    numbers = "name,sex,age,town\n" + "Miss Elizabeth Mary Gladys Jones,f,29,Southampton\n" * 40
    sms = "".join(
        f"{('ham', 'spam')[n % 3 == 0]}\tSee you at the corner at {n}, will you?\n"
        for n in range(99)
    )
    assert recognised(tmp_path / "a.txt", "some words") == "text"
    assert recognised(tmp_path / "a.MD", "# some words") == "text"
    assert recognised(tmp_path / "a.csv", table(paragraphs())) == "text"
    assert recognised(tmp_path / "a.tsv", sms) == "text"
    assert recognised(tmp_path / "b.csv", "a,b\n1,2\n3,4\n") == "tables"
    assert recognised(tmp_path / "c.csv", numbers) == "tables"


def test_zips_are_of_what_most_of_their_files_are(tmp_path):
    files = {f"{n}.txt": b"some words" for n in range(9)}
    assert recognise(zipped(tmp_path / "a.zip", files), "a.zip").name == "text"
    images = class_folders() | {"read-me.txt": b"about these"}
    assert recognise(zipped(tmp_path / "b.zip", images), "b.zip").name == "images"


def test_running_text_is_shown_with_its_parts_and_taken_as_words_on_demand(editor_client, upload):
    version = upload("docs.txt", running_text())
    page = editor_client.get(version.dataset.get_absolute_url()).content.decode()
    assert "taken as characters" in page
    assert "the end of the text" in page
    chosen = {"kind": "running", "unit": "words", "lowercase": "on", "encoding": ""}
    other = mended(editor_client, version, **chosen)
    assert (other.facts["unit"], other.facts["lowercase"]) == ("words", True)
    page = editor_client.get(other.dataset.get_absolute_url()).content.decode()
    assert "taken as words, capitals as small letters" in page
    assert other.summary.endswith("words")


def test_texts_and_their_classes_are_shown_and_their_copies_left_out(editor_client, upload):
    rows = paragraphs()
    version = upload("docs.csv", table(rows + rows[:90]))
    page = editor_client.get(version.dataset.get_absolute_url())
    (card,) = (card for card in page.context["cards"] if card.fix == "Leave the copies out")
    assert "copies of others of their classes" in card.sentence
    other = mended(editor_client, version, fix=str(card.index))
    assert other.summary.endswith("texts · 4 classes")
    assert sum(other.facts["counts"].values()) < sum(version.facts["counts"].values())
    again = editor_client.get(version.dataset.get_absolute_url())
    assert "copies left out" in again.content.decode()
    assert card.fix not in {each.fix for each in again.context["cards"]}


def test_columns_are_corrected_and_a_class_needs_one_of_its_own(editor_client, upload):
    version = upload("docs.csv", table(paragraphs()))
    correct = reverse("version-mend", args=[version.dataset_id, version.number])
    fields = {"kind": "texts", "text": "text", "label": "text", "unit": "words"}
    answer = editor_client.post(correct, fields)
    assert answer.status_code == 422
    assert "Choose a column of its own" in answer.content.decode()
    unchanged = editor_client.post(correct, fields | {"label": "label"})
    assert "Nothing was changed" in unchanged.content.decode()


def test_a_table_taken_for_texts_can_be_taken_as_a_table(editor_client, upload):
    version = upload("docs.csv", table(paragraphs()))
    fields = {"kind": "tables", "text": "text", "label": "label", "unit": "words"}
    editor_client.post(reverse("version-mend", args=[version.dataset_id, 1]), fields)
    assert version.dataset.versions.get(number=2).options["kind"] == "tables"


def test_what_a_text_says_is_shown_and_never_run(viewer_client, upload):
    evil = "<script>alert({n})</script> {{{{ 7 * 7 }}}} %(name)s and words {n}"
    rows = [(evil.format(n=n), ("<b>bold</b>", "{% debug %}")[n % 2]) for n in range(200)]
    version = upload("evil.csv", table(rows))
    page = viewer_client.get(version.dataset.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert(" not in page
    assert "{{ 7 * 7 }}" in page
    assert "<b>bold</b>" not in page
    assert "Make a new version" not in page  # a viewer corrects nothing
