"""A run's confirmed model comes home: exported once, shown, and downloaded by those who may."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from django.urls import reverse
from PIL import Image

from automl_web.compute.models import Queue
from automl_web.datasets.images.example import write_digits
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.order import Order
from automl_web.registry import confusion, home, image_pages, tasks
from automl_web.registry.confusion import counts_of
from automl_web.registry.models import ModelVersion, Problem
from automl_web.runs.models import Run
from automl_web.runs.templatetags.figures import metric
from search.history import Candidate, Stage
from search.method import Context
from search.problems.images import IMAGES
from search.training import export
from search.training.images import evaluate

CONFIG = {"epochs": 2, "layers": 2, "width": 4, "learning_rate": 0.01}


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Digits prepared, a tiny network confirmed on them, and exported: folder, facts, values."""
    torch.set_num_threads(1)
    root: Path = tmp_path_factory.mktemp("trained")
    write_digits(root / "digits.zip")
    prepared = prepare(Order(root / "digits.zip", root / "data"))
    problem = IMAGES.problem(IMAGES.usual_space().to_json(), root / "data")
    (root / "trial").mkdir()
    context = Context(seed=1, workdir=root / "trial", stage=Stage.CONFIRM)
    report = list(evaluate(problem, Candidate(CONFIG), context))[-1]
    (root / "model").mkdir()
    assert report.checkpoint is not None
    export.export(Candidate(CONFIG), root / "data", report.checkpoint, root / "model")
    return root, prepared, report


@pytest.fixture
def run(project, alice, trained):
    """A completed run on the digits, its confirming trial complete, nothing taken home."""
    root, prepared, report = trained
    dataset = Dataset.objects.create(project=project, name="Digits", created_by=alice)
    version = Version.objects.create(dataset=dataset, state="ready", facts=prepared.facts)
    shutil.copytree(root / "data", version.folder)
    run = Run.objects.create(
        project=project,
        name="First run",
        dataset=version,
        queue=Queue.objects.get_or_create(name="cpu")[0],
        space=IMAGES.usual_space().to_json(),
        method="random_search",
        max_trials=1,
        state=Run.State.COMPLETED,
    )
    run.trials.create(
        number=2,
        stage="confirm",
        state="complete",
        config=CONFIG,
        checkpoint=str(report.checkpoint),
        values=dict(report.values),
    )
    return run


@pytest.fixture
def model(run, trained):
    """The run's model, as the export left it."""
    shutil.copytree(trained[0] / "model", run.folder / "model")
    card = json.loads((run.folder / "model" / "model.json").read_text())
    values = run.trials.get(number=2).values
    Run.objects.filter(pk=run.pk).update(taken_home=True)
    return ModelVersion.objects.create(run=run, trial=2, values=values, **home.told(card))


def file_url(model: ModelVersion, name: str) -> str:
    return reverse("model-file", args=[model.pk, name])


# Taking home


def test_a_completed_run_is_taken_home_with_its_scores(run):
    tasks.take_home(run.pk)
    model = ModelVersion.objects.get(run=run)
    assert model.onnx_offered
    assert model.parity is not None
    assert model.parity <= 1e-4
    assert model.compared >= 256
    assert model.trial == 2
    accuracy = sum(r[i] for i, r in enumerate(counts_of(model))) / confusion.tested(model)
    assert accuracy == pytest.approx(model.values["test_accuracy"])
    assert {path.name for path in model.folder.iterdir()} == {
        "model.onnx",
        "weights.safetensors",
        "model.py",
        "model.json",
    }
    card = json.loads((model.folder / "model.json").read_text())
    assert run.trials.get().values.items() <= card["values"].items()
    run.refresh_from_db()
    assert run.taken_home


def test_taking_home_again_changes_nothing(model):
    before = {path: path.stat().st_mtime_ns for path in model.folder.iterdir()}
    Run.objects.update(taken_home=False)
    tasks.take_home(model.run_id)
    assert ModelVersion.objects.count() == 1
    assert {path: path.stat().st_mtime_ns for path in model.folder.iterdir()} == before
    assert Run.objects.get().taken_home


def test_a_run_without_a_confirmed_trial_has_nothing_to_take_home(run):
    run.trials.update(state="failed")
    tasks.take_home(run.pk)
    assert Run.objects.get().taken_home
    assert not ModelVersion.objects.exists()


def test_a_run_that_still_runs_is_left_alone(run):
    Run.objects.update(state=Run.State.RUNNING)
    tasks.take_home(run.pk)
    tasks.take_home(12345)
    assert not Run.objects.get().taken_home
    assert not ModelVersion.objects.exists()


def test_a_run_that_is_sent_back_to_its_trials_meanwhile_is_taken_home_when_it_ends_again(
    run, monkeypatch
):
    def exported_while_a_person_retries(*_given):
        Run.objects.update(state=Run.State.RUNNING)

    monkeypatch.setattr(home, "_export", exported_while_a_person_retries)
    tasks.take_home(run.pk)
    assert not Run.objects.get().taken_home


