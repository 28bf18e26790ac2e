"""The data of a run's figures: right, and bounded whatever the run's size."""

from __future__ import annotations

import json

import numpy as np
import pytest
from django.urls import reverse

from automl_web.runs import pictures
from automl_web.runs.history import problem_of
from automl_web.runs.models import Derivation, Run, Trial
from automl_web.runs.record import Claim, Progress, finish, record
from automl_web.runs.schedule import advance, claim
from search.history import TrialState
from search.problems.architecture_space import ready_made

WEIGHTS = {"ops": ["zero", "id"], "edges": [[0, 2]], "weights": {"normal": [[0.25, 0.75]]}}


@pytest.fixture
def run(start):
    return start("random_search", max_trials=4, concurrency=4)


def ended(run: Run, number: int, values, reason="", seq=None):
    Trial.objects.update_or_create(
        run=run,
        number=number,
        defaults={
            "config": {},
            "state": TrialState.COMPLETE.value,
            "values": values,
            "reason": reason,
            "finished_seq": seq or number,
        },
    )


def front(client, run, **query):
    query = {"x": "params", "y": "val_accuracy", **query}
    return client.get(reverse("run-front", args=[run.pk]), query).json()


def test_the_front_is_what_nothing_beats_in_both_metrics(editor_client, run):
    for number, params, accuracy in ((1, 10, 0.5), (2, 20, 0.7), (3, 30, 0.6), (4, 5, 0.4)):
        ended(run, number, {"params": params, "val_accuracy": accuracy})
    found = front(editor_client, run)
    assert {p["number"] for p in found["points"] if p["front"]} == {1, 2, 4}
    assert found["reference"] == [30, 0.4]
    volumes = [volume for _, volume in found["hypervolume"]]
    assert volumes == sorted(volumes), "it only grows"
    assert volumes[-1] == pytest.approx(10 * 0.3 + 10 * 0.1)


def test_the_worst_that_was_seen_keeps_its_sign(editor_client, run):
    ended(run, 1, {"params": 10, "netscore": -3.5})
    ended(run, 2, {"params": 20, "netscore": 8.0})
    assert front(editor_client, run, y="netscore")["reference"] == [20, -3.5]


def test_what_breaks_a_limit_is_shown_and_never_on_the_front(editor_client, run):
    ended(run, 1, {"params": 10, "val_accuracy": 0.5})
    ended(run, 2, {"params": 5, "val_accuracy": 0.9}, reason="infeasible")
    points = {p["number"]: p for p in front(editor_client, run)["points"]}
    assert (points[1]["front"], points[2]["front"]) == (True, False)
    assert not points[2]["feasible"]


def test_the_answer_is_bounded_whatever_the_size_of_the_run(editor_client, run, monkeypatch):
    monkeypatch.setattr(pictures, "DOMINATED", 10)
    monkeypatch.setattr(pictures, "MOMENTS", 5)
    for number in range(1, 60):
        ended(run, number, {"params": 100 + number, "val_accuracy": 0.9 - number / 100})
    found = front(editor_client, run)
    assert found["total"] == 59
    assert len(found["points"]) == 1 + 10
    assert [moment for moment, _ in found["hypervolume"]] == [1, 15, 30, 45, 59]


def test_a_run_in_which_nothing_has_both_metrics_has_an_empty_front(editor_client, run):
    ended(run, 1, {"val_accuracy": 0.5})
    found = front(editor_client, run)
    assert (found["points"], found["hypervolume"], found["reference"]) == ([], [], None)


def test_a_metric_that_does_not_exist_is_not_found(editor_client, run):
    address = reverse("run-front", args=[run.pk])
    assert editor_client.get(address, {"x": "params", "y": "beauty"}).status_code == 404


def test_what_a_point_is_names_its_trial_and_draws_its_architecture(editor_client, start):
    run = start("aging_evolution", space=ready_made("small"), max_trials=2)
    trial = run.trials.create(number=1, config={"epochs": 8}, genotype='{"kind":"cell_net"}')
    page = editor_client.get(reverse("trial-point", args=[run.pk, 1])).content.decode()
    assert trial.get_absolute_url() in page
    assert "<cell-diagram" in page
    assert "epochs" not in page, "what the run fixes says nothing about a point"


@pytest.fixture
def searching(start, devices) -> Claim:
    """DARTS at its search."""
    run = start("darts", space=ready_made("darts"), max_trials=9)
    advance(run.pk)
    taken = claim(run.queue.name, devices[0])
    assert taken is not None
    return taken


def told(claim, *steps):
    for step in steps:
        reports = [(step, {"supernet_loss": 1.0 / step})]
        derived = [(step, json.dumps({"step": step}), WEIGHTS)]
        record(claim, Progress(reports, derived=derived), seconds=float(step))


def test_what_a_search_has_derived_is_told_epoch_by_epoch(editor_client, searching):
    told(searching, 1, 2, 3)
    address = reverse("run-derivations", args=[searching.run_id])
    derivations = editor_client.get(address).json()["derivations"]
    assert [d["step"] for d in derivations] == [1, 2, 3]
    assert derivations[0]["edge_weights"] == WEIGHTS


