"""Ready-made search spaces of architectures: a set of networks, and how each of them is trained."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ConfigSpace import ConfigurationSpace, Constant

from search.architecture.spaces import READY_MADE, space_of
from search.message import Message
from search.problems.hyperparameters import check
from search.problems.image_space import HYPERPARAMETERS
from search.space import Space

SHAPING = ("layers", "width")
"""Hyper-parameters of the chain, which an architecture takes the place of."""

TRAINED_BY = {name: h for name, h in HYPERPARAMETERS.items() if name not in SHAPING}
"""Hyper-parameters of the training of an architecture."""

FIXED = {
    "learning_rate": 0.02,
    "schedule": "cosine",
    "loss": "cross_entropy",
    "smoothing": 0.1,
    "focal_gamma": 2.0,
    "epochs": 8,
    "initialisation": "he",
    "weight_decay": 3e-4,
    "dropout": 0.0,
    "optimiser": "sgd",
    "momentum": 0.9,
    "batch_size": 64,
    "augmentation": "none",
}
"""How every architecture is trained unless a person changes it: alike, so that they can be compared."""


def ready_made(name: str) -> dict[str, Any]:
    """The document of a ready-made space: `darts`, `amoebanet` or `small`. KeyError if there is none."""
    space = ConfigurationSpace(name="training")
    space.add([Constant(hyperparameter, value) for hyperparameter, value in FIXED.items()])
    architecture = copy.deepcopy(READY_MADE[name])
    return {"architecture": architecture, "training": Space(space).to_json()}


def check_document(document: Mapping[str, Any]) -> dict[str, Message]:
    """What is wrong with the training of a space of architectures, by hyper-parameter.

    Raises SpaceError if the document describes no set of architectures, or no space of trainings.
    """
    space_of(document["architecture"], (3, 32, 32), 10)
    return check(Space.from_json(document.get("training", {})), TRAINED_BY)
