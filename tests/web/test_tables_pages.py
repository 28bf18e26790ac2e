"""A table's road through the site: uploaded, shown, corrected by a person, mended by a button."""

from __future__ import annotations

from pkgutil import resolve_name

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from automl_web.datasets.ingest import ingest
from automl_web.datasets.kinds import INTAKES, recognise
from automl_web.datasets.models import Version
from automl_web.datasets.order import Order, Prepared, Progress
from automl_web.datasets.refusals.of_files import NoKnownDataError
from automl_web.datasets.tables.page import figure
from tests.web.hostile import zipped
from tests.web.tables import flowers, houses

State = Version.State


def here(order: Order, progress: Progress) -> Prepared:
    """Prepares in this process, which saves the start of another; the corpus goes the whole way."""
    kind = INTAKES[order.kind] if order.kind else recognise(order.upload, order.name)
    prepared: Prepared = resolve_name(kind.prepare)(order, progress)
    return prepared


@pytest.fixture
def ready(editor_client, project, monkeypatch):
    """Uploads a file through the site and has it prepared, as a worker would."""
    monkeypatch.setattr("automl_web.datasets.ingest.prepare_confined", here)

    def make(content: pd.DataFrame | bytes, name: str = "flowers.csv") -> Version:
        data = (
            content.to_csv(index=False).encode() if isinstance(content, pd.DataFrame) else content
        )
        sent = {"file": SimpleUploadedFile(name, data)}
        answer = editor_client.post(reverse("dataset-new", args=[project.slug]), sent)
        assert answer.status_code == 302
        version = Version.objects.latest("pk")
        assert ingest(version)
        return version

    return make


def page_of(client, version: Version) -> str:
    return str(client.get(version.dataset.get_absolute_url()).content.decode())


def correction(client, version: Version) -> dict[str, str]:
    """What the form of the page holds."""
    form = client.get(version.dataset.get_absolute_url()).context["correction"]
    return {name: str(form[name].value()) for name in form.fields}


def corrected(client, version: Version, **changes: str):
    """Send the form with some fields changed."""
    url = reverse("version-mend", args=[version.dataset_id, version.number])
    return client.post(url, correction(client, version) | changes)


def latest(version: Version) -> Version:
    """The version that was made last, prepared."""
    made = version.dataset.versions.latest("number")
    ingest(made)
    return made


def test_the_page_says_what_is_predicted_and_from_what(editor_client, ready):
    version = ready(flowers(400))
    assert (version.kind, version.state, version.task) == ("tables", State.READY, "classification")
    assert version.metrics[0] == "val_accuracy"
    page = " ".join(page_of(editor_client, version).split())
    assert (
        '“<bdi translate="no">species</bdi>” is predicted, one of 2 classes, from 2 columns.'
        in page
    )
    for text in (
        "400 rows",
        "3 columns",
        "length",
        "3 different values",
        "15 % of each class",
        version.digest,
    ):
        assert text in page
    assert page.count("<svg") >= 3
    assert "style=" not in page.split("<main")[1].split("</main")[0]
    assert f"?dataset={version.pk}" in page


def test_the_page_of_a_regression_says_so(editor_client, ready):
    version = ready(houses(300), "houses.csv")
    page = page_of(editor_client, version)
    assert version.metrics[0] == "val_rmse"
    assert "is estimated, a number," in page
    assert "of low, middle and high values" in page
    listed = editor_client.get(reverse("datasets")).content.decode()
    assert "300 rows · 5 columns · a number to estimate" in listed


@pytest.mark.parametrize("name", ["flowers.csv", "flowers.tsv", "flowers.parquet", "flowers.zip"])
def test_every_promised_kind_of_file_is_taken(editor_client, ready, tmp_path, name):
    frame, path = flowers(100), tmp_path / "made"
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    elif name.endswith(".zip"):
        zipped(path, {"data/flowers.csv": frame.to_csv(index=False).encode(), "README.md": b"x"})
    else:
        frame.to_csv(path, index=False, sep="\t")
    version = ready(path.read_bytes(), name)
    assert (version.state, version.facts["rows"]) == (State.READY, 100)


