"""“Try my own”: a configuration filled in by hand becomes a trial, and bad values are answered in place."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from automl_web.accounts.models import Entry
from automl_web.runs import schedule, steer
from automl_web.runs.chosen_space import ready_made
from automl_web.runs.history import plan_of, problem_of
from automl_web.runs.models import Run
from automl_web.runs.own_form import OwnForm
from automl_web.runs.record import Progress, finish, record
from automl_web.runs.replay import replayed
from search.history import TrialState
from search.loop import furthest
from search.problems.image_space import HYPERPARAMETERS


@pytest.fixture
def run(start, devices):
    """One that has a complete trial, and goes on."""
    run = start(max_trials=6, concurrency=2)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    record(claim, Progress([(1, {"val_accuracy": 0.8})]), seconds=1)
    finish(claim, TrialState.COMPLETE, seconds=1, loss=-0.8)
    return Run.objects.get(pk=run.pk)


def filled(run, **changed):
    """What a person sends who takes the usual values, but for some."""
    form = OwnForm(problem_of(run), HYPERPARAMETERS, {**problem_of(run).space.default(), **changed})
    sent = {form.add_prefix(name): field.initial for name, field in form.fields.items()}
    return sent | {form.add_prefix(name): value for name, value in changed.items()}


def ask(client, run, data):
    return client.post(reverse("run-own", args=[run.pk]), data)


def test_what_a_person_fills_in_is_the_next_trial_and_says_who_asked(editor_client, run):
    answer = ask(editor_client, run, filled(run, width=17))
    trial = run.trials.latest("number")
    assert answer.url == trial.get_absolute_url()
    assert (trial.state, trial.stage, trial.config["width"]) == ("waiting", "search", 17)
    assert trial.memo == {"asked_by": "bob"}
    assert "Asked for by bob" in editor_client.get(answer.url).content.decode()
    entry = Entry.objects.latest("pk")
    assert (entry.person, entry.action, entry.target) == ("bob", "trial_asked", answer.url)


def test_it_is_claimed_told_to_the_method_and_counted_as_any_other(editor_client, run, devices):
    ask(editor_client, run, filled(run))
    schedule.advance(run.pk)
    numbers = set()
    while claim := schedule.claim("cpu", devices[0]):
        record(claim, Progress([(1, {"val_accuracy": 0.7})]), seconds=1)
        finish(claim, TrialState.COMPLETE, seconds=1, loss=-0.7)
        numbers.add(claim.number)
        schedule.advance(run.pk)
    run.refresh_from_db()
    assert run.state == "completed"
    assert run.trials.exclude(stage="confirm").count() == 6
    rows = run.trials.select_related("run__dataset").order_by("number")
    assert [replayed(row).candidate.config for row in rows] == [row.config for row in rows]


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"width": "100000"}, "width", "less than or equal to"),
        ({"width": "wide"}, "width", "Enter a whole number."),
        ({"learning_rate": ""}, "learning_rate", "This field is required."),
        ({"learning_rate": "nan"}, "learning_rate", "Enter a number."),
        ({"optimiser": "magic"}, "optimiser", "Select a valid choice."),
    ],
)
def test_a_bad_value_is_answered_beside_its_field(editor_client, run, changed, field, sentence):
    answer = ask(editor_client, run, filled(run) | {f"own-{n}": v for n, v in changed.items()})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert run.trials.count() == 2


def test_only_what_counts_under_the_values_above_is_asked_for(editor_client, run):
    address = reverse("run-own", args=[run.pk])
    shown = {
        optimiser: 'name="own-momentum"'
        in editor_client.get(address, {"own-optimiser": optimiser}).content.decode()
        for optimiser in ("sgd", "adam")
    }
    assert shown == {"sgd": True, "adam": False}


def test_a_choice_that_needs_another_value_asks_for_it(editor_client, run):
    data = filled(run, optimiser="adam")
    answer = ask(editor_client, run, data | {"own-optimiser": "sgd"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"momentum"}


def test_what_a_space_forbids_together_is_said(editor_client, start, devices):
    document = ready_made("images")
    document["forbiddens"] = [
        {
            "type": "AND",
            "clauses": [
                {"name": "layers", "type": "EQUALS", "value": 2},
                {"name": "width", "type": "EQUALS", "value": 16},
            ],
        }
    ]
    run = start(space=document)
    answer = ask(editor_client, run, filled(run, layers=2, width=16))
    assert "forbids some of these values together" in answer.content.decode()
    assert ask(editor_client, run, filled(run, layers=2, width=17)).status_code == 302


def test_what_is_beyond_a_limit_is_refused_before_it_is_trained(editor_client, start):
    run = start(limits={"params": 500.0})
    answer = ask(editor_client, run, filled(run, width=32, layers=3))
    assert answer.status_code == 422
    assert "Beyond a limit of this run: Parameters." in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "number"), [({"from": 2}, 2), ({}, 1), ({"from": "9" * 5000}, 1)]
)
def test_it_begins_as_the_trial_that_it_varies_else_as_the_best(editor_client, run, query, number):
    config = run.trials.get(number=number).config
    answer = editor_client.get(reverse("run-own", args=[run.pk]), query)
    fields = answer.context["form"].fields
    assert {name: fields[name].initial for name in fields} == {n: config[n] for n in fields}


def test_architectures_are_taken_from_trials(editor_client, start, devices):
    run = start("aging_evolution", space=ready_made("small"), max_trials=9)
    schedule.advance(run.pk)
    first = run.trials.get(number=1)
    page = editor_client.get(reverse("run-own", args=[run.pk]), {"from": 1}).content.decode()
    assert "that of trial 1" in html.unescape(page)
    answer = editor_client.post(
        f"{reverse('run-own', args=[run.pk])}?from=1", {"own-genotype": "1"}
    )
    assert answer.status_code == 302
    assert run.trials.latest("number").genotype == first.genotype


def test_it_is_trained_as_far_as_the_method_trains_any(start):
    run = start("hyperband", options={"max_epochs": 27})
    assert furthest(plan_of(run), problem_of(run)) == {"epochs": 27}
    options = {"fidelity": "train_fraction", "initial": 3, "max_epochs": 3}
    run = start("successive_halving", options=options)
    assert furthest(plan_of(run), problem_of(run)) == {"train_fraction": 1}
    run = start("random_search")
    assert furthest(plan_of(run), problem_of(run)) == {}


def test_a_paused_run_takes_it_and_one_that_is_over_does_not(editor_client, run):
    steer.pause(run)
    assert ask(editor_client, run, filled(run)).status_code == 302
    assert run.trials.count() == 3
    steer.cancel_run(Run.objects.get(pk=run.pk))
    answer = editor_client.get(reverse("run-own", args=[run.pk]), follow=True)
    assert "tries nothing more" in answer.content.decode()
    ask(editor_client, run, filled(run))
    assert run.trials.count() == 3
