"""What training promises: seeds, resuming, divergence, and test data that no search ever sees."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from search.history import Candidate, Report, Stage
from search.problems.image_space import HYPERPARAMETERS
from search.problems.images import IMAGES
from search.training import checkpoint, data
from search.training.images import PREDICTIONS, restore
from search.training.loop import DivergedError, Training, probabilities, train_epoch
from search.training.optimise import optimiser_of
from search.training.recipe import Recipe
from tests.conftest import SIZES
from tests.search.conftest import a_config, train
from tests.search.test_hyperband import assert_same_training


def told(reports: list[Report]) -> list[tuple[int, Any, str]]:
    """What reports say, apart from where their checkpoints lie."""
    return [(report.step, report.values, report.note) for report in reports]


def test_learns_to_read_digits(problem, tmp_path):
    reports = train(problem, tmp_path, a_config(epochs=12, augmentation="none", width=8))
    assert reports[-1].values["val_accuracy"] > 0.7
    assert [report.step for report in reports] == list(range(1, 13))


def test_the_same_seed_trains_the_same_network(problem, tmp_path):
    one = train(problem, tmp_path / "1", a_config(), seed=7)
    two = train(problem, tmp_path / "2", a_config(), seed=7)
    assert told(one) == told(two)
    assert_same_training(one[-1].checkpoint, two[-1].checkpoint)


def test_another_seed_trains_another_network(problem, tmp_path):
    one = train(problem, tmp_path / "1", a_config(), seed=7)
    assert told(one) != told(train(problem, tmp_path / "2", a_config(), seed=8))


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("schedule", ["constant", "cosine", "step"])
def test_resuming_equals_going_straight_through(problem, tmp_path, optimiser, schedule):
    more = {"mixup": 0.4, "cutout": 8, "trivial_augment": "on"} if optimiser == "sgd" else {}
    config = a_config(optimiser=optimiser, schedule=schedule, **more)
    straight = train(problem, tmp_path / "1", config, seed=7)
    first = train(problem, tmp_path / "2", config, seed=7, epochs=1)
    later = train(problem, tmp_path / "3", config, seed=99, resume=first[-1].checkpoint)
    assert told(first + later) == told(straight)
    assert_same_training(straight[-1].checkpoint, later[-1].checkpoint)


class Watcher(torch.nn.Module):
    """A network that remembers, by their pixels, the images it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(64, 10)
        self.shown: list[bytes] = []

    def forward(self, images):
        self.shown += [image.numpy().tobytes() for image in images]
        return self.layer(images.flatten(1))


def test_each_epoch_shows_every_image_once_in_another_order(digits):
    parts = (data.split(digits, "train"), data.split(digits, "validation"))
    recipe, normalise = Recipe(), data.Normalise.of(data.meta(digits), torch.device("cpu"))
    watcher = Watcher()
    training = Training(watcher, optimiser_of(recipe, watcher.parameters()), seed=1)
    for _ in range(2):
        train_epoch(training, recipe, parts, normalise)
    first, second = watcher.shown[:260], watcher.shown[260:]
    every = [normalise(image[None]).numpy().tobytes() for part in parts for image in part.images]
    assert sorted(first) == sorted(second) == sorted(every)
    assert first != second
    assert first != every


def test_global_random_state_is_left_as_it_was(problem, tmp_path):
    before = torch.get_rng_state()
    train(problem, tmp_path, a_config(epochs=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loss_that_is_not_a_number_ends_training(problem, digits, tmp_path):
    folder = shutil.copytree(digits, tmp_path / "poisoned")
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "mean": [math.nan]}))
    with pytest.raises(DivergedError):
        train(replace(problem, data=folder), tmp_path / "work", a_config())


# Every hyper-parameter of the shipped space changes the network or its training.


def different(name: str) -> list[dict[str, Any]]:
    """Configs that differ in one hyper-parameter only, which is active."""
    h = HYPERPARAMETERS[name]
    around = {h.when[0]: h.when[1]} if h.when else {}
    values = h.choices or h.usual
    assert values is not None
    kind = int if h.kind == "integer" else (lambda value: value)
    return [a_config(**{"epochs": 2, **around, name: kind(value)}) for value in values]


