"""The hyper-parameters of a model of tables, as one typed record without scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LINEAR, SVM, FOREST, BOOSTING, MLP = "linear", "svm", "random_forest", "boosting", "mlp"
MODELS = (LINEAR, SVM, FOREST, BOOSTING, MLP)


@dataclass(frozen=True)
class Recipe:
    """How one candidate is trained. A hyper-parameter that is inactive in a config keeps its default.

    `scaling` keeps its default for trees, too: to them it makes no difference, and to principal
    components, which may come before them, it does.
    """

    model: str = BOOSTING

    linear_penalty: float = 1.0

    svm_kernel: str = "rbf"
    svm_c: float = 1.0
    svm_gamma: float = 1.0
    svm_degree: int = 3

    forest_trees: int = 100
    forest_depth: int = 20
    forest_leaf: int = 1
    forest_features: float = 0.5

    boosting_rounds: int = 100
    boosting_rate: float = 0.1
    boosting_leaves: int = 31
    boosting_leaf: int = 20
    boosting_penalty: float = 1e-4

    layers: int = 2
    width: int = 64
    dropout: float = 0.1
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    batch_size: int = 64
    epochs: int = 30

    encoding: str = "one_hot"
    rare_share: float = 0.01
    imputation: str = "median"
    missing_flag: str = "yes"
    scaling: str = "standard"
    selection: str = "all"
    selected_share: float = 0.7
    reduction: str = "none"
    pca_share: float = 0.7

    class_weight: str = "none"
    folds: int = 1

    @property
    def weight(self) -> str | None:
        """How classes are weighed, as scikit-learn has it."""
        return None if self.class_weight == "none" else self.class_weight

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        """Read a config; a name that no training reads raises TypeError, so that none is ignored."""
        return cls(**config)
