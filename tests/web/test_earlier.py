"""Runs that begin with what is known: earlier runs and files, as far as they fit the space."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from automl_web.runs import earlier_form, schedule
from automl_web.runs.chosen_space import ready_made
from automl_web.runs.earlier import fitted, of_run
from automl_web.runs.history import asked, history_of, problem_of
from automl_web.runs.models import Run, SearchSpace
from automl_web.runs.record import Progress, finish, record
from automl_web.runs.replay import replayed
from search.history import TrialState
from search.space import Space
from tests.web.test_run_pages import filled, post

__all__ = ["filled"]


@pytest.fixture
def before(start, devices):
    """A run of six trials, of which the second failed and the fifth was best."""
    run = start(max_trials=6, concurrency=2, name="Before")
    for _ in range(20):
        schedule.advance(run.pk)
        claim = schedule.claim("cpu", devices[0])
        if claim is None:
            break
        accuracy = 0.9 if claim.number == 5 else 0.1 * claim.number
        record(claim, Progress([(1, {"val_accuracy": accuracy})]), seconds=1)
        state = TrialState.FAILED if claim.number == 2 else TrialState.COMPLETE
        finish(claim, state, seconds=1, loss=-accuracy)
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def sent(filled):
    return filled | {"method": "random_search"}


def begun(client, project, data):
    response = post(client, project, data)
    assert response.status_code == 302, response.context["earlier"].errors
    return Run.objects.latest("pk")


def refused(client, project, data, field):
    runs = Run.objects.count()
    response = post(client, project, data)
    assert response.status_code == 422
    assert Run.objects.count() == runs
    return str(response.context["earlier"].errors[field])


def test_a_run_knows_what_an_earlier_one_has_tried(editor_client, project, before, sent):
    run = begun(editor_client, project, sent | {"earlier-runs": [before.pk]})
    (known,) = history_of(run, problem_of(run)).earlier
    assert [trial.state for trial in known].count("failed") == 1
    assert len(known) == 6
    assert known.incumbent().candidate.config == before.trials.get(number=5).config
    page = editor_client.get(run.get_absolute_url()).content.decode()
    assert "6 trials of “Before” are known." in page
    assert "Began with 6 trials of" in page


def test_what_was_known_stays_whatever_becomes_of_the_earlier_run(
    editor_client, project, before, sent
):
    run = begun(editor_client, project, sent | {"earlier-runs": [before.pk]})
    known = history_of(run, problem_of(run)).earlier
    before.delete()
    assert history_of(run, problem_of(run)).earlier == known


def test_the_best_are_tried_first_and_the_method_goes_on_from_there(
    editor_client, project, before, sent, devices
):
    chosen = {"earlier-runs": [before.pk], "earlier-best": 2, "max_trials": 5}
    run = begun(editor_client, project, sent | chosen)
    for _ in range(20):
        schedule.advance(run.pk)
        if claim := schedule.claim("cpu", devices[0]):
            record(claim, Progress([(1, {"val_accuracy": 0.5})]), seconds=1)
            finish(claim, TrialState.COMPLETE, seconds=1, loss=-0.5)
    first, second, third, *others, _confirmed = run.trials.order_by("number")
    assert [first.config, second.config] == [before.trials.get(number=n).config for n in (5, 6)]
    assert (first.memo, second.memo, third.memo) == ({"given": 0}, {"given": 1}, {})
    assert len(others) == 2
    page = editor_client.get(first.get_absolute_url()).content.decode()
    assert "Number 1 of the 2 best of earlier trials" in page
    rows = run.trials.select_related("run__dataset").order_by("number")
    assert [replayed(row) for row in rows] == [asked(row) for row in rows]


def narrow(project, **ends):
    document = ready_made("images")
    for entry in document["hyperparameters"]:
        entry.update(ends.get(entry["name"], {}))
    return SearchSpace.objects.create(project=project, name="Narrow", document=document)


def test_what_lies_beyond_another_space_is_left_out_and_said(editor_client, project, before, sent):
    widths = sorted(before.trials.exclude(stage="confirm").values_list("config__width", flat=True))
    ends = {"lower": widths[0], "upper": widths[2], "default_value": widths[0]}
    space = narrow(project, width=ends)
    run = begun(editor_client, project, sent | {"earlier-runs": [before.pk], "space": space.pk})
    (known,) = history_of(run, problem_of(run)).earlier
    assert {t.candidate.config["width"] for t in known} == set(widths[:3])
    page = editor_client.get(run.get_absolute_url()).content.decode()
    assert "Beyond the space, and left out: 3." in page


def test_an_earlier_run_of_which_nothing_fits_is_refused(editor_client, project, before, sent):
    space = narrow(project, width={"lower": 33, "upper": 40, "default_value": 33})
    said = refused(
        editor_client, project, sent | {"earlier-runs": [before.pk], "space": space.pk}, "runs"
    )
    assert "No trial of “Before” lies in this space; 6 are beyond it." in said


def test_the_best_of_nothing_is_refused(editor_client, project, sent):
    said = refused(editor_client, project, sent | {"earlier-best": 3}, "best")
    assert "Choose a run or a file" in said


def test_a_run_of_another_project_is_no_choice(editor_client, project, before, sent, mallory):
    Run.objects.filter(pk=before.pk).update(project=mallory.projects.get())
    said = refused(editor_client, project, sent | {"earlier-runs": [before.pk]}, "runs")
    assert "Select a valid choice" in said


def csv_file(text):
    return SimpleUploadedFile("trials.csv", text.encode(), "text/csv")


def test_a_table_of_trials_is_known_and_what_it_does_not_tell_is_taken_as_usual(
    editor_client, project, sent
):
    text = "width,learning_rate,colour,value\n9,0.01,red,0.7\n20,0.02,blue,0.9\n9000,0.1,red,0.8\n"
    run = begun(editor_client, project, sent | {"earlier-file": csv_file(text), "earlier-best": 1})
    (known,) = history_of(run, problem_of(run)).earlier
    assert [(t.candidate.config["width"], t.loss) for t in known] == [(9, -0.7), (20, -0.9)]
    assert run.first[0]["config"]["width"] == 20
    page = editor_client.get(run.get_absolute_url()).content.decode()
    for said in (
        "Beyond the space, and left out: 1.",
        "ignored: colour.",
        "taken as usual: augment",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("width,value\n9,good\n", "Line 2: “good” is no finite number."),
        ("breadth,value\n9,1\n", "Nothing in this file is called as in the space: augmentation"),
        ("width,value\n9000,1\n", "No trial of “trials.csv” lies in this space; 1 are beyond it."),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_beside_its_field(
    editor_client, project, sent, text, sentence
):
    said = refused(editor_client, project, sent | {"earlier-file": csv_file(text)}, "file")
    assert sentence in said


def test_a_file_that_is_too_large_is_not_read(editor_client, project, sent, monkeypatch):
    monkeypatch.setattr(earlier_form, "MOST_BYTES", 10)
    said = refused(editor_client, project, sent | {"earlier-file": csv_file("x" * 11)}, "file")
    assert "larger than 10 MB" in said


def test_a_reader_that_dies_takes_nothing_with_it(editor_client, project, sent, monkeypatch):
    monkeypatch.setattr(earlier_form.study_reader, "__file__", "/nowhere.py")
    text = csv_file("width,value\n9,1\n")
    said = refused(editor_client, project, sent | {"earlier-file": text}, "file")
    assert "could not be read" in said


def test_of_a_supernet_and_of_other_cells_nothing_is_taken(start, devices):
    run = start("aging_evolution", space=ready_made("small"), max_trials=2)
    schedule.advance(run.pk)
    run.trials.update(state="complete", values={"val_accuracy": 0.5})
    assert len(of_run(run, problem_of(run)).trials) == 2
    other = start("aging_evolution", space=ready_made("darts"), max_trials=2)
    assert of_run(run, problem_of(other)).beyond == 2
    assert of_run(run, problem_of(start())).trials == []


def test_values_come_as_text_or_as_numbers_and_inactive_ones_do_not_matter():
    space = Space.from_json(ready_made("images"))
    usual = space.default()
    told = {name: str(value) for name, value in usual.items()} | {"momentum": "beyond"}
    assert fitted(space, told, set()) == usual
    assert fitted(space, usual | {"width": 16.0}, set()) == usual | {"width": 16}
    for name, value in (("width", 16.5), ("width", ""), ("optimiser", "magic"), ("dropout", "nan")):
        assert fitted(space, usual | {name: value}, set()) is None
