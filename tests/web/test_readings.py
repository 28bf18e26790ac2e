"""What a file is taken for where its name does not tell, and that the other reading is a button away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from automl_web.datasets.confine import prepare_confined
from automl_web.datasets.ingest import ingest
from automl_web.datasets.kinds import recognise
from automl_web.datasets.models import Version
from automl_web.datasets.order import Order, in_silence
from automl_web.datasets.refusals.of_tables import DamagedTableError
from automl_web.datasets.text.columnar import Columnar
from automl_web.datasets.text.lines import hashes_of, without
from tests.web.hostile import uploaded
from tests.web.tables import flowers
from tests.web.test_mend import card, press
from tests.web.texts import paragraphs, running_text, written

SPAM = "".join(
    f"{('ham', 'spam')[n % 3 == 0]}\tSee you at the corner at {n}, will you?\n" for n in range(99)
)
VERSE = "".join(f"The sun is up at {n} and so am I,\n" for n in range(99))
GLOSSARY = "".join(f"word{n}\twhat it means in so many words, {n}\n" for n in range(99))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (flowers(99).to_csv(index=False), "tables"),
        (flowers(99).to_csv(index=False, sep="\t", header=False), "tables"),
        (flowers(99).to_csv(index=False, sep=";", decimal=","), "tables"),
        (SPAM, "text"),
        (VERSE, "text"),
        (GLOSSARY, "text"),
        (running_text(), "text"),
        ("a,b\n1,2\n3,4\n", "text"),
    ],
    ids=["commas", "tabs", "semicolons", "spam", "verse", "glossary", "prose", "two rows"],
)
def test_a_txt_whose_lines_are_rows_is_a_table(tmp_path, content, kind):
    file = written(tmp_path / "a.txt", content)
    assert recognise(file, file.name).name == kind


@pytest.fixture
def ready(project, bob, tmp_path):
    """Makes a version of a file, ready to be looked at."""

    def make(name: str, content: str) -> Version:
        version = uploaded(project, bob, written(tmp_path / name, content))
        assert ingest(version)
        assert version.state == Version.State.READY, version.problem
        return version

    return make


def test_a_txt_that_is_a_table_says_so_and_can_be_taken_as_a_text(editor_client, ready):
    version = ready("flowers.txt", flowers(400).to_csv(index=False))
    assert version.kind == "tables"
    assert "all lines have 3 cells" in card(editor_client, version, "text_as_table").sentence
    other = press(editor_client, version, "text_as_table")
    assert (other.kind, other.facts["task"]) == ("text", "language")


def test_texts_in_a_txt_are_told_apart_and_can_be_taken_as_a_table(editor_client, ready):
    version = ready("spam.txt", SPAM)
    assert (version.kind, version.classes) == ("text", ["ham", "spam"])
    assert card(editor_client, version, "rows_as_texts").fix == "Take it as a table"


def test_a_text_with_lines_like_rows_says_that_it_may_be_a_table(editor_client, ready):
    version = ready("glossary.txt", GLOSSARY)
    assert version.facts["task"] == "language"
    assert (
        "100 % of the lines have 2 cells" in card(editor_client, version, "lines_as_rows").sentence
    )


def test_what_a_text_is_taken_for_is_chosen_in_its_form(editor_client, ready):
    version = ready("spam.txt", SPAM)
    page = editor_client.get(version.dataset.get_absolute_url())
    choices = dict(page.context["correction"].fields["kind"].choices)
    assert list(choices) == ["tables", "texts", "running"]
    fields = {"kind": "running", "text": "column 2", "label": "column 1", "unit": "words"}
    url = reverse("version-mend", args=[version.dataset_id, 1])
    assert editor_client.post(url, fields).status_code == 302
    other = version.dataset.versions.get(number=2)
    assert ingest(other)
    other.refresh_from_db()
    assert other.facts["task"] == "language"


def test_free_text_in_a_table_can_be_learnt_from_instead(editor_client, ready):
    frame = flowers(300)
    frame.insert(0, "note", [f"it was seen in the garden on day {n}" for n in range(300)])
    frame["origin"] = [f"a garden of {n % 7} beds " * 9 for n in range(300)]
    frame["species"] = frame.pop("species")
    version = ready("notes.csv", frame.to_csv(index=False))
    assert version.kind == "tables"
    other = press(editor_client, version, "left_out_text")
    assert (other.kind, other.facts["label"]) == ("text", "species")


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_a_parquet_file_of_texts_is_told_apart(tmp_path):
    texts, labels = zip(*paragraphs(), strict=True)
    stars = np.arange(len(texts)) % 2
    file = parquet(tmp_path / "a.parquet", text=texts, label=labels, stars=stars)
    result = prepare_confined(Order(file, tmp_path / "ready", name=file.name), in_silence)
    assert result.kind == "text"
    assert result.items == len(texts)
    assert (result.facts["text"], set(result.facts["classes"])) == ("text", set(labels))
    options = {"kind": "tables", "task": ""}
    order = Order(file, tmp_path / "other", name=file.name, kind="tables", options=options)
    assert prepare_confined(order, in_silence).kind == "tables"


def test_a_parquet_file_of_measurements_stays_a_table(tmp_path):
    frame = flowers(200)
    file = parquet(tmp_path / "a.parquet", **{name: list(frame[name]) for name in frame})
    result = prepare_confined(Order(file, tmp_path / "ready", name=file.name), in_silence)
    assert result.kind == "tables"


def test_of_parquet_all_that_can_be_written_is_read_as_words(tmp_path):
    file = parquet(
        tmp_path / "a.parquet",
        text=["one", None],
        number=[1, 2],
        day=pd.to_datetime(["2020-01-02", "2020-02-03"]),
        kind=pa.array(["x", "y"]).dictionary_encode(),
        lists=[[1], [2]],
    )
    with file.open("rb") as source:
        rows = Columnar(source)
        assert rows.names == ["text", "number", "day", "kind"]
        assert [cells[0] for cells in rows] == ["one", ""]
        assert rows.head[0][1::2] == ["1", "x"]


def test_a_damaged_parquet_file_is_refused(tmp_path):
    file = tmp_path / "a.parquet"
    file.write_bytes(b"PAR1" + b"nonsense" * 99 + b"PAR1")
    with pytest.raises(DamagedTableError), file.open("rb") as source:
        Columnar(source)


def test_only_long_lines_that_are_among_others_are_left_out():
    long, other = "x" * 60, "y" * 60
    pieces = [f"{long}\nshort\n{oth}" for oth in (other[:30],)] + [f"{other[30:]}\nshort"]
    assert "".join(without(pieces, hashes_of([f"{long}\nshort"]))) == f"short\n{other}\nshort"


def test_the_page_counts_kilobytes_of_a_long_text(viewer_client, ready):
    version = ready("docs.txt", running_text())
    url = reverse("dataset-progress", args=[version.dataset_id])
    for stage, told in (
        ("reading_text", "Preparing the text: 7 of 40 kB."),
        ("checking_text", "The Data Doctor reads the text: 7 of 40 kB."),
    ):
        far = {"done": 7, "total": 40, "facts": {"stage": stage}}
        Version.objects.filter(pk=version.pk).update(state=Version.State.PREPARING, **far)
        assert told in viewer_client.get(url).content.decode()
