"""Search spaces make round trips: config and vector, space and JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer
from hypothesis import given, settings
from hypothesis import strategies as st

from search.problems.hyperparameters import check
from search.problems.image_space import HYPERPARAMETERS
from search.problems.images import IMAGES
from search.space import Space, SpaceError

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Spaces of a few numbers and categories; some numbers hang on a category."""
    space = ConfigurationSpace()
    for index in range(draw(st.integers(1, 3))):
        low = draw(st.floats(1e-6, 10))
        high = low * draw(st.floats(1.5, 1000))
        space.add(Float(f"float{index}", (low, high), log=draw(st.booleans())))
    for index in range(draw(st.integers(0, 2))):
        low = draw(st.integers(1, 50))
        space.add(Integer(f"whole{index}", (low, low + draw(st.integers(1, 500)))))
    choices = draw(st.lists(st.text("abcdef", min_size=1), min_size=2, max_size=4, unique=True))
    space.add(Categorical("choice", choices))
    if draw(st.booleans()):
        space.add(EqualsCondition(space["float0"], space["choice"], choices[0]))
    return Space(space)


@settings(deadline=None, max_examples=60)
@given(spaces(), SEEDS)
def test_a_config_comes_back_from_its_vector(space, seed):
    config = space.sample(np.random.default_rng(seed))
    vector = space.vector(config)
    assert vector.shape == (len(space.names),)
    decoded = space.config(vector)
    assert decoded.keys() == config.keys()
    assert np.allclose(space.vector(decoded), vector, equal_nan=True)
    for name, value in config.items():
        assert decoded[name] == (pytest.approx(value) if isinstance(value, float) else value)


@settings(deadline=None, max_examples=60)
@given(spaces(), SEEDS)
def test_a_space_comes_back_from_its_json(space, seed):
    again = Space.from_json(json.loads(json.dumps(space.to_json())))
    assert again.to_json() == space.to_json()
    draws = [s.sample(np.random.default_rng(seed)) for s in (space, again)]
    assert draws[0] == draws[1]


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_a_config_is_the_same_after_a_trip_through_json(seed):
    space = IMAGES.usual_space()
    config = space.sample(np.random.default_rng(seed))
    assert json.loads(json.dumps(config)) == config
    space.check(json.loads(json.dumps(config)))


def test_a_config_outside_the_space_is_refused():
    space = IMAGES.usual_space()
    for wrong in ({"learning_rate": 1e9}, {"nonsense": 1}, {"optimiser": "lion"}):
        with pytest.raises(SpaceError):
            space.check({**space.default(), **wrong})


@pytest.mark.parametrize(
    "document", [{}, {"hyperparameters": []}, {"hyperparameters": [{"type": "odd", "name": "x"}]}]
)
def test_what_is_not_a_space_is_refused(document):
    with pytest.raises(SpaceError):
        Space.from_json(document)


# The ready-made space and its limits.


def edited(name: str, entry: dict | None) -> Space:
    """The ready-made space without conditions, with another entry for `name`, or none."""
    document = IMAGES.usual_space().to_json()
    entries = [e for e in document["hyperparameters"] if e["name"] != name]
    document["conditions"] = []
    return Space.from_json({**document, "hyperparameters": entries + ([entry] if entry else [])})


def test_the_ready_made_space_passes_its_own_check():
    assert check(IMAGES.usual_space(), HYPERPARAMETERS) == {}


def test_every_hyperparameter_is_explained():
    assert all(h.title and h.help for h in HYPERPARAMETERS.values())


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("width", None),
        ("colour", {"type": "constant", "name": "colour", "value": 1}),
        ("width", {"type": "uniform_int", "name": "width", "lower": 1, "upper": 9}),
        ("width", {"type": "uniform_int", "name": "width", "lower": 8, "upper": 9999}),
        ("width", {"type": "uniform_float", "name": "width", "lower": 8.0, "upper": 9.0}),
        ("width", {"type": "constant", "name": "width", "value": 5000}),
        ("width", {"type": "constant", "name": "width", "value": "wide"}),
        ("dropout", {"type": "uniform_float", "name": "dropout", "lower": 0.0, "upper": 1.5}),
        ("loss", {"type": "categorical", "name": "loss", "choices": ["focal", "hinge"]}),
        ("loss", {"type": "constant", "name": "loss", "value": 3}),
        ("dropout", {"type": "normal_float", "name": "dropout", "lower": 0.0, "upper": 0.5,
                     "mu": 0.1, "sigma": 0.1}),
    ],
)  # fmt: skip
def test_a_space_that_cannot_be_trained_is_named(name, entry):
    errors = check(edited(name, entry), HYPERPARAMETERS)
    assert list(errors) == [name]
    assert str(errors[name])


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("width", {"type": "constant", "name": "width", "value": 16}),
        ("width", {"type": "ordinal", "name": "width", "sequence": [8, 16, 32]}),
        ("batch_size", {"type": "categorical", "name": "batch_size", "choices": [16, 64]}),
        ("loss", {"type": "categorical", "name": "loss", "choices": ["focal"]}),
        ("dropout", {"type": "constant", "name": "dropout", "value": 0}),
    ],
)
def test_a_hyperparameter_may_be_fixed_or_chosen_from_a_list(name, entry):
    assert check(edited(name, entry), HYPERPARAMETERS) == {}
