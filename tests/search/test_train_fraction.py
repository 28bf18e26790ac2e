"""What is promised of training on a share of the items: nested, in proportion, and never mixed up."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.spaces import READY_MADE
from search.history import Candidate, Stage
from search.method import Context
from search.oneshot.darts import Options
from search.problems.architecture_space import ready_made
from search.problems.images import IMAGES
from search.supernet.darts import search
from search.training import checkpoint, data
from search.training.images import evaluate
from tests.conftest import SIZES
from tests.search.conftest import a_config, train
from tests.search.test_hyperband import assert_same_training
from tests.search.test_training import told

fractions = st.floats(0.01, 1, exclude_min=False)


def on_share(problem, workdir, fraction, *, seed=1, stage=Stage.SEARCH, resume=None, **config):
    workdir.mkdir(parents=True, exist_ok=True)
    fidelity = {"train_fraction": fraction}
    context = Context(seed, workdir, stage=stage, fidelity=fidelity, resume=resume)
    return list(evaluate(problem, Candidate(a_config(**config)), context))


def chosen(digits, fraction) -> list[int]:
    part = data.share(digits, "train", fraction)
    places = torch.arange(len(part)) if part.chosen is None else part.chosen
    return places.tolist()


@settings(deadline=None)
@given(fractions, fractions)
def test_smaller_shares_lie_within_larger_ones(digits, one, other):
    small, large = sorted((one, other))
    assert set(chosen(digits, small)) <= set(chosen(digits, large))


@settings(deadline=None)
@given(fractions)
def test_a_share_has_its_number_of_items_with_the_classes_in_proportion(digits, fraction):
    labels = data.split(digits, "train").labels.numpy()
    places = chosen(digits, fraction)
    assert len(places) == len(set(places)) == max(np.ceil(fraction * 200 - 1e-9), 10)
    found, counts = np.bincount(labels[places], minlength=10), np.bincount(labels)
    assert found.min() >= 1
    # The first item of each class comes first, so that small shares may be off by one more.
    assert np.abs(found - counts * len(places) / len(labels)).max() <= 2


def test_shares_are_drawn_from_the_data_alone(digits, tmp_path):
    copy = shutil.copytree(digits, tmp_path / "copy")
    torch.manual_seed(1)
    assert chosen(copy, 0.3) == chosen(digits, 0.3)


def test_the_whole_is_trained_as_if_there_were_no_shares(problem, tmp_path):
    plain = train(problem, tmp_path / "plain", a_config(), seed=7)
    whole = on_share(problem, tmp_path / "whole", 1, seed=7)
    assert told(whole) == told(plain)
    assert_same_training(whole[-1].checkpoint, plain[-1].checkpoint)


def test_training_on_a_share_equals_training_on_those_items_alone(problem, digits, tmp_path):
    """The same pixels in the same order, so the same network, to the bit."""
    folder = shutil.copytree(digits, tmp_path / "share")
    places = chosen(digits, 0.25)
    for kind in ("images", "labels"):
        array = np.load(digits / f"train-{kind}.npy")
        np.save(folder / f"train-{kind}.npy", array[places])
    alone = train(replace(problem, data=folder), tmp_path / "1", a_config(), seed=3)
    share = on_share(problem, tmp_path / "2", 0.25, seed=3)
    assert told(share) == told(alone)
    state = checkpoint.load(share[-1].checkpoint)
    assert state["steps"] == 4 * -(-50 // 32)


def test_a_share_goes_on_where_it_was_interrupted(problem, tmp_path):
    straight = on_share(problem, tmp_path / "1", 0.5, seed=7)
    later = on_share(problem, tmp_path / "2", 0.5, seed=9, resume=straight[1].checkpoint)
    assert told(later) == told(straight[2:])


@pytest.mark.parametrize(("before", "after"), [(0.5, 1.0), (1.0, 0.5), (0.25, 0.5)])
def test_no_share_goes_on_from_the_checkpoint_of_another(problem, tmp_path, before, after):
    earlier = on_share(problem, tmp_path / "1", before, seed=7)
    fresh = on_share(problem, tmp_path / "2", after, seed=9)
    resumed = on_share(problem, tmp_path / "3", after, seed=9, resume=earlier[1].checkpoint)
    assert told(resumed) == told(fresh)


def test_a_supernet_is_trained_on_a_share_and_on_no_other(digits, tmp_path):
    cells = {**READY_MADE["darts"], "nodes": 1, "channels": 4, "ops": ["id", "max3"]}
    fixed = ready_made("darts")["training"]
    problem = IMAGES.problem({"architecture": cells, "training": fixed}, digits)
    options = Options(epochs=2, batch_size=32)

    def searched(name, fraction, resume=None):
        (tmp_path / name).mkdir()
        share = {"train_fraction": fraction}
        context = Context(3, tmp_path / name, fidelity=share, resume=resume)
        return list(search(problem, Candidate({}), context, options))

    quarter, half = searched("quarter", 0.25), searched("half", 0.5)
    assert told(quarter) != told(half)
    resumed = searched("resumed", 0.5, quarter[0].checkpoint)
    assert told(resumed) == told(half)
    assert told(searched("again", 0.25, quarter[0].checkpoint)) == told(quarter[1:])


def test_a_model_to_take_home_is_trained_on_everything(problem, tmp_path):
    on_share(problem, tmp_path, 0.1, stage=Stage.CONFIRM, epochs=1)
    (path,) = tmp_path.glob("*.checkpoint")
    everything = SIZES["train"] + SIZES["validation"]
    assert checkpoint.load(path)["steps"] == -(-everything // 32)


def test_images_offer_epochs_first_and_then_the_share(digits):
    problem = IMAGES.problem(IMAGES.usual_space().to_json(), digits)
    assert [(f.name, f.maximum, f.resumes) for f in problem.fidelities] == [
        ("epochs", 1000, True),
        ("train_fraction", 1, False),
    ]
