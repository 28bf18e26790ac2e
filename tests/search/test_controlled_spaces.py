"""Sets for controllers: every combination of choices is a network that can be counted, built and printed."""

from __future__ import annotations

import json
import warnings
from itertools import product

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.genotype import blueprint_of, canonical
from search.architecture.network import build
from search.architecture.reading import GenotypeError
from search.architecture.spaces import READY_MADE, space_of
from search.cost import parameters
from search.space import SpaceError
from search.training.meta import Meta
from search.training.standalone import source

SHAPE, CLASSES = (3, 16, 12), 5
NAMES = ("macro", "nasnet", "mnas")
seeds = st.integers(0, 2**31)
every_set = pytest.mark.parametrize("name", NAMES)


def the_set(name):
    return space_of(READY_MADE[name], SHAPE, CLASSES)


def drawn(name, seed):
    architectures = the_set(name)
    return architectures, architectures.sample(np.random.default_rng(seed))


@every_set
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_design_is_canonical_and_made_again_by_its_choices(name, seed):
    architectures, genotype = drawn(name, seed)
    assert canonical(genotype) == genotype
    assert architectures.decode(architectures.encode(genotype)) == genotype


@every_set
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_mutation_is_another_design_of_the_set_and_says_what_changed(name, seed):
    architectures, genotype = drawn(name, seed)
    child, told = architectures.mutate(genotype, np.random.default_rng(seed))
    assert child != genotype
    assert architectures.decode(architectures.encode(child)) == child
    assert " instead of " in str(told)


@every_set
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_no_design_is_smaller_than_the_smallest(name, seed):
    architectures, genotype = drawn(name, seed)
    least = architectures.smallest()
    assert architectures.decode(architectures.encode(least)) == least
    counts = [blueprint_of(g, SHAPE, CLASSES).params for g in (least, genotype)]
    assert counts[0] <= counts[1]


@every_set
@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_networks_have_what_was_counted_and_the_printed_ones_compute_the_same(name, seed):
    blueprint = blueprint_of(drawn(name, seed)[1], SHAPE, CLASSES)
    network, images = build(blueprint, "he").eval(), torch.rand(2, *SHAPE)
    assert parameters(network) == blueprint.params
    with torch.no_grad():
        expected = network(images)
    printed: dict = {"__name__": "printed"}
    code = source(blueprint, Meta(tuple("abcde"), *SHAPE, (0.5,) * 3, (0.5,) * 3))
    exec(compile(code, "printed", "exec"), printed)  # noqa: S102 - what we print ourselves
    again = printed["Network"]()
    again.load_state_dict(network.state_dict())
    assert expected.shape == (2, CLASSES)
    assert torch.allclose(again.eval()(images), expected, atol=1e-5)