def test_a_workbook_is_told_to_be_saved_as_csv(ready, tmp_path):
    path = zipped(tmp_path / "made", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    version = ready(path.read_bytes(), "book.xlsx")
    assert version.state == State.REFUSED
    assert "Save the sheet that counts as CSV" in version.problem


def test_what_is_no_table_by_its_name_is_nobodys(tmp_path):
    path = tmp_path / "made"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(NoKnownDataError):
        recognise(path, "made.h5")


def test_a_person_corrects_target_types_and_parts_and_the_test_rows_stay(editor_client, ready):
    first = ready(flowers(400))
    fields = {"type-0": "category", "validation": "25"}
    assert corrected(editor_client, first, **fields).status_code == 302
    second = latest(first)
    assert second.options["types"] == {"length": "category"}
    assert second.options["shares"] == {"validation": 0.25}
    assert (
        second.facts["columns"][0]["reason"] == "many"
        or second.facts["columns"][0]["type"] == "category"
    )
    assert second.facts["counts"]["test"] == first.facts["counts"]["test"]
    assert corrected(editor_client, first, target="length").status_code == 302
    third = latest(first)
    assert (third.facts["target"], third.facts["task"]) == ("length", "regression")
    assert corrected(editor_client, third, task="classification").status_code == 302
    assert "different values" in latest(first).problem


def test_a_person_corrects_how_the_file_is_read(editor_client, ready):
    text = "a;b;c\n" + "".join(f"1.{n:03};{n % 7}.5;x{n % 2}\n" for n in range(60))
    first = ready(text.encode(), "numbers.csv")
    assert first.facts["columns"][0]["high"] == pytest.approx(1.059)
    assert corrected(editor_client, first, decimal=",", header="no").status_code == 302
    second = latest(first)
    assert second.options["read"] == {"decimal": ",", "header": False}
    assert second.facts["columns"][0]["name"] == "column 1"


def test_a_table_with_a_column_of_text_can_be_taken_as_texts(editor_client, ready):
    frame = flowers(120).assign(other=[f"{n % 9}" * 60 for n in range(120)])
    frame.insert(0, "note", [f"was seen on day {n}" for n in range(120)])
    first = ready(frame)
    assert (first.kind, first.facts["columns"][0]["reason"]) == ("tables", "text")
    assert corrected(editor_client, first, kind="texts").status_code == 302
    options = first.dataset.versions.latest("number").options
    assert {"kind": "text", "task": "classification", "label": "species"}.items() <= options.items()
    assert "kind" not in correction(editor_client, ready(flowers(100)))


def test_a_form_without_a_change_or_with_nonsense_says_so(editor_client, ready):
    version = ready(flowers(200))
    for changes in ({}, {"target": "gone"}, {"test": "90"}, {"type-0": "nonsense"}):
        assert corrected(editor_client, version, **changes).status_code == 422
    both = corrected(editor_client, version, group="colour", target="colour")
    assert "This column is to be predicted" in both.content.decode()
    assert version.dataset.versions.count() == 1


def test_the_fix_of_a_finding_makes_a_version_without_it(editor_client, ready):
    frame = flowers(300)
    frame.insert(0, "answer_code", frame["species"].map({"rose": 7, "tulip": 2}))
    first = ready(frame)
    codes = [finding["code"] for finding in first.facts["findings"]]
    page = page_of(editor_client, first)
    assert "Column “answer_code” alone tells nearly every answer." in page
    url = reverse("version-mend", args=[first.dataset_id, 1])
    assert editor_client.post(url, {"fix": str(codes.index("leaking"))}).status_code == 302
    second = latest(first)
    assert "leaking" not in [finding["code"] for finding in second.facts["findings"]]
    assert "Version 2, made from version 1: 1 column left out" in page_of(editor_client, second)


def test_only_editors_correct_and_outsiders_find_nothing(viewer_client, outsider_client, ready):
    version = ready(flowers(200))
    url = reverse("version-mend", args=[version.dataset_id, 1])
    assert viewer_client.post(url, {"test": "20"}).status_code == 403
    assert outsider_client.post(url, {"test": "20"}).status_code == 404
    assert outsider_client.get(version.dataset.get_absolute_url()).status_code == 404
    assert "Prepare it differently" not in page_of(viewer_client, version)


def test_names_and_cells_that_bear_scripts_are_shown_as_text(editor_client, ready):
    frame = flowers(200).rename(columns={"colour": "<img src=x>", "length": '{{ 7 * 7 }}"'})
    frame["<img src=x>"] = frame["<img src=x>"].replace(
        {"red": "<script>alert(1)</script>", "white": "=1+1"}
    )
    version = ready(frame)
    page = page_of(editor_client, version)
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert "=1+1" in page


def test_a_table_of_many_columns_is_shown_in_part(editor_client, ready):
    wide = pd.DataFrame(
        {f"x{n}": [float(i * n % 7) + n / 9 for i in range(40)] for n in range(210)}
    )
    version = ready(wide.assign(y=["a", "b"] * 20))
    page = page_of(editor_client, version)
    assert "and 11 more" in page
    assert "type-100" not in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (3.0, "3"),
        (1234567.0, "1,234,567"),
        (0.012345, "0.0123"),
        (12.3456, "12.3"),
        (1e-9, "1.00e-09"),
        (5e12, "5.00e+12"),
    ],
)
def test_numbers_are_shown_with_three_digits(value, shown):
    with override("en"):
        assert figure(value) == shown