def test_a_failed_export_is_told_and_leaves_no_files(run, editor_client):
    run.trials.update(checkpoint="/nowhere/step-000001.checkpoint")
    tasks.take_home(run.pk)
    model = ModelVersion.objects.get()
    assert model.problem == Problem.EXPORT_FAILED
    assert not model.folder.exists()
    answer = editor_client.get(model.get_absolute_url()).content.decode()
    assert "could not be exported" in answer
    assert reverse("model-retry", args=[model.pk]) in answer


def test_a_failed_export_can_be_tried_again(model, editor_client, viewer_client):
    url = reverse("model-retry", args=[model.pk])
    assert viewer_client.post(url).status_code == 403
    editor_client.post(url)
    assert Run.objects.get().taken_home  # nothing had failed
    ModelVersion.objects.update(problem=Problem.EXPORT_FAILED)
    editor_client.post(url)
    assert not Run.objects.get().taken_home
    assert not ModelVersion.objects.exists()


# Looking and downloading


def test_the_page_says_how_good_the_model_is_and_on_what(viewer_client, model):
    answer = viewer_client.get(model.get_absolute_url()).content.decode()
    accuracy = metric(model.values["test_accuracy"], "test_accuracy")
    assert f"Right on {accuracy} of 269 test images" in answer
    assert "compared on 269 inputs" in answer
    for path in model.files:
        assert file_url(model, path.name) in answer


def test_the_page_says_what_the_model_costs(viewer_client, model):
    costs = {"latency_ms": 1.25, "netscore": 61.5, "macs": 12345}
    ModelVersion.objects.update(values=model.values | costs)
    answer = viewer_client.get(model.get_absolute_url()).content.decode()
    for said in ("1.25 ms", "61.5", "12,345"):
        assert f"<dd>{said}</dd>" in answer


def test_the_list_shows_the_models_of_ones_own_projects(viewer_client, outsider_client, model):
    assert "First run" in viewer_client.get(reverse("models")).content.decode()
    answer = outsider_client.get(reverse("models")).content.decode()
    assert "First run" not in answer
    assert "No models yet." in answer


def test_files_come_as_downloads_that_no_browser_runs(viewer_client, model):
    for path in model.files:
        answer = viewer_client.get(file_url(model, path.name))
        assert answer.content == path.read_bytes()
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{path.name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("name", ["secret-key", "..", "%2e%2e", "model.onnx.bak"])
def test_no_other_file_can_be_had(viewer_client, model, name):
    (model.folder / "model.onnx.bak").write_bytes(b"x")
    assert viewer_client.get(file_url(model, name)).status_code == 404


def test_an_onnx_model_that_is_not_offered_cannot_be_had(viewer_client, model):
    ModelVersion.objects.update(onnx_offered=False, problem=Problem.ONNX_DIFFERS)
    assert viewer_client.get(file_url(model, "model.onnx")).status_code == 404
    answer = viewer_client.get(model.get_absolute_url()).content.decode()
    assert "No ONNX model is offered" in answer
    assert file_url(model, "model.onnx") not in answer


def test_an_outsider_finds_no_model(outsider_client, model):
    for url in (model.get_absolute_url(), file_url(model, "model.onnx")):
        assert outsider_client.get(url).status_code == 404
    retry = reverse("model-retry", args=[model.pk])
    assert outsider_client.post(retry).status_code == 404


def test_the_code_on_the_page_runs_as_it_stands(model, tmp_path):
    images = np.load(model.run.dataset.folder / "test-images.npy")
    session = onnxruntime.InferenceSession(model.folder / "model.onnx")
    (expected,) = session.run(None, {"images": images[:1].astype(np.float32) / 255})
    home_folder = tmp_path / "home"
    shutil.copytree(model.folder, home_folder)
    Image.fromarray(images[0, 0]).save(home_folder / "image.png")
    said = subprocess.run(
        [sys.executable, "-c", image_pages.code(1, 8, 8)],
        cwd=home_folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said[0] == str(expected[0].argmax())
    assert float(said[1]) == pytest.approx(float(expected[0].max()), abs=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_code_brings_images_to_the_shape_that_the_model_takes(channels, tmp_path):
    lines = image_pages.code(channels, 5, 7).splitlines()
    shown = "\n".join(line for line in lines if line.startswith(("import", "from", "image")))
    Image.new("RGB", (20, 10)).save(tmp_path / "image.png")
    names: dict[str, np.ndarray] = {}
    shown = shown.replace("image.png", str(tmp_path / "image.png"))
    exec(shown, names)  # noqa: S102 - our own lines
    assert names["images"].shape == (1, channels, 5, 7)


def test_the_matrix_tells_right_from_wrong_and_the_worst_confusions_first():
    counts = [[8, 2, 0], [0, 10, 0], [5, 0, 5]]
    (_, first), _, _ = confusion.matrix(counts, ["a", "b", "c"])
    assert [(cell.count, cell.is_right, cell.heat) for cell in first] == [
        (8, True, 4),
        (2, False, 1),
        (0, False, 0),
    ]
    told = confusion.confusions(counts, ["a", "b", "c"])
    assert [(each.count, each.true, each.predicted) for each in told] == [
        (5, "c", "a"),
        (2, "a", "b"),
    ]
