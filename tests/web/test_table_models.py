"""The page of a model of a table, its figures, the code on it, and trying it on a row."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
from django.urls import reverse

from automl_web.compute.models import Queue
from automl_web.datasets.models import Dataset, Version
from automl_web.registry import home, table_pages
from automl_web.registry.models import ModelVersion
from automl_web.registry.table_code import code
from automl_web.registry.table_form import columns_of, part_of
from automl_web.registry.try_table import predicted
from automl_web.runs.models import Run
from search.history import Candidate, Stage
from search.method import Context
from search.problems.tables import TABLES
from search.training.tables import data, export
from search.training.tables.evaluate import evaluate
from tests.made_tables import odd_table, prepared

CONFIG = {"model": "boosting", "boosting_rounds": 5, "boosting_leaf": 5}
PARTS = ("day", "month", "weekday")


def with_dates(folder, target, classes=None):
    """The odd table with a date more, as its preparation takes it apart, and a name that is HTML."""
    table, _ = odd_table()
    days = np.random.default_rng(1).integers(18_000, 19_000, len(table)).astype(np.float64)
    table["sold (day)"], table["sold (weekday)"] = days, (days + 3) % 7
    table["<b>bold</b>"] = np.arange(len(table), dtype=np.float64)
    prepared(folder, table, target, classes)
    meta = json.loads((folder / "meta.json").read_text())
    for column in meta["columns"]:
        if column["name"].startswith("sold"):
            column |= {"from": "sold", "part": column["name"][6:-1]}
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


def confirmed(root, folder):
    """A quick model of the table at home in `root`, and what its trial reported."""
    (root / "trial").mkdir(parents=True)
    problem = TABLES.problem(TABLES.usual_space().to_json(), folder)
    context = Context(seed=1, workdir=root / "trial", stage=Stage.CONFIRM)
    report = list(evaluate(problem, Candidate(CONFIG), context))[-1]
    (root / "model").mkdir()
    values = {**report.values, **report.costs}
    export.export(Candidate(CONFIG), folder, report.checkpoint, root / "model", values)
    return root, folder, values


@pytest.fixture(scope="session")
def of_classes(tmp_path_factory):
    root = tmp_path_factory.mktemp("table-classes")
    _, score = odd_table()
    labels = np.digitize(score, np.quantile(score, [0.5]))
    return confirmed(root, with_dates(root / "data", labels, ["cheap", "<i>dear</i>"]))


@pytest.fixture(scope="session")
def of_values(tmp_path_factory):
    root = tmp_path_factory.mktemp("table-values")
    return confirmed(root, with_dates(root / "data", 1e6 + 5e3 * odd_table()[1]))


def at_home(project, taken):
    """The model of a completed run of the project."""
    root, folder, values = taken
    meta = json.loads((folder / "meta.json").read_text())
    dataset = Dataset.objects.create(project=project, name="Houses")
    facts = {"task": meta["task"], "classes": meta["classes"], "findings": []}
    version = Version.objects.create(dataset=dataset, state="ready", kind="tables", facts=facts)
    shutil.copytree(folder, version.folder)
    run = Run.objects.create(
        project=project,
        name="A run",
        dataset=version,
        queue=Queue.objects.get_or_create(name="cpu")[0],
        space=TABLES.usual_space().to_json(),
        method="random_search",
        max_trials=1,
        state=Run.State.COMPLETED,
        taken_home=True,
    )
    run.trials.create(number=1, stage="confirm", state="complete", config=CONFIG, values=values)
    shutil.copytree(root / "model", run.folder / "model")
    card = json.loads((run.folder / "model" / "model.json").read_text())
    return ModelVersion.objects.create(run=run, trial=1, values=values, **home.told(card))


@pytest.fixture
def classifier(project, of_classes):
    return at_home(project, of_classes)


@pytest.fixture
def regressor(project, of_values):
    return at_home(project, of_values)


def page_of(client, model):
    answer = client.get(model.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_of_a_classifier_says_how_often_it_is_right_and_what_it_looks_at(
    owner_client, classifier
):
    page = page_of(owner_client, classifier)
    assert "of 60 test rows that no search has seen" in page
    assert "What it takes for what" in page
    assert "By how much the accuracy on the test part falls" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page


def test_the_page_of_a_regression_says_how_far_it_is_off_in_the_targets_units(
    owner_client, regressor
):
    page = page_of(owner_client, regressor)
    assert "In half of the test rows it is off by at most" in page
    assert "Predicted against true" in page
    assert "Residuals" in page


@pytest.mark.parametrize("name", ["importance", "predicted", "residuals"])
def test_figures_are_of_the_test_part_and_only_for_those_who_may_see_them(
    owner_client, outsider_client, regressor, name
):
    address = reverse("model-figure", args=[regressor.pk, name])
    figure = owner_client.get(address).json()
    assert figure["data"][0]["x"]
    assert "<b>" not in json.dumps(figure)
    assert outsider_client.get(address).status_code == 404


def test_a_classifier_has_no_figure_of_values_and_nobody_has_one_of_another_name(
    owner_client, classifier
):
    for name in ("predicted", "residuals", "else"):
        address = reverse("model-figure", args=[classifier.pk, name])
        assert owner_client.get(address).status_code == 404


def test_the_columns_are_told_in_the_order_of_what_they_matter(regressor):
    means = [each.mean for each in table_pages.importances(regressor)]
    assert means == sorted(means, reverse=True)
    assert {each.name for each in table_pages.importances(regressor)[:2]} == {"town", "size [m²]"}


def fields(model, **given):
    """What the form sends: a town, and what is given by the column's name."""
    columns = columns_of(model.run.dataset)
    places = {column["name"]: place for place, column in enumerate(columns)}
    return {f"column-{places[name]}": value for name, value in given.items()}


