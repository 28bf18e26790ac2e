"""The run form, the pages of runs and trials, and search spaces: every bad value beside its field."""

from __future__ import annotations

import csv
import html
import io
import json

import pytest
from django.urls import reverse

from automl_web.runs import schedule
from automl_web.runs.chosen_space import ready_made
from automl_web.runs.forms import OptionsForm
from automl_web.runs.models import Run, SearchSpace
from automl_web.runs.reasons import REASONS
from automl_web.runs.record import Progress, finish, record
from automl_web.runs.space_form import RangesForm
from search.history import TrialState
from search.methods import METHODS
from search.options import describe
from search.problems.image_space import HYPERPARAMETERS
from search.space import Space


@pytest.fixture
def filled(version, queue):
    """What a person sends who changes nothing."""
    return {
        "name": "First",
        "dataset": version.pk,
        "space": "",
        "method": "hyperband",
        "max_trials": 20,
        "concurrency": 2,
        "seed": 7,
        "queue": queue.pk,
        "request_key": "k1",
        "option-eta": 3,
        "option-min_epochs": 1,
        "option-max_epochs": 9,
        "option-brackets": "table",
        "option-cycles": 1,
    }


def post(client, project, data):
    return client.post(reverse("run-new", args=[project.slug]), data)


def test_a_run_begins_with_what_was_chosen(editor_client, project, filled, version, bob):
    response = post(editor_client, project, filled)
    run = Run.objects.get()
    assert response.url == run.get_absolute_url()
    assert (run.state, run.method, run.seed, run.created_by) == ("running", "hyperband", 7, bob)
    assert run.options == {
        "fidelity": "",
        "eta": 3,
        "min_epochs": 1,
        "max_epochs": 9,
        "brackets": "table",
        "cycles": 1,
    }
    assert run.space == ready_made("images")


def test_sending_the_form_twice_starts_one_run(editor_client, project, filled):
    assert post(editor_client, project, filled).url == post(editor_client, project, filled).url
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("dataset", "999", "Select a valid choice."),
        ("method", "magic", "Select a valid choice."),
        ("max_trials", "0", "greater than or equal to 1"),
        ("max_trials", "many", "Enter a whole number."),
        ("concurrency", "0", "greater than or equal to 1"),
        ("seed", "-1", "greater than or equal to 0"),
        ("queue", "999", "Select a valid choice."),
        ("option-eta", "1", "Must be at least 2."),
        ("option-eta", "2.5", "Enter a whole number."),
        ("option-max_epochs", "", None),  # left out: the default
        ("option-min_epochs", "10", "Must not be less than the shortest training."),
        ("option-brackets", "round", "Choose one of: table, algorithm."),
    ],
)
def test_a_bad_value_is_answered_beside_its_field(
    editor_client, project, filled, field, value, sentence
):
    response = post(editor_client, project, filled | {field: value})
    if sentence is None:
        assert response.status_code == 302
        return
    assert response.status_code == 422
    assert Run.objects.count() == 0
    forms = [response.context["form"], response.context["options"]]
    assert any(sentence in str(errors) for form in forms for errors in form.errors.values())
    assert sentence in response.content.decode()


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda m: m.name)
def test_the_form_shows_every_option_that_a_method_declares(editor_client, project, method):
    url = reverse("run-options", args=[project.slug])
    page = html.unescape(editor_client.get(url, {"method": method.name}).content.decode())
    for option in describe(method.options):
        assert f'name="option-{option.name}"' in page
        assert option.title in page
    form = OptionsForm(method.name, {})
    assert form.is_valid()
    assert form.options == method.options()


def test_a_project_without_a_ready_dataset_says_what_comes_first(editor_client, project):
    page = editor_client.get(reverse("run-new", args=[project.slug])).content.decode()
    assert "Upload a dataset" in page


def test_a_foreign_dataset_is_no_choice(outsider_client, mallory, filled):
    own = mallory.projects.get()
    response = outsider_client.post(reverse("run-new", args=[own.slug]), filled)
    assert response.status_code == 422
    assert Run.objects.count() == 0


@pytest.fixture
def run(start, devices):
    """A run with a complete, a failed and a waiting trial."""
    run = start(max_trials=3, concurrency=3, name="<b>Bold & 'brave'</b>")
    schedule.advance(run.pk)
    for accuracy in (0.8, None):
        claim = schedule.claim("cpu", devices[0])
        if accuracy is None:
            finish(claim, TrialState.FAILED, seconds=1, reason="diverged", detail="Traceback")
        else:
            progress = Progress([(1, {"val_accuracy": accuracy, "params": 1234.0})], ["epoch 1"])
            record(claim, progress, seconds=1)
            finish(claim, TrialState.COMPLETE, seconds=1, loss=-accuracy)
    run.refresh_from_db()
    return run


def test_the_page_of_a_run_arrives_with_its_state_and_reads_without_a_script(viewer_client, run):
    response = viewer_client.get(run.get_absolute_url())
    page = response.content.decode()
    live = response.context["live"]
    assert live["seq"] == run.seq
    assert live["state"]["best"] == 1
    assert "80.0 %" in page
    assert "1,234" in page
    assert "<b>Bold" not in page
    assert "&lt;b&gt;Bold" in page