@pytest.mark.parametrize("name", [name for name in HYPERPARAMETERS if name != "drop_path"])
def test_every_hyperparameter_changes_the_training(problem, tmp_path, name):
    outcomes = [
        told(train(problem, tmp_path / str(i), config, epochs=2))
        for i, config in enumerate(different(name))
    ]
    assert all(one != two for one, two in combinations(outcomes, 2))


def test_training_reads_what_the_space_offers_and_nothing_else():
    assert set(Recipe.__dataclass_fields__) == set(HYPERPARAMETERS)
    usual = {name for name, declared in HYPERPARAMETERS.items() if not declared.extra}
    assert usual == set(IMAGES.usual_space().names)


def test_a_hyperparameter_that_training_does_not_know_is_refused():
    with pytest.raises(TypeError):
        Recipe.of({"learning_rat": 0.1})


def test_every_configuration_of_the_space_can_be_trained(problem, tmp_path):
    rng = np.random.default_rng(0)
    for number in range(10):
        config = problem.space.sample(rng)
        reports = train(problem, tmp_path / str(number), config, epochs=1)
        assert 0 <= reports[-1].values["val_accuracy"] <= 1


# Test items are seen once, by the confirming trial.


def garbage_test_part(digits: Path, folder: Path) -> Path:
    shutil.copytree(digits, folder)
    (folder / "test-images.npy").write_bytes(b"not an array")
    (folder / "test-labels.npy").write_bytes(b"not an array either")
    return folder


def test_a_search_trial_never_sees_the_test_part(problem, digits, tmp_path):
    spoilt = replace(problem, data=garbage_test_part(digits, tmp_path / "spoilt"))
    honest = train(problem, tmp_path / "1", a_config())
    assert told(train(spoilt, tmp_path / "2", a_config())) == told(honest)


def test_confirming_scores_the_test_part_once_at_the_end(problem, digits, tmp_path):
    reports = train(problem, tmp_path, a_config(epochs=3), stage=Stage.CONFIRM)
    assert ["test_accuracy" in report.values for report in reports] == [False, False, True]
    assert not any("val_accuracy" in report.values for report in reports)

    predicted = np.load(tmp_path / PREDICTIONS)
    labels = np.load(digits / "test-labels.npy")
    assert predicted.dtype == np.float32
    assert predicted.sum(axis=1) == pytest.approx(1, abs=1e-5)
    right = (predicted.argmax(axis=1) == labels).mean()
    assert reports[-1].values["test_accuracy"] == pytest.approx(right)


def test_confirming_trains_on_the_validation_part_too(problem, tmp_path):
    train(problem, tmp_path, a_config(epochs=1), stage=Stage.CONFIRM)
    (path,) = tmp_path.glob("*.checkpoint")
    state = checkpoint.load(path)
    assert state["steps"] == math.ceil((SIZES["train"] + SIZES["validation"]) / 32)


def test_a_confirming_trial_taken_up_at_its_end_still_scores(problem, tmp_path):
    whole = train(problem, tmp_path / "1", a_config(), stage=Stage.CONFIRM)[-1]
    again = train(problem, tmp_path / "2", a_config(), stage=Stage.CONFIRM, resume=whole.checkpoint)
    assert told(again) == told([whole])


def test_a_restored_network_predicts_as_it_did(problem, digits, tmp_path):
    last = train(problem, tmp_path, a_config(), stage=Stage.CONFIRM)[-1]
    assert last.checkpoint is not None
    network = restore(Candidate(a_config()), digits, last.checkpoint)
    normalise = data.Normalise.of(data.meta(digits), torch.device("cpu"))
    predicted = probabilities(network, data.split(digits, "test"), normalise)
    assert np.array_equal(predicted.numpy(), np.load(tmp_path / PREDICTIONS))


def test_a_batch_in_halves_takes_the_same_steps(problem, tmp_path):
    config = a_config(dropout=0.0, augmentation="none", layers=1)
    whole = train(problem, tmp_path / "whole", config, epochs=1)
    halves = train(problem, tmp_path / "halves", config, epochs=1, parts=2)
    assert halves[-1].values["train_loss"] == pytest.approx(whole[-1].values["train_loss"], rel=0.1)
