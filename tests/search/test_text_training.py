"""What training on text promises: it learns what can be learnt, resumes to the bit, and never peeks."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from search.history import Candidate, Report, Stage
from search.training import checkpoint
from search.training.loop import DivergedError
from search.training.text import data, language, loop
from search.training.text.classification import PREDICTIONS, scores
from search.training.text.costs import counted
from search.training.text.evaluate import restore
from search.training.text.language import SURPRISES, surprises
from search.training.text.networks import build
from search.training.text.recipe import Recipe
from tests.search import texts
from tests.search.test_hyperband import assert_same_training
from tests.search.texts import a_config, train_text

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def chain(tmp_path_factory) -> Path:
    """Letters that follow each other by a known chance."""
    return texts.chain(tmp_path_factory.mktemp("texts") / "chain")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return texts.chain(tmp_path_factory.mktemp("texts") / "small", train=1500, held_out=400)


@pytest.fixture(scope="module")
def reviews(tmp_path_factory) -> Path:
    return texts.reviews(tmp_path_factory.mktemp("texts") / "reviews")


@pytest.fixture(params=["language", "classification"])
def folder(request, small, reviews):
    """A small text of each task."""
    return small if request.param == "language" else reviews


def told(reports: list[Report]) -> list[tuple[int, Any, str]]:
    """What reports say, apart from where their checkpoints lie."""
    return [(report.step, report.values, report.note) for report in reports]


# It learns


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_language_is_learnt_as_well_as_it_can_be(chain, tmp_path, cell):
    config = a_config(cell=cell, epochs=4, dropout_embedding=0.0, dropout_output=0.0)
    last = train_text(chain, tmp_path, config, stage=Stage.CONFIRM)[-1]
    best = texts.true_loss(np.load(chain / "test-tokens.npy"))
    assert best < last.values["test_loss"] < 1.02 * best
    assert last.values["test_perplexity"] == pytest.approx(math.exp(last.values["test_loss"]))


@pytest.mark.parametrize("tied", ["no", "yes"])
def test_a_pattern_that_repeats_is_learnt_by_heart(tmp_path, tied):
    pattern = np.tile([1, 2, 1, 3, 4, 4, 2], 600)
    parts = {"train": pattern, "validation": pattern[:900], "test": pattern[:900]}
    folder = texts.language(tmp_path / "pattern", parts)
    still = {"dropout_embedding": 0.0, "dropout_output": 0.0}
    config = a_config(epochs=8, width=24, embedding=16, tied_weights=tied, **still)
    assert train_text(folder, tmp_path, config)[-1].values["val_perplexity"] < 1.1


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_texts_are_told_apart_by_words_that_stand_anywhere(reviews, tmp_path, cell):
    values = train_text(reviews, tmp_path, a_config(cell=cell, epochs=4))[-1].values
    assert values["val_accuracy"] > 0.95
    assert values["val_balanced_accuracy"] > 0.95


# The same again


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
def test_resuming_equals_going_straight_through(folder, tmp_path, optimiser):
    config = a_config(optimiser=optimiser, layers=2, dropout_between=0.2)
    straight = train_text(folder, tmp_path / "1", config, seed=7)
    first = train_text(folder, tmp_path / "2", config, seed=7, epochs=1)
    later = train_text(folder, tmp_path / "3", config, seed=99, resume=first[-1].checkpoint)
    assert told(first + later) == told(straight)
    assert [report.step for report in straight] == [1, 2, 3]
    assert_same_training(straight[-1].checkpoint, later[-1].checkpoint)


def test_another_seed_trains_another_network(folder, tmp_path):
    one = train_text(folder, tmp_path / "1", a_config(epochs=1), seed=1)
    two = train_text(folder, tmp_path / "2", a_config(epochs=1), seed=2)
    assert told(one) != told(two)


def test_global_random_state_is_left_as_it_was(folder, tmp_path):
    before = torch.get_rng_state()
    train_text(folder, tmp_path, a_config(epochs=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_batch_in_pieces_takes_the_same_steps(folder, tmp_path):
    config = a_config(dropout_embedding=0.0, dropout_output=0.0, epochs=1)
    whole = train_text(folder, tmp_path / "whole", config)[-1]
    pieces = train_text(folder, tmp_path / "pieces", config, parts=3)[-1]
    assert pieces.values["train_loss"] == pytest.approx(whole.values["train_loss"], rel=1e-3)


# First looks


@pytest.fixture
def often(monkeypatch) -> None:
    """Looks that are due after few tokens."""
    monkeypatch.setattr(loop, "FIRST_LOOK", (1e9, 100))


@pytest.mark.usefixtures("often")
def test_a_long_first_epoch_is_told_on_its_way_and_later_ones_repeat_what_was(folder, tmp_path):
    reports = train_text(folder, tmp_path, a_config(epochs=2))
    steps = [report.step for report in reports]
    assert steps == sorted(steps)
    assert steps.count(1) >= 4
    looks = [report for report in reports if report.step == 1 and report.checkpoint is None]
    assert looks
    assert all({"train_loss", "val_loss"} <= set(report.values) for report in looks)
    assert all(report.costs["params"] for report in looks)
    (first,) = {str(r.values) for r in reports if r.step == 1 and r.checkpoint is not None}
    assert str(looks[-1].values) != first


@pytest.mark.usefixtures("often")
def test_looking_changes_nothing_but_where_dropout_begins_anew(small, tmp_path, monkeypatch):
    config = a_config(dropout_embedding=0.0, dropout_output=0.0, epochs=2)
    looked = train_text(small, tmp_path / "1", config)
    monkeypatch.setattr(loop, "FIRST_LOOK", (1e12, 10**9))
    assert_same_training(
        looked[-1].checkpoint, train_text(small, tmp_path / "2", config)[-1].checkpoint
    )


@pytest.mark.usefixtures("often")
def test_a_training_that_looks_is_resumed_to_the_bit(folder, tmp_path):
    straight = train_text(folder, tmp_path / "1", a_config(), seed=7)
    first = train_text(folder, tmp_path / "2", a_config(), seed=7, epochs=2)
    later = train_text(folder, tmp_path / "3", a_config(), resume=first[-1].checkpoint)
    assert_same_training(straight[-1].checkpoint, later[-1].checkpoint)


def test_looks_come_at_twice_the_distance_each_and_not_near_the_end():
    assert list(loop.looks(1_000_000, macs=1e4)) == [100_000, 200_000, 400_000]
    assert list(loop.looks(1_000_000, macs=1e6)) == [2000 * 2**i for i in range(9)]
    assert list(loop.looks(5_000, macs=1e4)) == []
    assert list(loop.looks(10_000, macs=1e4, tokens_each=50)) == [2000, 4000]


# Limits, faults and fidelities


def test_a_network_beyond_a_limit_is_counted_and_not_trained(folder, tmp_path):
    (report,) = train_text(folder, tmp_path, a_config(), limits={"params": 100})
    assert report.step == 0
    assert report.costs["params"] > 100
    assert not report.values


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("tied", ["no", "yes"])
@pytest.mark.parametrize("width", [8, 12])
def test_parameters_are_counted_as_torch_counts_them(folder, cell, layers, tied, width):
    recipe = Recipe(cell=cell, layers=layers, width=width, embedding=8, tied_weights=tied)
    known = data.meta(folder)
    network = build(recipe, known)
    params = sum(weights.numel() for weights in network.parameters())
    assert counted(recipe, known)["params"] == params
    assert counted(recipe, known)["size_bytes"] == 4 * params


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_loss_that_is_no_number_ends_training(folder, tmp_path):
    config = a_config(optimiser="sgd", sgd_learning_rate=1e38, clipping=100.0, epochs=1)
    with pytest.raises(DivergedError):
        train_text(folder, tmp_path, config)


def test_a_share_of_the_training_part_trains_another_network_and_is_not_resumed(folder, tmp_path):
    whole = train_text(folder, tmp_path / "1", a_config(epochs=1), epochs=1)
    half = train_text(folder, tmp_path / "2", a_config(epochs=1), train_fraction=0.5)
    assert half[-1].values["val_loss"] != whole[-1].values["val_loss"]
    first = train_text(folder, tmp_path / "3", a_config(), epochs=1, train_fraction=0.5)
    again = train_text(folder, tmp_path / "4", a_config(), resume=first[-1].checkpoint)
    assert told(again) == told(train_text(folder, tmp_path / "5", a_config()))


def test_a_confirming_trial_has_all_of_both_parts_whatever_its_share(folder, tmp_path):
    config = a_config(epochs=1)
    runs = [
        train_text(folder, tmp_path / str(share), config, stage=Stage.CONFIRM, train_fraction=share)
        for share in (0.3, 1.0)
    ]
    assert told(runs[0]) == told(runs[1])
    state = checkpoint.load(next((tmp_path / "1.0").glob("*.checkpoint")))
    search = train_text(folder, tmp_path / "search", config)
    assert state["steps"] > checkpoint.load(search[-1].checkpoint)["steps"]


# The test part is seen once


def test_a_search_trial_never_sees_the_test_part(folder, tmp_path):
    spoilt = shutil.copytree(folder, tmp_path / "spoilt")
    for path in spoilt.glob("test-*"):
        path.write_bytes(b"not an array")
    honest = train_text(folder, tmp_path / "1", a_config())
    assert told(train_text(spoilt, tmp_path / "2", a_config())) == told(honest)


def test_confirming_scores_the_test_part_once_at_the_end(folder, tmp_path):
    reports = train_text(folder, tmp_path, a_config(), stage=Stage.CONFIRM)
    assert ["test_loss" in report.values for report in reports] == [False, False, True]
    assert not any("val_loss" in report.values for report in reports)
    assert reports[-1].costs["latency_ms"] > 0
    again = train_text(
        folder, tmp_path / "2", a_config(), stage=Stage.CONFIRM, resume=reports[-1].checkpoint
    )
    assert told(again) == told(reports[-1:])


def test_what_is_left_for_the_page_gives_the_scores_again(small, reviews, tmp_path):
    language_values = train_text(small, tmp_path / "1", a_config(), stage=Stage.CONFIRM)[-1].values
    nats = np.load(tmp_path / "1" / SURPRISES)
    assert len(nats) == len(np.load(small / "test-tokens.npy")) - 1
    assert float(nats.mean()) == pytest.approx(language_values["test_loss"])
    values = train_text(reviews, tmp_path / "2", a_config(), stage=Stage.CONFIRM)[-1].values
    predicted = np.load(tmp_path / "2" / PREDICTIONS)
    right = predicted.argmax(axis=1) == np.load(reviews / "test-labels.npy")
    assert right.mean() == pytest.approx(values["test_accuracy"])


def test_the_state_is_carried_over_the_whole_part(small, tmp_path, monkeypatch):
    last = train_text(small, tmp_path, a_config(epochs=1))[-1]
    assert last.checkpoint is not None
    network = restore(Candidate(a_config(epochs=1)), data.meta(small), last.checkpoint)
    text = data.tokens(small, "test")
    with torch.inference_mode():
        logits, _ = network(text[None, :-1].long(), *network.start(1))
    nats = torch.nn.functional.cross_entropy(logits[0], text[1:].long(), reduction="none")
    monkeypatch.setattr(language, "STREAMS", 1)
    for window in (16, 128):
        monkeypatch.setattr(language, "WINDOW", window)
        assert torch.allclose(surprises(network, text, CPU), nats, atol=1e-5)
    monkeypatch.setattr(language, "STREAMS", 3)
    side_by_side = surprises(network, text, CPU)
    assert len(side_by_side) == len(nats)
    assert float(side_by_side.mean()) == pytest.approx(float(nats.mean()), rel=0.01)
    steps = math.ceil(len(nats) / 3)  # of which a look reads the first ones, all over the text
    firsts = torch.cat([side_by_side[begin : begin + 20] for begin in (0, steps, 2 * steps)])
    assert torch.equal(surprises(network, text, CPU, most=60), firsts)


def test_balanced_accuracy_is_the_mean_over_the_classes_that_occur():
    predicted = torch.eye(3)[[0, 0, 0, 0, 1]]
    told = dict(scores(predicted, torch.tensor([0, 0, 0, 1, 1])))
    assert told["accuracy"] == pytest.approx(0.8)
    assert told["balanced_accuracy"] == pytest.approx((1 + 0.5) / 2)
