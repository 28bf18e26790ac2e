"""Models of tables: every model learns, is judged in the target's units, stops and goes on."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from search.history import Stage
from search.problems.hyperparameters import check
from search.problems.tables import TABLES
from search.training import checkpoint
from search.training.tables import data, svm, trees
from search.training.tables.recipe import MODELS, Recipe
from tests.made_tables import odd_classes, odd_table, prepared
from tests.search.tables import folders, taken_home, trained

__all__ = ["folders"]  # a fixture


def test_the_usual_space_is_one_that_training_knows_and_models_are_its_root():
    space = TABLES.usual_space()
    assert check(space, TABLES.hyperparameters) == {}
    for seed in range(40):
        config = space.sample(np.random.default_rng(seed))
        of_models = {m: [n for n in config if n.startswith(p)] for m, p in PREFIXES.items()}
        assert {model for model, names in of_models.items() if names} <= {config["model"]}
        Recipe.of(config)


PREFIXES = {
    "linear": "linear_",
    "svm": "svm_",
    "random_forest": "forest_",
    "boosting": "boosting_",
    "mlp": "epochs",
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["odd classes", "odd values"])
def test_every_model_learns_and_is_judged_by_every_metric_of_its_task(
    folders, tmp_path, name, model
):
    folder = folders[name]
    enough = {"epochs": 25, "width": 32, "batch_size": 16, "learning_rate": 0.01}
    config = enough if model == "mlp" else {}
    report = trained(folder, tmp_path, model=model, **config)[-1]
    wanted = set(TABLES.tasks[data.meta(folder).task])
    values = {**report.values, **report.costs}
    assert wanted <= set(values)
    assert all(np.isfinite(value) for value in values.values())
    if "val_accuracy" in wanted:
        assert values["val_accuracy"] > 0.5
    else:
        assert values["val_r2"] > 0.3
        assert values["val_mae"] < values["val_rmse"] < 10_000


def test_a_smaller_share_lies_within_a_larger_one_and_has_every_class(folders):
    folder = folders["odd classes"]
    known, whole = data.meta(folder), data.part(folder, "train")
    order = data.order(known, whole.target)
    sizes = [len(data.share(known, whole, fraction)) for fraction in (0.01, 0.2, 0.5, 1)]
    assert sizes == [data.FEWEST_ROWS, 36, 90, 180]
    for size in sizes[:-1]:
        part = data.share(known, whole, size / len(whole))
        assert part.rows.equals(whole.take(order[:size]).rows)
        assert set(part.target) == set(whole.target)


def test_a_share_is_what_a_rung_trains_on(folders, tmp_path, capfd):
    trained(folders["diabetes"], tmp_path, model="linear", fidelity={"train_fraction": 0.1})
    assert "on 27 rows of 10 columns" in capfd.readouterr().err


def test_a_network_goes_on_as_if_it_had_never_stopped(folders, tmp_path):
    config = {"model": "mlp", "dropout": 0.3, "epochs": 4}
    folder = folders["odd classes"]
    straight = trained(folder, tmp_path / "straight", **config)
    half = trained(folder, tmp_path / "half", fidelity={"epochs": 2}, **config)
    resumed = trained(folder, tmp_path / "rest", seed=9, resume=half[-1].checkpoint, **config)
    assert [report.step for report in half + resumed] == [1, 2, 3, 4]
    assert [r.values for r in half + resumed] == [r.values for r in straight]
    states = [checkpoint.load(r[-1].checkpoint)["network"] for r in (straight, resumed)]
    assert all((states[0][name] == states[1][name]).all() for name in states[0])


def test_a_network_that_has_nothing_left_to_do_tells_where_it_ended(folders, tmp_path):
    first = trained(folders["iris"], tmp_path / "first", model="mlp", epochs=2)
    again = trained(
        folders["iris"], tmp_path / "again", model="mlp", epochs=2, resume=first[-1].checkpoint
    )
    assert [(report.step, report.values) for report in again] == [(2, first[-1].values)]


def test_what_was_trained_on_another_share_is_not_gone_on_with(folders, tmp_path, capfd):
    first = trained(
        folders["iris"], tmp_path / "first", model="mlp", fidelity={"train_fraction": 0.5}
    )
    again = trained(folders["iris"], tmp_path / "again", model="mlp", resume=first[-1].checkpoint)
    assert [report.step for report in again] == [1, 2, 3]
    assert "another share" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "of"), [("odd classes", "val_accuracy"), ("odd values", "val_rmse")]
)
def test_folds_are_told_one_by_one_with_their_mean_and_spread(folders, tmp_path, name, of):
    reports = trained(folders[name], tmp_path, model="linear", folds=3)
    assert [report.step for report in reports] == [1, 2, 3]
    means = [report.values[of] for report in reports]
    folds = [means[0], 2 * means[1] - means[0], 3 * means[2] - 2 * means[1]]
    assert reports[-1].values["spread"] == pytest.approx(np.std(folds))
    assert "latency_ms" in reports[-1].costs


def test_folds_that_are_done_are_not_done_again(folders, tmp_path, capfd):
    straight = trained(folders["iris"], tmp_path / "straight", model="linear", folds=3)
    resume = straight[1].checkpoint
    rest = trained(folders["iris"], tmp_path / "rest", model="linear", folds=3, resume=resume)
    assert [(r.step, r.values) for r in rest] == [(3, straight[-1].values)]


def test_a_number_that_is_not_finite_is_a_missing_one(tmp_path):
    table = pd.DataFrame({"x": [1.0, np.inf, -np.inf, np.nan] * 10})
    folder = prepared(tmp_path / "data", table, np.arange(40.0))
    parts = [data.part(folder, name).rows["x"] for name in ("train", "validation", "test")]
    assert sum(part.notna().sum() for part in parts) == 10


def test_every_row_is_judged_in_one_fold_and_trained_on_in_all_others(folders):
    known, whole = data.meta(folders["wine"]), data.part(folders["wine"], "train")
    cuts = list(data.folds(known, whole, 4))
    assert sum(len(fold) for _, fold in cuts) == len(whole)
    assert all(len(others) + len(fold) == len(whole) for others, fold in cuts)


@pytest.mark.parametrize("folds", [1, 3])
def test_no_stage_but_the_last_opens_the_test_part(tmp_path, folds):
    folder = odd_classes(tmp_path / "data")
    for path in folder.glob("test*"):
        path.unlink()
    trained(folder, tmp_path / "work", model="linear", folds=folds)
    with pytest.raises(FileNotFoundError):
        trained(folder, tmp_path / "last", model="linear", folds=folds, stage=Stage.CONFIRM)


def test_the_confirming_trial_trains_on_training_and_validation_part(folders, tmp_path, capfd):
    report = trained(folders["iris"], tmp_path, model="linear", stage=Stage.CONFIRM)[-1]
    assert "on 120 rows of 4 columns" in capfd.readouterr().err
    assert {"test_accuracy", "test_balanced_accuracy", "test_loss"} <= set(report.values)


def test_a_model_that_does_not_settle_is_told_of_in_the_log(folders, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(svm, "MOST_ITERATIONS", 2)
    trained(folders["breast cancer"], tmp_path, model="svm")
    assert "Warning: Solver terminated early" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["odd classes", "odd values"])
@pytest.mark.parametrize("encoding", ["one_hot", "ordinal", "target"])
def test_what_is_odd_in_a_table_is_no_matter_for_warnings(folders, tmp_path, capfd, name, encoding):
    chosen = {"selection": "best", "reduction": "pca", "encoding": encoding}
    trained(folders[name], tmp_path, model="boosting", **chosen)
    assert "Warning" not in capfd.readouterr().err


def test_a_machine_is_fitted_on_some_rows_of_a_large_table_and_says_so(
    folders, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(svm, "MOST_ROWS", 50)
    trained(folders["odd values"], tmp_path, model="svm")
    assert "fitted on 50 of them" in capfd.readouterr().err


def test_a_forest_stays_portable(folders, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(trees, "MOST_LEAVES", 100)
    trained(folders["odd values"], tmp_path, model="random_forest")
    assert "No tree has more than 10 leaves" in capfd.readouterr().err


@pytest.mark.parametrize("model", MODELS)
def test_a_class_that_training_does_not_see_has_no_probability_but_a_place(tmp_path, model):
    table, score = odd_table()
    labels = np.digitize(score, np.quantile(score, [0.4, 0.7]))
    folder = prepared(tmp_path / "data", table, 2 * labels, ["a", "never", "b", "nor", "c"])
    exported, target = taken_home(folder, tmp_path / "work", model=model)
    assert exported.onnx_offered
    session = onnxruntime.InferenceSession(target / "model.onnx")
    (found,) = session.run(None, data.inputs(data.meta(folder), data.part(folder, "test").rows))
    assert found.shape[1] == 5
    assert not found[:, [1, 3]].any()
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)


def stiff(model):
    """A model that does not learn single rows by heart."""
    return {
        "model": model,
        "forest_leaf": 20,
        "boosting_leaf": 30,
        "epochs": 20,
        "learning_rate": 0.01,
    }


def test_small_classes_weigh_as_much_as_large_ones_if_that_is_asked_for(tmp_path):
    rng = np.random.default_rng(0)
    rare = rng.random(600) < 0.1
    table = pd.DataFrame({"x": rng.normal(0, 1, 600) + 1.5 * rare})
    folder = prepared(tmp_path / "data", table, rare.astype(np.int64), ["often", "rarely"])
    for model in MODELS:
        plain, balanced = (
            trained(folder, tmp_path / f"{model}-{weight}", **stiff(model), class_weight=weight)[-1]
            for weight in ("none", "balanced")
        )
        name = "val_balanced_accuracy"
        assert balanced.values[name] > plain.values[name] + 0.05, model
