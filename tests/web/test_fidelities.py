"""Runs whose rungs hand out shares of the training data: what is kept of them, and what pages tell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from automl_web.runs import schedule
from automl_web.runs.eta import eta_of
from automl_web.runs.live import snapshot
from automl_web.runs.models import Run
from search.problems import KINDS
from tests.web.test_eta import minutes, row
from tests.web.test_run_pages import filled, post
from tests.web.test_schedule import complete

__all__ = ["filled"]

OPTIONS = {"fidelity": "train_fraction", "initial": 3, "max_epochs": 3}


@pytest.fixture
def run(start, devices):
    """A run of successive halving on thirds of the data: the less it saw, the better a trial looks."""
    run = start("successive_halving", options=OPTIONS, max_trials=10)
    for _ in range(20):
        schedule.advance(run.pk)
        claim = schedule.claim("cpu", devices[0])
        if claim is None:
            break
        part = run.trials.get(pk=claim.trial_id).fidelity.get("train_fraction", 1)
        complete(claim, accuracy=0.9 - part / 2 + claim.number / 100)
    return Run.objects.get(pk=run.pk)


def test_a_promoted_trial_keeps_where_it_came_from_and_starts_anew(run):
    assert run.state == Run.State.COMPLETED
    *rung, promoted, confirmed = run.trials.order_by("number")
    assert [trial.fidelity for trial in rung] == [{"train_fraction": 1 / 3}] * 3
    assert promoted.fidelity == {"train_fraction": 1}
    assert (promoted.parent, promoted.memo["from"]) == (None, 3)
    assert (confirmed.stage, confirmed.fidelity) == ("confirm", {})
    assert confirmed.config == promoted.config


def test_the_one_that_saw_all_data_leads_everywhere(run, viewer_client):
    assert snapshot(run.pk).document["state"]["best"] == 4
    shown = viewer_client.get(reverse("run-leaders", args=[run.pk]))
    assert [trial.number for trial in shown.context["leaders"]] == [5, 4, 3, 2, 1]
    told = shown.content.decode()
    assert "epochs on all data" in told
    assert "on 33.3\N{NO-BREAK SPACE}% of the data" in told


def test_the_pages_of_trials_tell_who_was_promoted_to_what(run, viewer_client):
    pages = {
        number: viewer_client.get(reverse("trial", args=[run.pk, number])).content.decode()
        for number in (2, 3, 4)
    }
    assert "Promoted from" in pages[4]
    assert "Trained anew as" in pages[3]
    assert "Trained anew as" not in pages[2]
    assert "it is trained anew on 100 % of the training data" in pages[4]


def test_without_a_script_the_page_of_the_run_tells_the_same(run, viewer_client):
    page = viewer_client.get(run.get_absolute_url()).content.decode()
    assert "Bracket 1: new configuration, on 33.3 % of the training data first" in page
    assert "%(bracket)s" not in page.partition("</run-live>")[0].partition("<trial-table>")[2]


def test_the_picture_of_the_method_is_of_shares(run, viewer_client):
    told = viewer_client.get(reverse("run-insight", args=[run.pk])).json()
    assert told["fidelity"] == "train_fraction"
    assert [rung["resource"] for rung in told["rungs"]] == [1 / 3, 1]
    assert [t["promoted"] for t in told["rungs"][0]["trials"]] == [False, False, True]


def test_an_epoch_on_a_third_of_the_data_takes_a_third_of_the_time(start):
    run = start("successive_halving", options=OPTIONS, max_trials=10, concurrency=1)
    run.trials.all().delete()
    part = {"fidelity": {"train_fraction": 1 / 3}, "config": {"epochs": 15}}
    for number in (1, 2):
        row(run, number, state="complete", step=15, cost=60.0, **part)
    row(run, 3, state="waiting", **part)
    # A third, then all that was planned, then the confirming one on validation data, too.
    assert minutes(eta_of(Run.objects.get(pk=run.pk))) == pytest.approx(1 + 3 + 1.15 * 3, rel=0.15)


@pytest.fixture
def in_folds(start, monkeypatch):
    """A run whose models know no epochs, each judged in five folds; ten of twenty trials are done."""
    whole = KINDS["images"]

    def without_epochs(*given):
        problem = whole.problem(*given)
        return replace(problem, fidelities=problem.fidelities[1:])

    monkeypatch.setitem(KINDS, "images", replace(whole, problem=without_epochs))
    run = start(max_trials=20, concurrency=1)
    run.trials.all().delete()
    for number in range(1, 11):
        row(run, number, state="complete", step=5, cost=60.0, config={"folds": 5})
    return Run.objects.get(pk=run.pk)


def test_trials_in_folds_count_as_whole_trainings_however_many_steps_they_tell(in_folds):
    assert minutes(eta_of(in_folds)) == pytest.approx(10 + 1.15, rel=0.1)
    row(in_folds, 11, state="running", step=4, cost=48.0, config={"folds": 5})
    assert minutes(eta_of(in_folds)) == pytest.approx(9.1 + 1.15, rel=0.1)


def test_a_single_fold_counts_as_its_part_of_a_training(in_folds):
    row(in_folds, 11, state="waiting", config={"folds": 5}, fidelity={"folds": 1, "fold": 3})
    assert minutes(eta_of(in_folds)) == pytest.approx(0.2 + 9 * 10.2 / 11 + 1.15, rel=0.1)


def test_the_table_tells_of_folds(in_folds, viewer_client):
    one = {"config": {"folds": 5}, "fidelity": {"folds": 1, "fold": 3}}
    row(in_folds, 11, state="complete", step=1, cost=12.0, **one)
    told = viewer_client.get(reverse("trials", args=[in_folds.pk])).content.decode()
    assert "5 folds" in told
    assert "fold 3" in told


def test_a_method_refuses_data_on_which_nothing_can_be_saved(
    editor_client, project, filled, monkeypatch
):
    whole = KINDS["images"]

    def without(*given):
        return replace(whole.problem(*given), fidelities=())

    monkeypatch.setitem(KINDS, "images", replace(whole, problem=without))
    response = post(editor_client, project, filled)
    assert response.status_code == 422
    assert "Choose another one, such as random search." in response.content.decode()
    assert not Run.objects.exists()


def test_who_scored_better_with_less_is_named_beside_the_one_that_leads(run, viewer_client):
    """Trial 3 saw a third of the data and looked better than trial 4, which saw all."""
    for address in (run.get_absolute_url(), reverse("run-leaders", args=[run.pk])):
        told = viewer_client.get(address).content.decode()
        assert "scored best of all, 76.3 %, but was trained less" in told
    run.trials.filter(number=4).update(loss=-0.99)
    told = viewer_client.get(reverse("run-leaders", args=[run.pk])).content.decode()
    assert "scored best of all" not in told


def test_a_fidelity_that_the_data_lacks_is_told_beside_its_own_option(
    editor_client, project, filled, monkeypatch
):
    whole = KINDS["images"]

    def without_epochs(*given):
        problem = whole.problem(*given)
        return replace(problem, fidelities=problem.fidelities[1:])

    monkeypatch.setitem(KINDS, "images", replace(whole, problem=without_epochs))
    chosen = {"method": "successive_halving", "option-fidelity": "epochs"}
    response = post(editor_client, project, filled | chosen)
    assert response.status_code == 422
    (told,) = response.context["options"].errors["fidelity"]
    assert told.startswith("These trainings have no epochs to save on.")
    assert "method" not in response.context["form"].errors
