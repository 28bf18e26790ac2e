"""Prepared tables for tests, and short ways to train on them and to take a model home."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from search.history import Candidate, Stage
from search.method import Context
from search.problems.tables import TABLES
from search.training.tables import export
from search.training.tables.evaluate import evaluate
from tests.made_tables import bunch, odd_classes, odd_values

QUICK = {
    "forest_trees": 10,
    "boosting_rounds": 8,
    "boosting_leaf": 5,
    "epochs": 3,
    "width": 8,
    "batch_size": 32,
}
"""What makes a trial of any model short."""


def a_problem(folder: Path):
    return TABLES.problem(TABLES.usual_space().to_json(), folder, ("val_accuracy",))


def trained(folder, workdir, *, stage=Stage.SEARCH, seed=1, resume=None, fidelity=None, **config):
    """All reports of one training."""
    workdir.mkdir(parents=True, exist_ok=True)
    context = Context(seed, workdir, stage=stage, fidelity=fidelity or {}, resume=resume)
    return list(evaluate(a_problem(folder), Candidate(QUICK | config), context))


def taken_home(folder, workdir, **config):
    """What the export says of a confirmed model, and its folder."""
    report = trained(folder, workdir / "trial", stage=Stage.CONFIRM, **config)[-1]
    target = workdir / "model"
    target.mkdir()
    values = {**report.values, **report.costs}
    candidate = Candidate({**QUICK, **config})
    return export.export(candidate, folder, report.checkpoint, target, values), target


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    return {
        "odd classes": odd_classes(root / "odd-classes"),
        "odd values": odd_values(root / "odd-values"),
        "two classes": odd_classes(root / "two-classes", classes=2),
        "iris": bunch(root / "iris", load_iris(as_frame=True)),
        "wine": bunch(root / "wine", load_wine(as_frame=True)),
        "breast cancer": bunch(root / "cancer", load_breast_cancer(as_frame=True)),
        "diabetes": bunch(root / "diabetes", load_diabetes(as_frame=True)),
    }
