"""What a recipe says about steps: the loss, the optimiser, and the learning rate over the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.training.recipe import Recipe

Loss = Callable[[Tensor, Tensor], Tensor]


def loss_of(recipe: Recipe) -> Loss:
    """A function of logits (N, K) and labels (N,) to the mean loss."""
    losses: dict[str, Loss] = {
        "cross_entropy": functional.cross_entropy,
        "label_smoothing": nn.CrossEntropyLoss(label_smoothing=recipe.smoothing),
        "focal": lambda logits, labels: focal(logits, labels, recipe.focal_gamma),
    }
    return losses[recipe.loss]


def focal(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    """Lin et al., "Focal loss for dense object detection", ICCV 2017, equation 4."""
    surprise = functional.cross_entropy(logits, labels, reduction="none")
    return ((1 - torch.exp(-surprise)) ** gamma * surprise).mean()


def optimiser_of(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    match recipe.optimiser:
        case "sgd":
            return torch.optim.SGD(
                parameters,
                lr=recipe.learning_rate,
                momentum=recipe.momentum,
                weight_decay=recipe.weight_decay,
            )
        case "adam":
            return torch.optim.Adam(
                parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
            )
        case "adamw":
            return torch.optim.AdamW(
                parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
            )
    raise ValueError(f"There is no optimiser {recipe.optimiser!r}.")


def rate(recipe: Recipe, progress: float) -> float:
    """The learning rate when the share `progress` of the planned epochs is behind.

    It depends on the config alone, never on how far a rung lets training go: so a training that is
    continued later is the training that was never interrupted.
    """
    return recipe.learning_rate * decay(recipe.schedule, progress)


def decay(schedule: str, progress: float) -> float:
    """What is left of a learning rate when the share `progress` of the plan is behind."""
    match schedule:
        case "constant":
            return 1.0
        case "cosine":
            return (1 + math.cos(math.pi * progress)) / 2
        case "step":
            return float(0.1 ** ((progress >= 0.5) + (progress >= 0.75)))
    raise ValueError(f"There is no schedule {schedule!r}.")
