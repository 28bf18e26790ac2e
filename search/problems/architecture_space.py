"""Ready-made search spaces of architectures: a set of networks, and how each of them is trained."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ConfigSpace import Categorical, ConfigurationSpace, Constant, Float, Integer

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


def _published_by_zela() -> list[Any]:
    """The seven of the training in Zela et al. 2018; the rest is fixed."""
    return [
        Float("learning_rate", (1e-3, 1.0), log=True, default=0.1),
        Integer("batch_size", (32, 128), log=True, default=64),
        Float("weight_decay", (1e-5, 1e-3), log=True, default=1e-4),
        Float("momentum", (0.0, 0.99), default=0.9),
        Float("mixup", (0.0, 1.0), default=0.2),
        Integer("cutout", (0, 20), default=8),
        Float("drop_path", (0.0, 0.9), default=0.1),
        Constant("loss", "cross_entropy"),
    ]


def _published_by_jahs() -> list[Any]:
    """The three of the training in JAHS-Bench-201; the rest is fixed."""
    return [
        Float("learning_rate", (1e-3, 1.0), log=True, default=0.1),
        Float("weight_decay", (1e-5, 1e-2), log=True, default=5e-4),
        Categorical("trivial_augment", ["off", "on"], default="off"),
        Constant("loss", "cross_entropy"),
    ]


OPEN: dict[str, Callable[[], list[Any]]] = {
    "residual": _published_by_zela,
    "residual_small": _published_by_zela,
    "nb201": _published_by_jahs,
}
"""Of ready-made spaces that search the training, too: what of it; all else is as in FIXED."""


def ready_made(name: str) -> dict[str, Any]:
    """The document of a ready-made space, by its name in `spaces.READY_MADE`. KeyError if there is none."""
    architecture = copy.deepcopy(READY_MADE[name])
    searched = OPEN[name]() if name in OPEN else []
    known = {hyperparameter.name for hyperparameter in searched}
    space = ConfigurationSpace(name="training")
    space.add([*searched, *(Constant(n, value) for n, value in FIXED.items() if n not in known)])
    return {"architecture": architecture, "training": Space(space).to_json()}


def check_document(document: Mapping[str, Any]) -> dict[str, Message]:
    """What is wrong with the training of a space of architectures, by hyper-parameter.

    Raises SpaceError if the document describes no set of architectures, or no space of trainings.
    """
    space_of(document["architecture"], (3, 32, 32), 10)
    return check(Space.from_json(document.get("training", {})), TRAINED_BY)
