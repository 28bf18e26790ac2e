"""A neural network of plain layers for tables, trained epoch by epoch, on the CPU."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.special import softmax
from sklearn.base import BaseEstimator
from torch import Tensor, nn
from torch.nn import functional

from search.training.data import epoch_seed
from search.training.loop import DivergedError, seeded
from search.training.tables.data import Array
from search.training.tables.recipe import Recipe

CPU = torch.device("cpu")  # whatever the device: tables are small, and copying them takes longer


class Network(BaseEstimator):
    """A trained network as a step of a pipeline.

    It is trained in float32 and asked in float64, so that every runtime gives the same answer.
    `classes` is 0 where it predicts values.
    """

    def __init__(self, module: nn.Sequential, classes: int) -> None:
        self.module, self.classes = module, classes

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, features: Array, target: Array) -> Network:
        """Nothing: it has been trained in epochs."""
        return self

    def layers(self) -> list[tuple[Array, Array]]:
        """Weights (inputs, outputs) and biases (outputs,), float64; between them stands ReLU."""
        linear = [layer for layer in self.module if isinstance(layer, nn.Linear)]
        return [
            (layer.weight.detach().double().numpy().T, layer.bias.detach().double().numpy())
            for layer in linear
        ]

    def predict(self, features: Array) -> Array:
        """The value of each row, float64 (N,)."""
        return self._outputs(features)[:, 0]

    def predict_proba(self, features: Array) -> Array:
        """The probability of each class, float64 (N, K)."""
        return softmax(self._outputs(features), axis=1)

    def _outputs(self, features: Array) -> Array:
        *hidden, (weight, bias) = self.layers()
        for weights, biases in hidden:
            features = np.maximum(features @ weights + biases, 0)
        return features @ weight + bias


def build(recipe: Recipe, features: int, outputs: int) -> nn.Sequential:
    """Linear layers with ReLU and dropout between them: (N, `features`) to (N, `outputs`)."""
    widths = [features, *[recipe.width] * recipe.layers]
    hidden = (
        [nn.Linear(before, after), nn.ReLU(), nn.Dropout(recipe.dropout)]
        for before, after in pairwise(widths)
    )
    flat = [layer for block in hidden for layer in block]
    return nn.Sequential(*flat, nn.Linear(widths[-1], outputs))


class Training:
    """A network in training; everything random in an epoch comes from the seed and its number.

    `classes` is 0 where a value is predicted. The learning rate falls along half a cosine over the
    planned epochs, whatever the number that a rung lets it train.
    """

    def __init__(
        self, recipe: Recipe, features: Array, target: Array, classes: int, seed: int
    ) -> None:
        self.recipe, self.classes, self.seed = recipe, classes, seed
        self.features = torch.from_numpy(features.astype(np.float32))
        self.target = torch.from_numpy(target if classes else target.astype(np.float32))
        with seeded(epoch_seed(seed, 0), CPU):
            self.module = build(recipe, features.shape[1], classes or 1)
        self.optimiser = torch.optim.AdamW(
            self.module.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.weight = _weight(recipe, self.target, classes)
        self.epoch = 0

    def train(self) -> float:
        """Train one epoch and return its mean loss; raises DivergedError if that is not finite."""
        total, seen = torch.zeros(()), 0
        self.module.train()
        with seeded(epoch_seed(self.seed, self.epoch + 1), CPU) as generator:
            for index in torch.randperm(len(self.target), generator=generator).split(
                self.recipe.batch_size
            ):
                self._set_rate((self.epoch + seen / len(self.target)) / self.recipe.epochs)
                self.optimiser.zero_grad()
                loss = self._loss(self.module(self.features[index]), self.target[index])
                loss.backward()
                self.optimiser.step()
                total += loss.detach() * len(index)
                seen += len(index)
        self.epoch += 1
        mean = float(total) / seen
        if not math.isfinite(mean):
            raise DivergedError(f"The training loss became {mean} in epoch {self.epoch}.")
        return mean

    def _set_rate(self, progress: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.learning_rate * (1 + math.cos(math.pi * progress)) / 2

    def _loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        if self.classes:
            return functional.cross_entropy(outputs, target, self.weight)
        return functional.mse_loss(outputs[:, 0], target)

    def state(self) -> dict[str, Any]:
        """All that training needs to go on; random states have no place in it."""
        return {
            "network": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.module.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch = state["epoch"]


def _weight(recipe: Recipe, target: Tensor, classes: int) -> Tensor | None:
    """A weight a class that makes each class count alike, as scikit-learn's “balanced”."""
    if not classes or recipe.class_weight == "none":
        return None
    counts = torch.bincount(target, minlength=classes).clamp(min=1)
    return len(target) / (classes * counts)