def test_a_failed_trial_says_why_in_a_sentence(viewer_client, run):
    page = viewer_client.get(reverse("trial", args=[run.pk, 2])).content.decode()
    assert str(REASONS["diverged"]) in page
    assert "Traceback" in page


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_trials_come_as_csv_in_which_nothing_is_a_formula(viewer_client, run, begin):
    formula = f'{begin}HYPERLINK("http://evil")'
    run.trials.filter(number=1).update(config={"optimiser": formula, "width": -8})
    text = viewer_client.get(reverse("trials", args=[run.pk]), {"format": "csv"}).content.decode()
    assert text.startswith("number,stage,state,reason,cost_s,")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 3
    assert (rows[0]["optimiser"], rows[0]["width"]) == (f"'{formula}", "-8")


def test_an_editor_pauses_resumes_and_cancels_with_buttons(editor_client, run):
    for name, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        editor_client.post(reverse(f"run-{name}", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == state


def test_a_button_pressed_too_late_changes_nothing_and_says_so(editor_client, run):
    editor_client.post(reverse("run-cancel", args=[run.pk]))
    response = editor_client.post(reverse("run-resume", args=[run.pk]), follow=True)
    assert "moved on in the meantime" in response.content.decode()
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_waiting_trial_is_stopped_with_a_button(editor_client, run):
    editor_client.post(reverse("trial-stop", args=[run.pk, 3]))
    assert run.trials.get(number=3).state == "cancelled"


def test_the_list_keeps_the_runs_in_one_state(viewer_client, run):
    assert viewer_client.get(reverse("runs"), {"state": "running"}).context["page"].object_list
    assert not viewer_client.get(reverse("runs"), {"state": "failed"}).context["page"].object_list


def test_pages_ask_the_database_no_more_for_more_trials(
    viewer_client, run, django_assert_max_num_queries
):
    for address in (run.get_absolute_url(), reverse("trials", args=[run.pk]), reverse("runs")):
        with django_assert_max_num_queries(27):
            viewer_client.get(address)


# Search spaces


def ranges(**changed):
    """What the form of the ready-made space sends, with some answers changed."""
    form = RangesForm(ready_made("images"), HYPERPARAMETERS)
    data = {name: field.initial for name, field in form.fields.items()}
    return {**data, "name": "Mine", "form": "ranges", **changed}


def save(client, project, data):
    return client.post(reverse("space-new", args=[project.slug]), data)


def test_the_ready_made_space_is_copied_unchanged(editor_client, project):
    save(editor_client, project, ranges())
    kept = SearchSpace.objects.get()
    assert Space.from_json(kept.document).to_json() == ready_made("images")


def test_a_narrower_range_is_what_is_drawn_from(editor_client, project, rng):
    save(editor_client, project, ranges(**{"width-from": 16, "width-to": 17}))
    space = Space.from_json(SearchSpace.objects.get().document)
    assert {space.sample(rng)["width"] for _ in range(20)} <= {16, 17}


def test_a_range_of_one_value_fixes_it(editor_client, project, rng):
    save(editor_client, project, ranges(**{"layers-from": 3, "layers-to": 3}))
    space = Space.from_json(SearchSpace.objects.get().document)
    assert space.sample(rng)["layers"] == 3


def test_what_hangs_on_a_choice_that_is_taken_away_no_longer_hangs_on_it(
    editor_client, project, rng
):
    response = save(editor_client, project, ranges(optimiser=["adam"]))
    assert response.status_code == 302
    space = Space.from_json(SearchSpace.objects.get().document)
    assert space.sample(rng)["optimiser"] == "adam"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"width-from": 64, "width-to": 8}, "width-to", "Must not be less than where it begins."),
        ({"learning_rate-to": 100}, "learning_rate-to", "less than or equal to 10"),
        ({"optimiser": []}, "optimiser", "Leave at least one."),
        ({"layers-from": "two"}, "layers-from", "Enter a whole number."),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_a_bad_range_is_answered_beside_its_field(editor_client, project, changed, field, sentence):
    response = save(editor_client, project, ranges(**changed))
    assert response.status_code == 422
    assert sentence in str(response.context["ranges"].errors[field])
    assert not SearchSpace.objects.exists()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "This is not JSON: line 1"),
        ("[]", "A search space is a JSON object."),
        ("{}", "This is not a search space"),
        ('{"hyperparameters": []}', "at least one hyper-parameter"),
        (
            '{"hyperparameters": [{"type": "constant", "name": "__import__", "value": 1}]}',
            "__import__",
        ),
    ],
)
def test_json_that_is_no_space_is_refused_in_words(editor_client, project, document, sentence):
    response = save(editor_client, project, {"form": "json", "name": "Mine", "document": document})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not SearchSpace.objects.exists()


def test_a_space_goes_through_json_and_back(editor_client, project):
    text = json.dumps(ready_made("images"))
    save(editor_client, project, {"form": "json", "name": "Mine", "document": text})
    assert SearchSpace.objects.get().document == ready_made("images")


def test_a_run_keeps_the_space_it_began_with(editor_client, project, filled):
    save(editor_client, project, ranges())
    space = SearchSpace.objects.get()
    post(editor_client, project, filled | {"space": space.pk})
    editor_client.post(space.get_absolute_url(), ranges(**{"width-from": 99, "width-to": 100}))
    assert Run.objects.get().space == ready_made("images")
    space.refresh_from_db()
    assert space.document != ready_made("images")
