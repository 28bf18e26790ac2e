"""Rungs on real tables and texts: shares of what there is, and epochs where all models are networks."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris

from search.history import History, Stage
from search.loop import Plan, run
from search.method import Problem
from search.methods import METHODS
from search.options import parse
from search.problems.kind import Kind
from search.problems.tables import TABLES
from search.problems.text import TEXT
from tests.made_tables import bunch
from tests.search.texts import reviews

SHORT = {"epochs": 4, "width": 8, "forest_trees": 5, "boosting_rounds": 5}


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bunch(tmp_path_factory.mktemp("tables") / "iris", load_iris(as_frame=True))


def a_problem(folder: Path, kind: Kind = TABLES, **fixed: Any) -> Problem:
    """The usual space with some hyper-parameters fixed, and without those that hang on other values."""
    document = kind.usual_space().to_json()
    constants = {**SHORT, **fixed}
    moot = {
        rule["child"]
        for rule in document["conditions"]
        if rule["parent"] in fixed and rule.get("value") != fixed[rule["parent"]]
    }
    document["conditions"] = [
        rule
        for rule in document["conditions"]
        if rule["child"] not in moot and rule["parent"] not in {*fixed, *moot}
    ]
    document["hyperparameters"] = [
        {"type": "constant", "name": entry["name"], "value": constants[entry["name"]]}
        if entry["name"] in constants
        else entry
        for entry in document["hyperparameters"]
        if entry["name"] not in moot
    ]
    return kind.problem(document, folder, ("val_accuracy",))


def searched(problem: Problem, workdir: Path, **options: Any) -> History:
    method = METHODS["successive_halving"]
    small = {"initial": 3, "eta": 3, "max_epochs": 3, **options}
    return run(Plan(method, parse(method.options, small), 1, 50), problem, workdir)


def assert_all_are_scored(history: History) -> None:
    assert all(math.isfinite(trial.loss) for trial in history.at_stage(Stage.SEARCH))
    assert "test_accuracy" in history.trials[-1].values


def test_models_of_all_kinds_are_trained_anew_on_more_rows(iris, tmp_path):
    history = searched(a_problem(iris), tmp_path)
    given = [trial.fidelity["train_fraction"] for trial in history.at_stage(Stage.SEARCH)]
    assert given == [1 / 3, 1 / 3, 1 / 3, 1]
    assert not any(trial.parent for trial in history)
    assert_all_are_scored(history)


def test_networks_go_on_for_more_epochs(iris, tmp_path):
    history = searched(a_problem(iris, model="mlp"), tmp_path, fidelity="epochs")
    assert any(trial.parent for trial in history)
    assert_all_are_scored(history)


def test_networks_in_folds_start_anew_on_more_rows(iris, tmp_path):
    problem = a_problem(iris, model="mlp", folds=2)
    assert [fidelity.name for fidelity in problem.fidelities] == ["train_fraction", "folds"]
    history = searched(problem, tmp_path)
    assert not any(trial.parent for trial in history)
    assert_all_are_scored(history)


@pytest.mark.parametrize("fidelity", ["epochs", "train_fraction"])
def test_networks_that_read_are_promoted_either_way(tmp_path, fidelity):
    problem = a_problem(reviews(tmp_path / "reviews", (60, 40, 40)), TEXT, layers=1)
    history = searched(problem, tmp_path / "run", fidelity=fidelity)
    assert any(trial.parent for trial in history) == (fidelity == "epochs")
    assert_all_are_scored(history)
