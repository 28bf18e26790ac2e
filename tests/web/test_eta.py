"""When a run will be done is told from its rows, on its page and in lists, in a few queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from automl_web.compute.models import Device
from automl_web.runs.eta import eta_of, etas
from automl_web.runs.history import problem_of
from automl_web.runs.models import Run
from search.problems.architecture_space import ready_made

HIDDEN = ("Done between", "Done within", "The first trial tells")


@pytest.fixture
def searching(start):
    """Begin a run that searches, with so many complete trials of so many epochs and seconds."""

    def begin(complete=0, epochs=10, seconds=60.0, **chosen):
        run = start(**{"max_trials": 20, "concurrency": 1, **chosen})
        run.trials.all().delete()
        for number in range(1, complete + 1):
            row(run, number, state="complete", step=epochs, cost=seconds, config={"epochs": epochs})
        return Run.objects.get(pk=run.pk)

    return begin


def row(run, number, **fields):
    return run.trials.create(number=number, **{"config": {"epochs": 10}, **fields})


def minutes(eta):
    """The middle of a band, from now on."""
    middle = eta.earliest + (eta.latest - eta.earliest) / 2
    return (middle - timezone.now()).total_seconds() / 60


def test_before_anything_was_trained_nothing_is_known(searching):
    assert not eta_of(searching()).is_known


def test_what_is_left_is_the_trials_to_come_and_the_last_one(searching):
    eta = eta_of(searching(complete=10))
    assert eta.earliest < eta.latest
    assert minutes(eta) == pytest.approx(10 + 1.15, rel=0.1)


def test_a_trial_that_runs_counts_by_what_it_has_trained(searching):
    run = searching(complete=19)
    waiting = row(run, 20, state="waiting")
    assert minutes(eta_of(run)) == pytest.approx(2.15, rel=0.1)
    run.trials.filter(pk=waiting.pk).update(state="running", step=7, cost=42.0)
    assert minutes(eta_of(run)) == pytest.approx(1.4, rel=0.1)


def test_two_devices_take_half_the_time_and_one_that_is_shared_twice(searching):
    run = searching(complete=10, concurrency=2, max_trials=50)
    alone = minutes(eta_of(run))
    for name in ("cpu-0", "cpu-1"):
        Device.objects.create(queue=run.queue, host="desk", name=name, beat_at=Now())
    assert minutes(eta_of(run)) == pytest.approx(alone / 2, rel=0.1)
    Device.objects.filter(name="cpu-1").update(beat_at=Now() - timedelta(hours=1))
    assert minutes(eta_of(run)) == pytest.approx(alone, rel=0.1)
    searching(name="A rival")
    assert minutes(eta_of(run)) == pytest.approx(2 * alone, rel=0.1)


def test_promoted_trials_train_only_what_their_parents_have_not(searching):
    run = searching(method="successive_halving", options={}, max_trials=1000)
    row(run, 1, state="complete", step=1, cost=6.0, fidelity={"epochs": 1})
    row(run, 2, state="complete", step=3, cost=12.0, fidelity={"epochs": 3}, parent=1)
    row(run, 3, state="running", stage="confirm", step=9, cost=54.0, config={"epochs": 10})
    assert minutes(eta_of(run)) == pytest.approx(0.05, abs=0.03)  # half an epoch of 6 s


def test_the_end_is_never_told_later_than_the_time_that_is_set(searching):
    run = searching(complete=2)
    deadline = timezone.now() + timedelta(minutes=3)
    Run.objects.update(deadline=deadline)
    assert eta_of(run).latest == deadline


@pytest.mark.parametrize("state", ["created", "paused", "completed", "failed", "cancelled"])
def test_only_a_run_that_searches_has_an_end_to_come(searching, viewer_client, state):
    run = searching(complete=3)
    Run.objects.update(state=state)
    assert eta_of(Run.objects.get()) is None
    for page in (run.get_absolute_url(), reverse("runs"), run.project.get_absolute_url()):
        answer = viewer_client.get(page).content.decode()
        assert not [words for words in HIDDEN if words in answer]


def test_the_band_is_on_the_page_of_the_run_and_in_all_lists(searching, viewer_client):
    run = searching(complete=10)
    Run.objects.update(created_by=viewer_client.get(reverse("home")).wsgi_request.user)
    pages = (run.get_absolute_url(), reverse("runs"), run.project.get_absolute_url())
    for page in (*pages, reverse("home"), reverse("run-eta", args=[run.pk])):
        answer = viewer_client.get(page).content.decode()
        assert re.search(
            r"Done between <local-time datetime=.*</local-time> and <local-time", answer
        )


def test_near_the_end_and_before_the_beginning_words_stand_for_times(searching, viewer_client):
    run = searching()
    url = reverse("run-eta", args=[run.pk])
    assert "The first trial tells" in viewer_client.get(url).content.decode()
    row(run, 1, state="complete", stage="confirm", step=10, cost=5.0)
    assert "Done within a minute." in viewer_client.get(url).content.decode()


def test_an_end_on_another_day_is_told_with_its_date(searching, viewer_client):
    run = searching(complete=10, seconds=24 * 3600.0)
    answer = viewer_client.get(reverse("run-eta", args=[run.pk])).content.decode()
    assert re.search(r">\d\d/\d\d/\d{4} ", answer)


def test_many_runs_take_as_many_queries_as_one(searching, django_assert_num_queries):
    runs = [searching(complete=5, name=f"Run {n}") for n in range(4)]
    for asked in (runs[:1], runs):
        with django_assert_num_queries(4):
            assert all(eta.is_known for eta in etas(asked).values())
    Run.objects.update(state="completed")
    with django_assert_num_queries(1):
        assert etas(Run.objects.all()) == {}


def test_of_very_many_trials_the_latest_are_looked_at(searching, monkeypatch):
    monkeypatch.setattr("automl_web.runs.eta.SEEN", 5)
    run = searching(complete=15)
    run.trials.filter(number__lte=10).update(cost=6000.0)
    assert minutes(eta_of(run)) == pytest.approx(5 + 1.15, rel=0.1)


def test_a_search_that_shares_weights_is_followed_by_trainings_that_cost_about_half(searching):
    options = {"epochs": 50, "random_controls": 3}
    run = searching(method="darts", space=ready_made("darts"), options=options)
    row(run, 1, state="running", step=26, cost=26 * 60.0, fidelity={"epochs": 50})
    epochs = problem_of(run).space.default()["epochs"]
    middle = 23.5 + 4 * epochs / 2 + 1.15 * epochs / 2
    eta = eta_of(run)
    assert eta.earliest < timezone.now() + timedelta(minutes=middle) < eta.latest


@pytest.mark.parametrize("method", ["random_search", "hyperband", "grid", "aging_evolution"])
def test_every_method_has_an_end(searching, method):
    assert eta_of(searching(complete=3, method=method)).is_known