def test_a_row_is_answered_with_probabilities(owner_client, classifier):
    address = reverse("model-try", args=[classifier.pk])
    form = owner_client.get(address).content.decode()
    assert 'type="date"' in form
    assert "São Paulo" in form
    sent = fields(classifier, **{"size [m²]": "120", "town": "Bonn", "paid": "false"})
    answer = owner_client.post(address, sent | {"date-7": "2021-03-04"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "It takes this row for" in page
    assert "&lt;i&gt;dear&lt;/i&gt;" in page


def test_a_row_of_which_nothing_is_known_is_answered_too_in_the_targets_units(
    owner_client, regressor
):
    answer = owner_client.post(reverse("model-try", args=[regressor.pk]), {})
    assert "It predicts <strong>1,0" in answer.content.decode()


def test_what_is_no_number_is_told_beside_its_field(owner_client, regressor):
    sent = fields(regressor, **{"size [m²]": "large"})
    answer = owner_client.post(reverse("model-try", args=[regressor.pk]), sent)
    assert answer.status_code == 422
    assert "Enter a number." in answer.content.decode()


def test_a_category_that_is_not_offered_is_refused(owner_client, regressor):
    sent = fields(regressor, town="Nowhere")
    answer = owner_client.post(reverse("model-try", args=[regressor.pk]), sent)
    assert answer.status_code == 422


def test_a_model_that_went_missing_is_told_above_the_form(owner_client, regressor):
    (regressor.folder / "model.onnx").unlink()
    answer = owner_client.post(reverse("model-try", args=[regressor.pk]), {})
    assert answer.status_code == 422
    assert "The model could not be asked" in answer.content.decode()


def test_others_cannot_try_it(outsider_client, regressor):
    assert outsider_client.get(reverse("model-try", args=[regressor.pk])).status_code == 404


def test_the_answer_is_that_of_training(classifier, of_classes):
    _, folder, _ = of_classes
    rows = data.part(folder, "test").rows
    of_training = np.load(folder.parent / "trial" / "predictions.npy")
    columns = columns_of(classifier.run.dataset)
    for place in range(10):
        row = {name: None if value != value else value for name, value in rows.iloc[place].items()}
        assert predicted(classifier, columns, row) == pytest.approx(of_training[place], abs=1e-4)


def test_a_process_of_its_own_says_the_same(classifier, of_classes):
    root, _, _ = of_classes
    columns = columns_of(classifier.run.dataset)
    row = {"town": "Bonn", "size [m²]": 80.0}
    ended = subprocess.run(
        [sys.executable, "-m", "search.training.tables.predict", str(root / "model")],
        input=json.dumps(row),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ended.stdout) == pytest.approx(predicted(classifier, columns, row))


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_the_code_on_the_page_runs_beside_the_files(owner_client, request, kind):
    model = request.getfixturevalue(kind)
    written = code(columns_of(model.run.dataset), model.run.dataset.classes)
    assert written.strip() in unescape(page_of(owner_client, model))
    ended = subprocess.run(
        [sys.executable, "-c", written],
        cwd=model.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip()


def test_a_date_becomes_what_preparing_makes_of_it():
    import datetime

    date = datetime.date(2021, 3, 4)  # a Thursday
    assert [part_of(date, part) for part in PARTS] == [18690.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [(1034567.3, 4321.0, "1,034,567"), (1.23456, 0.034, "1.235"), (5.0, 0.0, "5.000")],
)
def test_a_value_has_as_many_places_as_its_error_is_worth(value, error, shown):
    assert table_pages.in_units(value, error) == shown


def test_without_results_the_page_still_says_what_it_knows():
    model = SimpleNamespace(results={}, values={})
    assert table_pages.off(model) == ""
    assert table_pages.importances(model) == []
