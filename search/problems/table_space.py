"""The hyper-parameters of models of tables, in the order in which a form shows them."""

from __future__ import annotations

from dataclasses import replace

from search.problems.hyperparameters import Hyperparameter, named
from search.problems.table_features import OF_FEATURES
from search.problems.table_models import OF_MODELS
from search.training.tables.recipe import Recipe

_TRAINING = (
    Hyperparameter(
        "class_weight",
        "Weight of classes",
        "Whether rows of small classes count for more. Without effect where a number is learnt.",
        kind="choice",
        choices=("none", "balanced"),
        fixed=True,
    ),
    Hyperparameter(
        "folds",
        "Folds",
        "1 judges on the validation part. More cut training and validation data into so many parts "
        "and judge on each in turn, after training on the others: slower, and less a matter of luck.",
        kind="integer",
        minimum=1,
        maximum=10,
        fixed=True,
    ),
)

_ALL = (*OF_MODELS, *OF_FEATURES, *_TRAINING)

HYPERPARAMETERS = named(replace(h, default=getattr(Recipe, h.name)) for h in _ALL)
