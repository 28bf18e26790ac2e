"""The search space of text: all of it is read, all of it matters, and none of it is without effect."""

# ruff: noqa: F811 - fixtures are named as they are imported

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from search.problems.text import TEXT
from search.problems.text_space import HYPERPARAMETERS, OF_LANGUAGE
from search.space import Space
from search.training.text.recipe import Recipe
from tests.search.test_text_training import folder, reviews, small, told  # noqa: F401 - fixtures
from tests.search.texts import a_config, text_problem, train_text


def test_training_reads_what_the_space_offers_and_nothing_else():
    names = set(Recipe.__dataclass_fields__)
    assert names == set(HYPERPARAMETERS) == set(TEXT.usual_space().names)


def different(name: str) -> list[dict[str, Any]]:
    """Configs that differ in one hyper-parameter only, which is active."""
    h = HYPERPARAMETERS[name]
    around: dict[str, Any] = {h.when[0]: h.when[1]} if h.when else {}
    if name == "dropout_between":
        around["layers"] = 2
    if name == "clipping":
        around |= {"optimiser": "sgd"}  # for Adam the length of a gradient matters little
    values = h.choices or h.usual
    assert values is not None
    kind = int if h.kind == "integer" else (lambda value: value)
    return [a_config(**{"epochs": 2, **around, name: kind(value)}) for value in values]


@pytest.mark.parametrize("name", TEXT.usual_space().names)
def test_every_hyperparameter_changes_the_training(small, tmp_path, name):
    outcomes = [
        told(train_text(small, tmp_path / str(i), config, epochs=2))
        for i, config in enumerate(different(name))
    ]
    assert all(one != two for one, two in combinations(outcomes, 2))


def test_a_classifier_is_not_searched_for_what_it_does_not_read(reviews, small):
    left_out = set(text_problem(small).space.names) - set(text_problem(reviews).space.names)
    assert left_out == set(OF_LANGUAGE)


def test_rules_about_what_is_left_out_are_left_out_too(reviews):
    document = TEXT.usual_space().to_json()
    document["conditions"].append(
        {"type": "EQ", "child": "dropout_output", "parent": "tied_weights", "value": "yes"}
    )
    document["forbiddens"] = [
        {
            "type": "AND",
            "clauses": [
                {"type": "EQUALS", "name": "tied_weights", "value": "yes"},
                {"type": "EQUALS", "name": "cell", "value": "gru"},
            ],
        }
    ]
    Space.from_json(document)
    problem = TEXT.problem(document, reviews)
    config = problem.space.sample(np.random.default_rng(0))
    assert "tied_weights" not in config
    assert "dropout_output" in config


def test_every_configuration_of_the_space_can_be_trained(folder, tmp_path):
    problem = text_problem(folder)
    rng = np.random.default_rng(0)
    for number in range(4):
        config = {**problem.space.sample(rng), "width": 8, "embedding": 6}
        reports = train_text(folder, tmp_path / str(number), config, epochs=1, train_fraction=0.2)
        assert math.isfinite(reports[-1].values["val_loss"])
