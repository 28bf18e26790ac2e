"""Networks are built for every size of image, and batches are varied without losing an image."""

from __future__ import annotations

import warnings

import onnxruntime
import pytest
import torch

from search.architecture.genotype import blueprint_of
from search.architecture.network import INITIALISATIONS, Network, chain, initialise
from search.cost import parameters
from search.training import augment


def a_chain(shape=(3, 32, 32), **changed):
    sizes = {"layers": 3, "width": 8, "dropout": 0.0, "initialisation": "he", **changed}
    return chain(shape, 10, **sizes)


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 48), (3, 96, 96), (1, 2, 2)])
@pytest.mark.parametrize("layers", [1, 5, 12])
def test_fits_every_size_of_image(shape, layers):
    network = a_chain(shape, layers=layers)
    assert network(torch.rand(2, *shape)).shape == (2, 10)


def test_is_as_deep_and_as_wide_as_asked():
    convolutions = [
        m for m in a_chain(layers=4, width=8).modules() if isinstance(m, torch.nn.Conv2d)
    ]
    assert [m.out_channels for m in convolutions] == [8, 16, 32, 32]


def test_counts_the_numbers_that_training_adjusts():
    one_layer = a_chain((1, 8, 8), layers=1, width=4)
    convolution, norm, linear = 4 * 9, 2 * 4, 4 * 10 + 10
    assert parameters(one_layer) == convolution + norm + linear


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_biases_start_at_zero(name):
    assert torch.equal(list(a_chain(initialisation=name).parameters())[-1], torch.zeros(10))


def test_an_unknown_initialisation_is_an_error():
    with pytest.raises(KeyError):
        a_chain(initialisation="nonsense")


def a_cell_net():
    cell = {
        "nodes": [["sep3", 0, "max3", 1], ["avg3", 0, "id", 1], ["dil5", 2, "c1x7", 1]],
        "concat": [1, 3, 4],
    }
    genotype = {
        "v": 1,
        "kind": "cell_net",
        "cells": {"normal": cell, "reduce": cell},
        "skeleton": {"C": 3, "L": 3, "reductions": 2},
    }
    return Network(blueprint_of(genotype, (3, 9, 10), 10, dropout=0.3))


def a_mobile_chain():
    block = {"op": "mbconv", "k": 5, "e": 2, "c": 4, "n": 2, "s": 2}
    genotype = {"v": 1, "kind": "chain", "stem": 4, "blocks": [block], "head": 8}
    return Network(blueprint_of(genotype, (3, 17, 13), 10))


NETWORKS = [(a_cell_net, (3, 9, 10)), (a_chain, (3, 32, 32)), (a_mobile_chain, (3, 17, 13))]


@pytest.mark.parametrize(("network", "shape"), NETWORKS)
def test_an_onnx_model_of_a_network_gives_the_same(network, shape, tmp_path):
    built, batch = network().eval(), torch.rand(4, *shape)
    path = tmp_path / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter uses what it deprecates
        dynamic = {"images": {0: torch.export.Dim("batch")}}
        torch.onnx.export(
            built, (batch[:2],), path, dynamo=True, dynamic_shapes=dynamic, verbose=False
        )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.run(None, {session.get_inputs()[0].name: batch.numpy()})
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(given), built(batch), rtol=1e-4, atol=1e-5)


def test_the_chain_has_the_names_and_seeded_weights_of_a_plain_sequence():
    """Checkpoints and results of runs before architectures were searched stay what they were."""
    torch.manual_seed(0)
    ours = a_chain((1, 8, 8), layers=1, width=4)
    torch.manual_seed(0)
    plain = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Dropout(0.0),
        torch.nn.Linear(4, 10),
    )
    initialise(plain, INITIALISATIONS["he"])
    assert list(ours.state_dict()) == list(plain.state_dict())
    for name, value in plain.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value)


def test_only_layers_with_weights_are_in_the_state():
    network = a_cell_net()
    weighted = {layer.name for layer in network.blueprint.layers if layer.params}
    assert {name.rpartition(".")[0] for name in network.state_dict()} == weighted


def test_the_layout_of_memory_changes_no_result():
    network, batch = a_cell_net().eval(), torch.rand(2, 3, 9, 10)
    with torch.no_grad():
        expected = network(batch)
        given = network.to(memory_format=torch.channels_last)(batch)
    torch.testing.assert_close(given, expected)


def test_rectifying_in_place_changes_no_gradient():
    network, batch = a_cell_net().double(), torch.rand(2, 3, 9, 10, dtype=torch.float64)
    gradients = []
    for in_place in (True, False):
        for function in network._functions.values():
            if getattr(function, "keywords", {}).get("inplace") is not None:
                function.keywords["inplace"] &= in_place
        torch.manual_seed(0)
        network.zero_grad()
        network(batch).square().sum().backward()
        gradients.append([weight.grad.clone() for weight in network.parameters()])
    torch.testing.assert_close(*gradients)


def images(count=64, side=8):
    pixels = torch.arange(count * 3 * side * side) % 251
    return (pixels + 1).to(torch.uint8).view(count, 3, side, side)


def generator():
    return torch.Generator().manual_seed(0)


def test_flip_mirrors_some_images_and_keeps_the_others():
    before = images()
    after = augment.flip(before, generator())
    mirrored = (after == before.flip(3)).flatten(1).all(1)
    kept = (after == before).flatten(1).all(1)
    assert (mirrored ^ kept).all()
    assert 10 < mirrored.sum() < 54


def test_crop_shifts_each_image_by_at_most_a_pixel_on_digits():
    before = images()
    after = augment.crop(before, generator())
    padded = torch.nn.functional.pad(before, (1, 1, 1, 1))
    windows = [padded[:, :, y : y + 8, x : x + 8] for y in range(3) for x in range(3)]
    matches = torch.stack([(after == window).flatten(1).all(1) for window in windows])
    assert matches.any(0).all(), "each result is a window of its image"
    assert matches.any(1).all(), "every shift occurs"


@pytest.mark.parametrize("name", augment.AUGMENTATIONS)
def test_keeps_shape_and_type_and_leaves_its_input_alone(name):
    before = images()
    after = augment.AUGMENTATIONS[name](before, generator())
    assert (after.shape, after.dtype) == (before.shape, torch.uint8)
    assert torch.equal(before, images())
