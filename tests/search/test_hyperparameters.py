"""What a kind declares of its hyper-parameters is what its ready-made space holds."""

from __future__ import annotations

import numpy as np
import pytest

from search.problems.hyperparameters import Hyperparameter, check, named, usual_space
from search.problems.tables import TABLES
from search.space import Space
from search.training.tables.recipe import MLP, Recipe

KNOWN = named(
    (
        Hyperparameter(
            "tool", "", "", kind="choice", choices=("saw", "axe", "file"), default="saw"
        ),
        Hyperparameter(
            "force",
            "",
            "",
            kind="float",
            minimum=0,
            maximum=9,
            usual=(1, 2),
            default=1.5,
            when=("tool", "saw", "axe"),
        ),
        Hyperparameter(
            "teeth",
            "",
            "",
            kind="integer",
            minimum=1,
            maximum=9,
            usual=(2, 5),
            default=3,
            when=("tool", "saw"),
        ),
        Hyperparameter(
            "hand",
            "",
            "",
            kind="choice",
            choices=("left", "right"),
            weights=(1, 99),
            default="right",
        ),
        Hyperparameter(
            "turns", "", "", kind="integer", minimum=1, maximum=9, default=4, fixed=True
        ),
    )
)


@pytest.fixture(scope="module")
def drawn():
    space = Space.from_json(usual_space("tools", KNOWN).to_json())
    assert check(space, KNOWN) == {}
    return [space.sample(np.random.default_rng(seed)) for seed in range(300)]


def test_what_counts_with_some_values_is_drawn_with_each_of_them_and_no_other(drawn):
    assert all(("force" in config) == (config["tool"] in ("saw", "axe")) for config in drawn)
    assert all(("teeth" in config) == (config["tool"] == "saw") for config in drawn)
    assert {config["tool"] for config in drawn} == {"saw", "axe", "file"}


def test_what_is_fixed_keeps_its_default(drawn):
    assert {config["turns"] for config in drawn} == {4}


def test_a_choice_is_drawn_as_often_as_its_weight_says(drawn):
    assert sum(config["hand"] == "left" for config in drawn) < 30


def test_training_on_tables_reads_what_is_declared_and_nothing_else():
    assert set(Recipe.__dataclass_fields__) == set(TABLES.hyperparameters)
    assert {h.default for h in TABLES.hyperparameters.values()} == set(vars(Recipe()).values())


def test_epochs_can_be_saved_on_where_all_models_have_them(tmp_path):
    document = TABLES.usual_space().to_json()
    problem = TABLES.problem(document, tmp_path)
    assert [fidelity.name for fidelity in problem.fidelities] == ["train_fraction"]
    entries = [e for e in document["hyperparameters"] if e["name"] != "model"]
    only = {
        **document,
        "hyperparameters": [*entries, {"type": "constant", "name": "model", "value": MLP}],
    }
    problem = TABLES.problem(_with_no_conditions(only), tmp_path)
    assert [fidelity.name for fidelity in problem.fidelities] == ["train_fraction", "epochs"]


def _with_no_conditions(document):
    return {**document, "conditions": []}
