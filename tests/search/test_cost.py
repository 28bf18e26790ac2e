"""What networks cost: torchvision's published figures, and the count on paper equal to the count in torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.chains import chain_blueprint
from search.architecture.genotype import blueprint_of
from search.architecture.network import Network
from search.cost import count
from search.metrics import netscore
from tests.search.test_cell_space import spaces

STAGES = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
MOBILENET_V2 = {
    "v": 1,
    "kind": "chain",
    "stem": 32,
    "blocks": [{"op": "mbconv", "k": 3, "e": e, "c": c, "n": n, "s": s} for e, c, n, s in STAGES],
    "head": 1280,
}


# Accuracy in percent, parameters in millions and MACs in billions of known networks, and their NetScore.
# A wrong unit shifts all scores alike, so that only absolute values show it.
NETSCORES = [
    (69.362, 2.279, 0.1449, 78.46),
    (58.178, 1.235, 0.3492, 74.24),
    (71.878, 3.505, 0.3008, 74.03),
    (65.2, 4.24, 0.186, 73.60),
    (68.0, 4.24, 0.291, 72.39),
    (70.0, 4.24, 0.418, 71.32),
    (70.9, 4.24, 0.569, 70.20),
    (58.092, 1.248, 0.8189, 70.47),
    (74.434, 7.979, 2.8342, 61.33),
    (69.758, 11.690, 1.8141, 60.48),
    (76.130, 25.557, 4.0892, 55.07),
    (71.592, 138.358, 15.4703, 40.89),
]


@pytest.mark.parametrize(("percent", "millions", "billions", "score"), NETSCORES)
def test_netscore_is_in_the_units_of_its_paper(percent, millions, billions, score):
    given_score = netscore(percent / 100, millions * 1e6, billions * 1e9)
    assert given_score == pytest.approx(score, abs=0.01)


@pytest.mark.parametrize("figures", [(0.0, 1e6, 1e9), (0.7, 0, 1e9), (0.7, 1e6, 0)])
def test_netscore_without_a_logarithm_is_none(figures):
    assert netscore(*figures) is None


@pytest.mark.parametrize("name", ["ResNet18", "ResNet50", "MobileNet_V2"])
def test_counts_what_torchvision_publishes(name):
    published = torchvision.models.get_weight(f"{name}_Weights.IMAGENET1K_V1").meta
    network = torchvision.models.get_model(name.lower())
    params, macs = count(network, (3, 224, 224))
    assert params == published["num_params"]
    assert round(macs / 1e9, 3) == published["_ops"]
    assert network.training


def test_mobilenet_of_the_paper_is_that_of_torchvision():
    theirs = torchvision.models.mobilenet_v2().eval()
    drawn = blueprint_of(MOBILENET_V2, (3, 224, 224), 1000)
    assert (drawn.params, drawn.macs) == count(theirs, (3, 224, 224))
    ours = Network(drawn).eval()
    weights = {
        name: value if value.dtype == torch.long else value + 0.01 * torch.rand_like(value)
        for name, value in theirs.state_dict().items()
    }
    theirs.load_state_dict(weights)
    ours.load_state_dict(dict(zip(ours.state_dict(), weights.values(), strict=True)))
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = theirs(images)
        assert expected.std() > 1e-3
        torch.testing.assert_close(ours(images), expected, rtol=1e-4, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(spaces(), st.integers(0, 2**32 - 1))
def test_what_is_counted_on_paper_is_what_is_built_and_trained(space, seed):
    drawn = blueprint_of(space.sample(np.random.default_rng(seed)), space.shape, space.classes)
    network = Network(drawn)
    assert (drawn.params, drawn.macs) == count(network, space.shape)
    logits = network(torch.rand(2, *space.shape))
    assert logits.shape == (2, space.classes)
    logits.sum().backward()
    for weight in network.parameters():
        assert weight.grad is not None
        assert weight.grad.isfinite().all()


def test_nothing_is_built_behind_zero():
    cell = {"nodes": [["zero", 0, "sep3", 1], ["sep5", 0, "zero", 2]], "concat": [2]}
    genotype = {
        "v": 1,
        "kind": "cell_net",
        "cells": {"normal": cell, "reduce": cell},
        "skeleton": {"C": 4, "L": 3, "reductions": 2},
    }
    network = Network(blueprint_of(genotype, (1, 8, 8), 2))
    network(torch.rand(2, 1, 8, 8)).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())
    assert not [
        layer for layer in network.blueprint.layers if "input0" in layer.name and layer.params
    ]


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 33, 20)])
def test_the_size_is_that_of_all_stored_numbers(shape):
    drawn = chain_blueprint(shape, 10, layers=3, width=8, dropout=0.1)
    stored = Network(drawn).state_dict().values()
    assert drawn.size_bytes == sum(4 * v.numel() for v in stored if v.dtype == torch.float32)
    assert drawn.costs["params"] == sum(layer.params for layer in drawn.layers)