@every_set
def test_an_onnx_model_gives_the_same(name, tmp_path):
    network = build(blueprint_of(drawn(name, 4)[1], SHAPE, CLASSES), "he").eval()
    images, path = torch.rand(2, *SHAPE), tmp_path / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter uses what it deprecates
        torch.onnx.export(network, (images,), path, dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(path)
    (given,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    assert np.allclose(given, network(images).detach().numpy(), atol=1e-4)


@every_set
def test_declarations_survive_a_trip_through_json(name):
    architectures = the_set(name)
    assert (
        space_of(json.loads(json.dumps(architectures.to_json())), SHAPE, CLASSES) == architectures
    )


@pytest.mark.parametrize(
    "declared",
    [
        {"kind": "macro_dag", "layers": 2, "sides": [1, 3], "filters": [4], "strides": [1, 2]},
        {"kind": "chain", "blocks": [{"c": 8, "n": 1, "s": 2}], "stem": 4, "head": 0},
    ],
    ids=["macro", "mnas"],
)
def test_the_size_and_the_smallest_are_those_of_trying_all(declared):
    architectures = space_of(declared, SHAPE, CLASSES)
    ways = product(*(range(len(d.choices)) for d in architectures.decisions))
    designs = {architectures.decode(places) for places in ways}
    assert len(designs) == architectures.size()
    least = min(blueprint_of(design, SHAPE, CLASSES).params for design in designs)
    assert blueprint_of(architectures.smallest(), SHAPE, CLASSES).params == least


def test_the_space_of_nasnet_has_five_decisions_a_block_and_thirteen_operations():
    decisions = the_set("nasnet").decisions
    assert len(decisions) == 2 * 5 * 5
    assert {len(d.choices) for d in decisions if "_op_" in d.name} == {13}


def test_a_layer_that_joins_none_before_it_reads_the_image_and_unread_layers_are_joined():
    architectures = the_set("macro")
    none = architectures.decode([0] * len(architectures.decisions))
    assert all(layer["from"] == [0] for layer in json.loads(none)["layers"])
    joined = next(x for x in blueprint_of(none, SHAPE, CLASSES).layers if x.name == "loose")
    assert len(joined.inputs) == architectures.layers


def test_smaller_images_get_zeros_around_them():
    layers = [
        {"kh": 1, "kw": 1, "f": 2, "s": 1, "from": [0]},
        {"kh": 1, "kw": 1, "f": 2, "s": 3, "from": [0]},
        {"kh": 1, "kw": 1, "f": 2, "from": [1, 2]},
    ]
    blueprint = blueprint_of({"v": 1, "kind": "macro_dag", "layers": layers}, SHAPE, CLASSES)
    pad = next(layer for layer in blueprint.layers if layer.kind == "pad")
    assert pad.settings == {"around": (4, 4, 5, 5)}
    assert pad.shape == (2, 16, 12)


def test_mobilenet_is_in_its_set_with_blocks_that_expand_six_times_but_the_first():
    architectures = the_set("mnas")
    blocks = json.loads(architectures.reference())["blocks"]
    assert [block["op"] for block in blocks] == ["dwconv", *["mbconv"] * 4]
    assert all(block["e"] == 6 for block in blocks[1:])
    assert [block["c"] for block in blocks] == [8, 12, 16, 24, 32]


def test_a_depthwise_block_is_one_that_expands_nothing():
    def chain(**block):
        blocks = [{"k": 3, "c": 8, "n": 2, "s": 1, **block}]
        return blueprint_of({"v": 1, "kind": "chain", "stem": 8, "blocks": blocks}, SHAPE, CLASSES)

    assert chain(op="dwconv").layers == chain(op="mbconv", e=1).layers


def test_what_is_usual_of_a_block_is_left_out_of_its_text():
    block = {"op": "mbconv", "k": 3, "e": 6, "c": 8, "n": 1, "s": 1}
    usual = {"v": 1, "kind": "chain", "stem": 8, "blocks": [block]}
    told = {**usual, "blocks": [{**block, "se": 0, "skip": "id"}]}
    assert canonical(usual) == canonical(told)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"kind": "macro_dag", "layers": [{"kh": 1, "kw": 1, "f": 2, "from": [1]}]}, "from"),
        ({"kind": "macro_dag", "layers": [{"kh": 2, "kw": 1, "f": 2, "from": [0]}]}, "kh"),
        (
            {
                "kind": "chain",
                "stem": 8,
                "blocks": [{"op": "conv", "k": 3, "e": 2, "c": 8, "n": 1, "s": 1}],
            },
            "which nothing here reads",
        ),
        (
            {
                "kind": "chain",
                "stem": 8,
                "blocks": [{"op": "conv", "k": 3, "c": 8, "n": 1, "s": 1, "skip": "none"}],
            },
            "skip",
        ),
    ],
)
def test_what_is_wrong_with_a_genotype_is_said(document, reason):
    with pytest.raises(GenotypeError, match=reason):
        canonical({"v": 1, **document})


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("macro", {"sides": [2]}, "sides"),
        ("macro", {"filters": [8, 8]}, "once"),
        ("mnas", {"blocks": []}, "list"),
        ("mnas", {"blocks": [{"c": 8, "n": 9, "s": 1}]}, "n is a whole number"),
        ("nasnet", {"ops": ["none"]}, "none"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(name, changed, reason):
    with pytest.raises(SpaceError, match=reason):
        space_of({**READY_MADE[name], **changed}, SHAPE, CLASSES)
