"""A model that is taken home predicts what was measured, in PyTorch and in ONNX."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from search.architecture.genotype import canonical
from search.history import Candidate, Stage
from search.method import Context
from search.problems.images import IMAGES
from search.training import card, data, export
from search.training.checkpoint import CheckpointError
from search.training.images import PREDICTIONS, evaluate, restore

CONFIG = {"epochs": 2, "layers": 2, "width": 4, "learning_rate": 0.01}
CLASSES = ("bright", "dark")


def prepared(folder: Path, counts: tuple[int, int, int], channels: int = 3) -> Path:
    """A folder of random images, bright ones and dark ones."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for split, count in zip(("train", "validation", "test"), counts, strict=True):
        labels = np.arange(count) % 2
        pixels = (
            rng.integers(0, 128, (count, channels, 8, 8)) + 127 * (1 - labels)[:, None, None, None]
        )
        np.save(folder / f"{split}-images.npy", pixels.astype(np.uint8))
        np.save(folder / f"{split}-labels.npy", labels.astype(np.int64))
    meta = {
        "kind": "images",
        "classes": CLASSES,
        "channels": channels,
        "height": 8,
        "width": 8,
        "counts": dict(zip(("train", "validation", "test"), counts, strict=True)),
        "mean": [0.5, 0.4, 0.3][:channels],
        "std": [0.3, 0.2, 0.25][:channels],
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


def confirmed(folder: Path, workdir: Path, candidate: Candidate | None = None) -> Path:
    """The checkpoint of a confirming training on `folder`."""
    candidate = candidate or Candidate(CONFIG)
    workdir.mkdir()
    problem = IMAGES.problem(IMAGES.usual_space().to_json(), folder)
    context = Context(seed=1, workdir=workdir, stage=Stage.CONFIRM)
    report = list(evaluate(problem, candidate, context))[-1]
    assert report.checkpoint is not None
    return report.checkpoint


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Folder of a model taken home, what the export says of it, data, and checkpoint."""
    root = tmp_path_factory.mktemp("export")
    folder = prepared(root / "data", (64, 40, 280))
    checkpoint = confirmed(folder, root / "trial")
    target = root / "model"
    target.mkdir()
    exported = export.export(Candidate(CONFIG), folder, checkpoint, target)
    return target, exported, folder, checkpoint


def test_the_onnx_model_agrees_with_pytorch_on_held_out_images(taken):
    _, exported, _, _ = taken
    assert exported.onnx_offered
    assert exported.parity <= 1e-4
    assert exported.compared == 280


@pytest.mark.parametrize("count", [1, 7])
def test_the_onnx_model_takes_any_number_of_images_and_gives_the_scored_probabilities(taken, count):
    target, _, folder, checkpoint = taken
    images = data.split(folder, "test").images[:count].numpy().astype(np.float32) / 255
    session = onnxruntime.InferenceSession(target / "model.onnx")
    (found,) = session.run(["probabilities"], {"images": images})
    assert found == pytest.approx(np.load(checkpoint.parent / PREDICTIONS)[:count], abs=1e-4)


def test_the_weights_alone_rebuild_the_same_model(taken):
    target, _, folder, checkpoint = taken
    images = data.split(folder, "test").images.float() / 255
    with torch.inference_mode():
        found = export.load(target)(images).numpy()
    assert found == pytest.approx(np.load(checkpoint.parent / PREDICTIONS), abs=1e-4)


def test_the_class_names_go_with_the_model(taken):
    target, *_ = taken
    (classes,) = (
        p.value for p in onnx.load(target / "model.onnx").metadata_props if p.key == "classes"
    )
    assert json.loads(classes) == list(CLASSES)
    card = json.loads((target / "model.json").read_text())
    assert card["classes"] == list(CLASSES)
    assert card["config"] == CONFIG


def test_the_card_says_what_the_model_costs_and_what_its_training_told(taken, tmp_path):
    _, exported, folder, checkpoint = taken
    told = {"test_accuracy": 0.75, "latency_ms": 0.5, "netscore": 61.5}
    export.export(Candidate(CONFIG), folder, checkpoint, tmp_path, told)
    values = json.loads((tmp_path / "model.json").read_text())["values"]
    assert told.items() <= values.items()
    assert values["params"] == exported.params
    assert values["macs"] > 0
    assert values["size_bytes"] >= 4 * exported.params


def test_a_searched_architecture_is_rebuilt_from_what_was_taken_home(tmp_path):
    folder = prepared(tmp_path / "data", (64, 40, 280))
    cell = {"inputs": 2, "nodes": [["conv3", 0, "id", 1]], "concat": [2]}
    skeleton = {"C": 4, "L": 3, "reductions": 2, "stem": "conv3"}
    cells = {"normal": cell, "reduce": cell}
    genotype = canonical({"v": 1, "kind": "cell_net", "cells": cells, "skeleton": skeleton})
    candidate = Candidate({"epochs": 1}, genotype)
    checkpoint = confirmed(folder, tmp_path / "trial", candidate)
    (tmp_path / "model").mkdir()
    exported = export.export(candidate, folder, checkpoint, tmp_path / "model")
    assert exported.onnx_offered
    assert json.loads((tmp_path / "model" / "model.json").read_text())["genotype"] == genotype
    images = data.split(folder, "test").images.float() / 255
    with torch.inference_mode():
        found = export.load(tmp_path / "model")(images).numpy()
    assert found == pytest.approx(np.load(checkpoint.parent / PREDICTIONS), abs=1e-4)


def test_the_code_rebuilds_the_model_too_and_is_not_offered_if_it_does_not(
    taken, tmp_path, monkeypatch
):
    target, _, folder, checkpoint = taken
    assert (target / "model.py").exists()
    right = export.source

    def wrong(*given):
        return right(*given).replace(" / self.std", "")

    monkeypatch.setattr(export, "source", wrong)
    export.export(Candidate(CONFIG), folder, checkpoint, tmp_path)
    assert not (tmp_path / "model.py").exists()
    assert (tmp_path / "weights.safetensors").exists()


def test_the_confusion_matrix_counts_every_test_image_once_by_its_true_class(taken):
    _, exported, folder, checkpoint = taken
    labels = data.split(folder, "test").labels.numpy()
    predicted = np.load(checkpoint.parent / PREDICTIONS).argmax(axis=1)
    assert np.sum(exported.results["confusion"]) == 280
    assert np.sum(exported.results["confusion"], axis=1).tolist() == [140, 140]
    assert np.trace(exported.results["confusion"]) == (labels == predicted).sum()


def test_a_model_that_does_not_agree_is_not_offered(taken, tmp_path, monkeypatch):
    _, _, folder, checkpoint = taken
    monkeypatch.setattr(card, "TOLERANCE", -1.0)
    exported = export.export(Candidate(CONFIG), folder, checkpoint, tmp_path)
    assert not exported.onnx_offered
    assert not (tmp_path / "model.onnx").exists()
    assert (tmp_path / "weights.safetensors").exists()


def test_a_wrong_normalisation_is_noticed(taken):
    target, _, folder, checkpoint = taken
    network = restore(Candidate(CONFIG), folder, checkpoint)
    right, _ = export.compare(network, folder, target / "model.onnx")
    with torch.no_grad():
        next(network.parameters()).mul_(1.5)
    wrong, _ = export.compare(network, folder, target / "model.onnx")
    assert right <= 1e-4 < wrong


def test_few_held_out_images_are_topped_up_and_too_few_in_all_are_not_enough(tmp_path):
    large = prepared(tmp_path / "large", (400, 20, 20), channels=1)
    small = prepared(tmp_path / "small", (100, 20, 20), channels=1)
    for folder, compared, offered in ((large, 440, True), (small, 140, False)):
        target = tmp_path / f"{folder.name}-model"
        target.mkdir()
        checkpoint = confirmed(folder, tmp_path / f"{folder.name}-trial")
        exported = export.export(Candidate(CONFIG), folder, checkpoint, target)
        assert (exported.compared, exported.onnx_offered) == (compared, offered)


def test_a_missing_checkpoint_is_named(taken, tmp_path):
    _, _, folder, _ = taken
    with pytest.raises(CheckpointError):
        export.export(Candidate(CONFIG), folder, tmp_path / "step-000001.checkpoint", tmp_path)
