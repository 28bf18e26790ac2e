"""The residual networks of Zela 2018 and the cells of JAHS-Bench-201: read, decided, counted and built."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from search.architecture.genotype import blueprint_of, canonical, parse
from search.architecture.network import build
from search.architecture.reading import GenotypeError
from search.architecture.spaces import READY_MADE, space_of
from search.history import Candidate
from search.problems.architecture_space import TRAINED_BY, check_document, ready_made
from search.problems.hyperparameters import check
from search.space import Space, SpaceError
from search.training.candidates import blueprint
from search.training.export import Standalone
from search.training.meta import Meta
from search.training.standalone import source
from tests.search.exported import as_onnx

KNOWN = Meta(("a", "b", "c"), 3, 17, 16, (0.4, 0.5, 0.6), (0.2, 0.3, 0.1))
SHAPE, CLASSES = KNOWN.shape, len(KNOWN.classes)
NAMES = ("residual_small", "nb201")
every_space = pytest.mark.parametrize("name", NAMES)


def set_of(name, shape=SHAPE):
    return space_of(READY_MADE[name], shape, CLASSES)


@st.composite
def designs(draw, names=NAMES):
    """A design of one of the sets, by any of its choices."""
    architectures = set_of(draw(st.sampled_from(names)))
    places = [draw(st.integers(0, len(d.choices) - 1)) for d in architectures.decisions]
    return architectures, architectures.decode(places)


@given(designs((*NAMES, "residual")), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_designs_are_canonical_and_have_their_choices_back_and_mutate_within_the_set(drawn, seed):
    architectures, genotype = drawn
    assert canonical(genotype) == genotype
    assert architectures.decode(architectures.encode(genotype)) == genotype
    other, _told = architectures.mutate(genotype, np.random.default_rng(seed))
    assert architectures.decode(architectures.encode(other)) == other


@given(designs())
@settings(max_examples=40, deadline=None)
def test_no_design_has_fewer_parameters_than_the_smallest(drawn):
    architectures, genotype = drawn
    least = blueprint_of(architectures.smallest(), SHAPE, CLASSES)
    assert blueprint_of(genotype, SHAPE, CLASSES).params >= least.params


@given(designs())
@settings(max_examples=15, deadline=None)
def test_the_printed_file_is_the_network_and_it_counts_what_torch_counts(drawn):
    _architectures, genotype = drawn
    counted = blueprint(Candidate({"drop_path": 0.3}, genotype), SHAPE, CLASSES)
    network = build(counted, "he").eval()
    assert sum(p.numel() for p in network.parameters()) == counted.params
    model = Standalone(network, KNOWN).eval()
    printed: dict[str, object] = {"__name__": "printed"}
    exec(source(counted, KNOWN), printed)  # noqa: S102 - what is printed is what is tested
    alone = printed["Model"]()
    alone.load_state_dict(model.state_dict())
    images = torch.rand(2, *SHAPE)
    with torch.inference_mode():
        assert torch.allclose(alone.eval()(images), model(images), atol=1e-6)


@pytest.mark.parametrize(
    "genotype",
    [
        {
            "kind": "residual",
            "stem": 4,
            "groups": [
                {"blocks": 2, "branches": 2, "c": 4},
                {"blocks": 1, "branches": 1, "c": 6},
            ],
        },
        {
            "kind": "nb201",
            "edges": ["conv3", "zero", "id", "avg3", "conv1", "zero"],
            "skeleton": {"C": 4, "N": 1, "act": "mish", "divide": 2},
        },
        {
            "kind": "nb201",
            "edges": ["zero", "conv1", "zero", "zero", "zero", "zero"],
            "skeleton": {"C": 4, "N": 1, "act": "hardswish", "divide": 1},
        },
    ],
    ids=["residual", "mish", "hardswish"],
)
def test_the_onnx_file_computes_the_same(genotype, tmp_path):
    torch.manual_seed(0)
    network = build(blueprint(Candidate({}, canonical({"v": 1, **genotype})), SHAPE, CLASSES), "he")
    batch = torch.rand(3, *SHAPE)
    path = as_onnx(network.eval(), batch, tmp_path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: batch.numpy()})
    with torch.inference_mode():
        assert np.allclose(found, network(batch).numpy(), atol=1e-5)


def test_a_death_rate_drops_paths_in_training_only_the_deepest_most():
    groups = [{"blocks": 2, "branches": 1, "c": 4}]
    genotype = canonical({"v": 1, "kind": "residual", "stem": 4, "groups": groups})
    drawn = blueprint(Candidate({"drop_path": 0.6}, genotype), SHAPE, CLASSES)
    shares = [layer.settings["share"] for layer in drawn.layers if layer.kind == "drop_path"]
    assert shares == pytest.approx([0.3, 0.6])
    none = blueprint(Candidate({}, genotype), SHAPE, CLASSES)
    assert not any(layer.kind == "drop_path" for layer in none.layers)
    network, plain = build(drawn, "he"), build(none, "he")
    plain.load_state_dict(network.state_dict())
    images = torch.rand(64, *SHAPE)
    assert torch.equal(network.eval()(images), plain.eval()(images))
    assert not torch.allclose(network.train()(images), plain.train()(images))


def test_zela_searches_ten_things_of_the_network_and_seven_of_its_training():
    document = ready_made("residual")
    assert len(set_of("residual").decisions) == 10
    assert len(_searched(document)) == 7
    assert [d.choices[0] for d in set_of("residual").decisions[:4]] == [8, 1, 0.5, 1]
    assert [d.choices[-1] for d in set_of("residual").decisions[:4]] == [32, 16, 8, 5]


def test_jahs_searches_a_cell_of_six_edges_and_what_is_around_it():
    decisions = set_of("nb201").decisions
    assert [len(d.choices) for d in decisions] == [5] * 6 + [3] * 4
    assert _searched(ready_made("nb201")) == {"learning_rate", "weight_decay", "trivial_augment"}


def _searched(document):
    hyperparameters = document["training"]["hyperparameters"]
    return {entry["name"] for entry in hyperparameters if entry["type"] != "constant"}


@pytest.mark.parametrize("name", ["residual", "residual_small", "nb201"])
def test_ready_made_spaces_are_right_and_written_as_they_are_read(name):
    document = json.loads(json.dumps(ready_made(name)))
    assert check_document(document) == {}
    assert check(Space.from_json(document["training"]), TRAINED_BY) == {}
    assert set_of(name).to_json() == document["architecture"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "nb201", "cells": []}, "cells is a list of different whole numbers from 1 to 20"),
        ({"kind": "nb201", "divisors": [3]}, "divisors is a list of some of 1, 2, 4"),
        ({"kind": "nb201", "ops": ["id", "id"]}, "each once"),
        ({"kind": "residual_small", "groups": []}, "1 to 4 groups"),
        ({"kind": "residual_small", "groups": [7]}, "an object in braces"),
        (
            {"kind": "residual_small", "filters": [4096]},
            "No group may have more than 4096 channels",
        ),
    ],
)
def test_a_declaration_that_is_wrong_is_refused_in_words(changed, sentence):
    name = changed.pop("kind")
    with pytest.raises(SpaceError, match=sentence):
        space_of({**READY_MADE[name], **changed}, SHAPE, CLASSES)


@pytest.mark.parametrize(
    "genotype",
    [
        {"kind": "residual", "stem": 4, "groups": [{"blocks": 0, "branches": 1, "c": 4}]},
        {"kind": "residual", "stem": 4, "groups": []},
        {"kind": "nb201", "edges": ["none"] * 6, "skeleton": {"C": 4, "N": 1}},
        {"kind": "nb201", "edges": ["id"] * 5, "skeleton": {"C": 4, "N": 1}},
        {"kind": "nb201", "edges": ["id"] * 6, "skeleton": {"C": 4, "N": 1, "act": "tanh"}},
    ],
)
def test_what_is_no_genotype_is_refused_in_words(genotype):
    with pytest.raises(GenotypeError):
        parse({"v": 1, **genotype})
