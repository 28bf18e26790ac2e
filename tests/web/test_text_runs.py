"""A run on text through its real runner, and what a page is told of an epoch that is on its way."""

from __future__ import annotations

import json
import shutil

import pytest

from automl_web.compute.models import Queue
from automl_web.datasets.models import Dataset, Version
from automl_web.runs import schedule
from automl_web.runs.eta import eta_of
from automl_web.runs.goal_form import smallest
from automl_web.runs.history import problem_of
from automl_web.runs.models import Run, Trial
from automl_web.runs.runner import Reply
from automl_web.runs.slot import Slot
from automl_web.runs.start import start_run
from automl_web.runs.supervise import Attendance
from search.problems.text import TEXT
from tests.search import texts

SMALL = {"width": 8, "embedding": 6, "layers": 1, "epochs": 2}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return texts.chain(tmp_path_factory.mktemp("texts") / "chain", train=1500, held_out=400)


@pytest.fixture
def text_version(project, prepared):
    facts = {**json.loads((prepared / "meta.json").read_text()), "findings": []}
    dataset = Dataset.objects.create(project=project, name="Some text")
    version = Version.objects.create(dataset=dataset, state="ready", kind="text", facts=facts)
    shutil.copytree(prepared, version.folder)
    return version


@pytest.fixture
def run(project, text_version):
    document = TEXT.usual_space().to_json()
    document["hyperparameters"] = [
        {"type": "constant", "name": entry["name"], "value": SMALL[entry["name"]]}
        if entry["name"] in SMALL
        else entry
        for entry in document["hyperparameters"]
    ]
    queue = Queue.objects.get_or_create(name="cpu")[0]
    chosen = {"name": "A run", "options": {}, "seed": 1, "max_trials": 1, "concurrency": 1}
    return start_run(
        project, None, text_version, method="random_search", queue=queue, space=document, **chosen
    )


@pytest.fixture
def slot(devices):
    slot = Slot(devices[0])
    yield slot
    slot.stop()


def report(step: int, loss: float, checkpoint: str | None = None) -> Reply:
    body = {"type": "report", "step": step, "values": {"train_loss": loss}, "costs": {}}
    return Reply({**body, "checkpoint": checkpoint, "genotype": None, "edge_weights": None})


@pytest.mark.django_db(transaction=True)
def test_a_trial_on_text_is_trained_and_judged_by_its_perplexity(run, slot):
    schedule.advance(run.pk)
    slot.train(schedule.claim("cpu", slot.device))
    trial = run.trials.get()
    assert trial.state == "complete", trial.detail
    assert trial.loss == trial.values["val_perplexity"] > 1
    assert list(trial.reports.order_by("step").values_list("step", flat=True)) == [1, 2]
    assert trial.values["params"] > 0
    assert trial.values["latency_ms"] > 0


@pytest.mark.django_db(transaction=True)
def test_an_epoch_that_is_told_twice_at_once_is_recorded_as_it_was_told_last(run, slot):
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", slot.device)
    attendance = Attendance(claim, slot._runner_for(claim))
    for told in (report(1, 3.0), report(1, 2.5), report(1, 2.0), report(2, 1.5), report(2, 1.5)):
        attendance._hear(told)
    attendance._record()
    attendance._hear(report(2, 1.0))
    attendance._record()
    trial = Trial.objects.get(pk=claim.trial_id)
    losses = [row.values["train_loss"] for row in trial.reports.order_by("step")]
    assert losses == [2.0, 1.0]
    assert (trial.step, trial.values["train_loss"]) == (2, 1.0)


def test_a_first_epoch_on_its_way_is_no_basis_for_the_time_that_is_left(run):
    Run.objects.update(state="running")
    row = run.trials.create(number=1, state="running", step=1, cost=3.0, config={"epochs": 10})
    assert not eta_of(run).is_known
    run.trials.filter(pk=row.pk).update(step=2, cost=20.0)
    assert eta_of(run).is_known


def test_the_smallest_network_of_a_space_is_found(project, text_version):
    start = {"name": "A run", "options": {}, "seed": 1, "max_trials": 1, "concurrency": 1}
    queue = Queue.objects.get_or_create(name="cpu")[0]
    usual = TEXT.usual_space().to_json()
    made = start_run(
        project, None, text_version, method="random_search", queue=queue, space=usual, **start
    )
    problem = problem_of(made)
    config = smallest(problem).config
    assert (config["cell"], config["layers"], config["width"], config["embedding"]) == (
        "gru",
        1,
        32,
        16,
    )
