"""A confirmed model of a table goes home: as ONNX that agrees, with what its page tells."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.history import Candidate, Stage
from search.problems.tables import TABLES
from search.training.card import TOLERANCE
from search.training.tables import data, export
from search.training.tables.models import train
from search.training.tables.recipe import MODELS, Recipe
from tests.made_tables import odd_classes
from tests.search.tables import QUICK, folders, taken_home, trained

__all__ = ["folders"]  # a fixture


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["odd classes", "two classes", "odd values"])
def test_every_model_goes_home_as_onnx_that_agrees(folders, tmp_path, name, model):
    exported, target = taken_home(folders[name], tmp_path, model=model)
    assert exported.compared >= 256
    assert exported.parity <= TOLERANCE
    assert exported.onnx_offered
    assert (target / "model.onnx").exists()


@pytest.mark.parametrize(("name", "model"), [("iris", "svm"), ("wine", "mlp")])
def test_tables_of_scikit_learn_go_home_with_what_was_scored_of_their_test_part(
    folders, tmp_path, name, model
):
    exported, target = taken_home(folders[name], tmp_path, model=model)
    assert exported.onnx_offered
    card = json.loads((target / "model.json").read_text())
    matrix = np.array(exported.results["confusion"])
    assert matrix.sum() == len(data.part(folders[name], "test"))
    assert np.trace(matrix) / matrix.sum() == pytest.approx(card["values"]["test_accuracy"])
    columns = [column["name"] for column in card["columns"]]
    assert [each["name"] for each in exported.results["importance"]] == columns


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(["odd classes", "odd values"]))
def test_whatever_the_space_holds_goes_home(folders, tmp_path_factory, seed, name):
    config = TABLES.usual_space().sample(np.random.default_rng(seed))
    quick = {key: value for key, value in QUICK.items() if key in config}
    exported, _ = taken_home(folders[name], tmp_path_factory.mktemp("any"), **(config | quick))
    assert exported.parity <= TOLERANCE, config


@pytest.mark.parametrize("encoding", ["one_hot", "ordinal", "target"])
def test_what_training_never_saw_is_answered_alike(tmp_path, encoding):
    folder = odd_classes(tmp_path / "data")
    known = data.meta(folder)
    workdir = tmp_path / "work"
    _, target = taken_home(folder, workdir, model="boosting", encoding=encoding)
    rows = data.part(folder, "test").rows[:4].copy()
    rows["town"] = ["Nowhere", data.MISSING, "?", "Bonn"]
    rows["size [m²]"] = [np.nan, 1e9, -1e9, 0.0]
    session = onnxruntime.InferenceSession(target / "model.onnx")
    (found,) = session.run(None, data.inputs(known, rows))
    part = data.joined(data.part(folder, "train"), data.part(folder, "validation"))
    recipe = Recipe.of({**QUICK, "model": "boosting", "encoding": encoding})
    (progress,) = train(recipe, known, part, seed=1)
    assert found == pytest.approx(progress.fitted.predict(rows), abs=TOLERANCE)


def test_columns_keep_their_names_and_the_output_gets_one_that_is_free(folders, tmp_path):
    folder = folders["odd classes"]
    _, target = taken_home(folder, tmp_path, model="linear")
    session = onnxruntime.InferenceSession(target / "model.onnx")
    names = [name for name, _ in data.meta(folder).columns]
    assert [each.name for each in session.get_inputs()] == names
    assert [each.name for each in session.get_outputs()] == ["probabilities_"]


def test_a_model_that_differs_is_not_offered(folders, tmp_path):
    report = trained(folders["iris"], tmp_path / "trial", model="boosting", stage=Stage.CONFIRM)[-1]
    expected = tmp_path / "trial" / "expected.npy"
    np.save(expected, np.load(expected) + 2 * TOLERANCE)
    exported = export.export(Candidate({}), folders["iris"], report.checkpoint, tmp_path)
    assert not exported.onnx_offered
    assert not (tmp_path / "model.onnx").exists()


def test_what_a_unit_of_the_target_is_worth_does_not_decide_whether_a_model_agrees(
    folders, tmp_path
):
    exported, _ = taken_home(folders["odd values"], tmp_path, model="random_forest")
    points = np.array(exported.results["points"])
    assert points.min() > 9e5
    assert exported.results["off"]["half"] < 5_000


def test_importance_is_found_where_it_is(folders, tmp_path):
    exported, _ = taken_home(folders["odd values"], tmp_path, model="boosting")
    importance = {each["name"]: each["mean"] for each in exported.results["importance"]}
    assert max(importance, key=importance.get) == "size [m²]"
    assert importance["always"] == importance["nothing"] == 0
