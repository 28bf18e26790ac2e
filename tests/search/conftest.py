"""A problem on the small prepared digits, and short ways to train on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.problems.images import IMAGES
from search.training.images import evaluate

Train = Callable[..., list[Report]]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def problem(digits: Path) -> Problem:
    return IMAGES.problem(IMAGES.usual_space().to_json(), digits)


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
    parts: int = 1,
) -> list[Report]:
    """All reports of one training; `epochs` is the rung's fidelity."""
    workdir.mkdir(parents=True, exist_ok=True)
    fidelity = {} if epochs is None else {"epochs": float(epochs)}
    context = Context(seed, workdir, "cpu", stage, fidelity, resume, parts=parts)
    return list(evaluate(problem, Candidate(config), context))