def test_a_search_that_went_back_to_a_checkpoint_tells_its_steps_anew(editor_client, searching):
    told(searching, 1, 2, 3, 2)
    assert list(Derivation.objects.values_list("step", flat=True).order_by("step")) == [1, 2]


def test_a_search_that_shares_weights_completes_without_a_score_and_its_genotype_is_trained(
    searching,
):
    told(searching, 1, 2)
    finish(searching, TrialState.COMPLETE, seconds=2.0)
    advance(searching.run_id)
    search, evaluated, *_ = Trial.objects.order_by("number")
    assert (search.state, search.loss) == (TrialState.COMPLETE.value, None)
    assert (evaluated.stage, evaluated.genotype) == ("evaluate", json.dumps({"step": 2}))


def test_how_a_method_thinks_is_told_in_its_own_kind(editor_client, start):
    kinds = {}
    for method, space in (
        ("hyperband", None),
        ("aging_evolution", ready_made("small")),
        ("random_search", None),
        ("tpe", None),
        ("bohb", None),
        ("stackelberg", None),
    ):
        run = start(method, space=space)
        told = editor_client.get(reverse("run-insight", args=[run.pk])).json()
        kinds[method] = told["kind"]
        shown = "<run-insight" in editor_client.get(run.get_absolute_url()).content.decode()
        assert shown
    assert kinds == {
        "hyperband": "rungs",
        "aging_evolution": "family",
        "random_search": "points",
        "tpe": "densities",
        "bohb": "several",
        "stackelberg": "leader",
    }


def thoughts(client, run, **query):
    return client.get(reverse("run-insight", args=[run.pk]), query)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("hyperband", {"max_epochs": 9}),
        ("particle_swarm", {"particles": 2}),
        ("tpe", {"start_up": 1}),
        ("fictitious_play", {"start_up": 2}),
    ],
)
def test_what_a_method_thought_can_be_seen_at_any_time_of_its_run(
    editor_client, start, devices, method, options
):
    run = start(method, options=options, max_trials=8)
    had = []
    for _ in range(6):
        advance(run.pk)
        had.append(thoughts(editor_client, run).json())
        taken = claim("cpu", devices[0])
        record(taken, Progress([(1, {"val_accuracy": 0.5})]), seconds=1)
        finish(taken, TrialState.COMPLETE, seconds=1, loss=-0.5)
        had.append(thoughts(editor_client, run).json())
    ends = had[1::2]
    assert [told["at"] for told in ends] == [1, 2, 3, 4, 5, 6]
    for told in ends:
        again = thoughts(editor_client, run, at=told["at"])
        assert again.json() == {**told, "of": 6}
        assert ("max-age" in again.get("Cache-Control", "")) == (told["at"] < 6)
    thought = {json.dumps({**told, "at": 0, "of": 0}) for told in ends}
    assert len(thought) == 6


def test_before_anything_had_ended_the_first_trials_are_waiting(editor_client, start, devices):
    run = start("hyperband", options={"max_epochs": 9}, max_trials=8)
    advance(run.pk)
    finish(claim("cpu", devices[0]), TrialState.FAILED, seconds=1, reason="diverged")
    told = thoughts(editor_client, run, at=0).json()
    assert {t["state"] for rung in told["rungs"] for t in rung["trials"]} == {"waiting", "running"}


@pytest.mark.parametrize("at", ["-1", "soon", "1" * 5000, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_time_that_is_none_is_not_found(editor_client, start, at):
    assert thoughts(editor_client, start("hyperband"), at=at).status_code == 404


def test_a_time_to_come_is_now(editor_client, start):
    told = thoughts(editor_client, start("hyperband"), at=99).json()
    assert (told["at"], told["of"]) == (0, 0)


def test_what_matters_is_told_once_enough_trials_have_ended(editor_client, start):
    run = start("random_search", max_trials=60)
    address = reverse("run-importance", args=[run.pk])
    rng, space = np.random.default_rng(4), problem_of(run).space
    for number in range(1, 61):
        if number == 20:
            told = editor_client.get(address).json()
            assert (told["ended"], told["needed"], told["bars"]) == (19, 20, [])
        ended(run, number, {})
        config = space.sample(rng)
        value = {"val_accuracy": 1 - abs(config["width"] - 20) / 40}
        Trial.objects.filter(run=run, number=number).update(config=config, values=value)
    first, *others = editor_client.get(address).json()["bars"]
    assert (first["name"], first["clear"]) == ("width", True)
    assert first["share"] > max(other["share"] for other in others)


@pytest.mark.parametrize(("method", "space"), [("random_search", None), ("darts", "darts")])
def test_only_a_run_that_searches_hyper_parameters_says_which_matter(
    editor_client, start, method, space
):
    run = start(method, space=space and ready_made(space))
    page = editor_client.get(run.get_absolute_url()).content.decode()
    assert ("<run-importance" in page) == (space is None)
