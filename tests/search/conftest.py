"""A prepared dataset made of scikit-learn's digits, and short ways to train on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.problems import PROBLEMS
from search.problems.image_space import default_space
from search.training.images import evaluate

SIZES = {"train": 200, "validation": 60, "test": 80}

Train = Callable[..., list[Report]]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small prepared dataset: 8 x 8 digits, one channel."""
    folder = tmp_path_factory.mktemp("digits")
    bunch = load_digits()
    images = (bunch.images * 15.9).astype(np.uint8)[:, None]
    labels = bunch.target.astype(np.int64)
    start = 0
    for name, size in SIZES.items():
        np.save(folder / f"{name}-images.npy", images[start : start + size])
        np.save(folder / f"{name}-labels.npy", labels[start : start + size])
        start += size
    train = images[: SIZES["train"]] / 255
    meta = {
        "kind": "images",
        "classes": [str(digit) for digit in range(10)],
        "channels": 1,
        "height": 8,
        "width": 8,
        "counts": SIZES,
        "mean": [float(train.mean())],
        "std": [float(train.std())],
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


@pytest.fixture(scope="session")
def problem(digits: Path) -> Problem:
    return PROBLEMS["images"](default_space(), digits)


def a_config(**changed: Any) -> dict[str, Any]:
    """A small and quick config in which all that is random takes part."""
    config = {
        "learning_rate": 0.02,
        "schedule": "cosine",
        "loss": "cross_entropy",
        "epochs": 4,
        "initialisation": "he",
        "weight_decay": 1e-4,
        "dropout": 0.2,
        "layers": 2,
        "width": 4,
        "optimiser": "adam",
        "batch_size": 32,
        "augmentation": "flip_crop",
    }
    return {**config, **changed}


def train(
    problem: Problem,
    workdir: Path,
    config: Mapping[str, Any],
    *,
    seed: int = 1,
    epochs: int | None = None,
    resume: Path | None = None,
    stage: Stage = Stage.SEARCH,
) -> list[Report]:
    """All reports of one training; `epochs` is the rung's fidelity."""
    workdir.mkdir(parents=True, exist_ok=True)
    fidelity = {} if epochs is None else {"epochs": float(epochs)}
    context = Context(seed, workdir, "cpu", stage, fidelity, resume)
    return list(evaluate(problem, Candidate(config), context))
