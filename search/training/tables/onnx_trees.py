"""Trees as one ONNX operator, with their questions in float64, as scikit-learn asks them.

skl2onnx rounds the questions of gradient boosting to float32, and needs a Python call a node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

from search.training.tables.data import Array
from search.training.tables.onnx_step import ML, Step
from search.training.tables.recipe import FOREST
from search.training.tables.trees import Trees


@dataclass(frozen=True)
class Tree:
    """A tree of M nodes: which go on, by what question, and what each says of each output, (M, K)."""

    is_leaf: Array
    feature: Array
    threshold: Array
    left: Array
    right: Array
    value: Array


def write(scope: Any, operator: Any, container: Any) -> None:
    """Sum what all trees say; of boosting, that is squashed to probabilities."""
    step = Step(scope, operator, container)
    trees: Trees = step.fitted
    rounded = step.node("Cast", step.input, to=TensorProto.FLOAT)
    exact = step.node("Cast", rounded, to=TensorProto.DOUBLE)
    said = _ensemble(step, exact, list(_trees(trees)), _base(trees))
    said = step.node("Cast", said, to=TensorProto.DOUBLE)
    is_boosting = trees.recipe.model != FOREST
    if not trees.classes:
        step.end("Identity", said)
    elif trees.classes == 2:
        second = step.node("Sigmoid", said) if is_boosting else said
        first = step.node("Sub", step.constant(np.float64(1)), second)
        step.end("Concat", first, second, axis=1)
    elif is_boosting:
        step.end("Softmax", said, axis=1)
    else:
        step.end("Identity", said)


def _trees(trees: Trees) -> Iterator[Tree]:
    """What each tree adds to each output; of two classes there is one output, for the second."""
    if trees.recipe.model == FOREST:
        for one in trees.model_.estimators_:
            yield _of_forest(one.tree_, trees.classes, len(trees.model_.estimators_))
        return
    for round_ in trees.model_._predictors:
        for output, predictor in enumerate(round_):
            yield _of_boosting(predictor.nodes, output, len(round_))


def _of_forest(tree: Any, classes: int, trees: int) -> Tree:
    said = tree.value[:, 0, :]
    if classes:
        said = said / said.sum(axis=1, keepdims=True)
    if classes == 2:
        said = said[:, 1:]
    left, right = tree.children_left, tree.children_right
    return Tree(left < 0, tree.feature, tree.threshold, left, right, said / trees)


def _of_boosting(nodes: Array, output: int, outputs: int) -> Tree:
    said = np.zeros((len(nodes), outputs))
    said[:, output] = nodes["value"]
    children = nodes["left"], nodes["right"]
    is_leaf = nodes["is_leaf"].astype(bool)
    return Tree(is_leaf, nodes["feature_idx"], nodes["num_threshold"], *children, said)


def _base(trees: Trees) -> Array:
    """What is said before any tree has spoken, (K,)."""
    if trees.recipe.model == FOREST:
        return np.zeros(trees.classes - 1 if trees.classes == 2 else max(1, trees.classes))
    return np.asarray(trees.model_._baseline_prediction, dtype=np.float64).ravel()


def _ensemble(step: Step, features: str, trees: list[Tree], base: Array) -> str:
    """The operator: (N, F) in float64 to (N, K) in float32."""
    sizes = [len(tree.is_leaf) for tree in trees]
    tree_ids = np.repeat(np.arange(len(trees)), sizes)
    node_ids = np.concatenate([np.arange(size) for size in sizes])
    is_leaf = np.concatenate([tree.is_leaf for tree in trees])
    value = np.concatenate([tree.value for tree in trees])[is_leaf]
    leaves, outputs = np.nonzero(value)
    of_leaf = [ids[is_leaf][leaves] for ids in (tree_ids, node_ids)]

    def inner(name: str) -> list[Any]:
        joined = np.concatenate([getattr(tree, name) for tree in trees])
        return np.where(is_leaf, 0, joined).tolist()

    return step.node(
        "TreeEnsembleRegressor",
        features,
        domain=ML,
        n_targets=len(base),
        aggregate_function="SUM",
        post_transform="NONE",
        base_values_as_tensor=numpy_helper.from_array(base, "base"),
        nodes_treeids=tree_ids.tolist(),
        nodes_nodeids=node_ids.tolist(),
        nodes_modes=np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_featureids=inner("feature"),
        nodes_values_as_tensor=numpy_helper.from_array(
            np.array(inner("threshold"), dtype=np.float64), "thresholds"
        ),
        nodes_truenodeids=inner("left"),
        nodes_falsenodeids=inner("right"),
        target_treeids=of_leaf[0].tolist(),
        target_nodeids=of_leaf[1].tolist(),
        target_ids=outputs.tolist(),
        target_weights_as_tensor=numpy_helper.from_array(value[leaves, outputs], "weights"),
    )
