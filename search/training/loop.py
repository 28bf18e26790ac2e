"""The training loop: one epoch of steps, and how a network is scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.architecture.network import DropPath
from search.training.augment import augmentation_of, cutout, mixup
from search.training.data import Normalise, Split, epoch_seed, in_order, shuffled
from search.training.optimise import loss_of, rate
from search.training.recipe import Recipe


class DivergedError(ArithmeticError):
    """The training loss is no longer a number."""


@dataclass
class Training:
    """A network in training: all that an epoch changes, and the seed that all its chances come from.

    `fraction` is the share of the training items that it is trained on.
    """

    network: nn.Module
    optimiser: torch.optim.Optimizer
    seed: int
    fraction: float = 1.0
    epoch: int = 0  # epochs behind it
    steps: int = 0  # optimiser steps behind it

    def state(self) -> dict[str, Any]:
        """All of it, for a checkpoint.

        The random states need no place in it: each epoch seeds its own from `seed` and its number.
        Nor does the schedule, which is a function of the config and the epoch.
        """
        parts = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict()}
        told = {"seed": self.seed, "fraction": self.fraction}
        return {**parts, **told, "epoch": self.epoch, "steps": self.steps}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from what a training of the same seed and share held."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.steps = state["epoch"], state["steps"]


def train_epoch(
    training: Training,
    recipe: Recipe,
    splits: tuple[Split, ...],
    normalise: Normalise,
    parts: int = 1,
) -> float:
    """Train one epoch and return its mean loss; raises DivergedError if that is not finite.

    A batch is trained in `parts` pieces whose gradients add up: the same step with less memory.

    Order, augmentation and dropout come from the training's seed and the epoch's number alone, and
    the global random state is left as it was.
    """
    device = normalise.mean.device
    loss_function, augment = loss_of(recipe), augmentation_of(recipe)
    items = sum(len(part) for part in splits)
    total, seen = torch.zeros((), device=device), 0
    training.network.train()
    paths = [module for module in training.network.modules() if isinstance(module, DropPath)]
    with seeded(epoch_seed(training.seed, training.epoch + 1), device) as generator:
        for images, labels in shuffled(splits, recipe.batch_size, generator):
            progress = (training.epoch + seen / items) / recipe.epochs
            for group in training.optimiser.param_groups:
                group["lr"] = rate(recipe, progress)
            for path in paths:
                path.progress = progress
            batch = normalise(augment(images.to(device), generator))
            batch = cutout(batch, recipe.cutout, generator)
            batch, other, share = mixup(batch, recipe.mixup, generator)
            training.optimiser.zero_grad()
            pieces = (each.chunk(parts) for each in (batch, labels, labels[other]))
            for piece, answers, others in zip(*pieces, strict=True):
                logits = training.network(piece)
                loss = loss_function(logits, answers.to(device))
                if share < 1:
                    loss = share * loss + (1 - share) * loss_function(logits, others.to(device))
                (loss * (len(answers) / len(labels))).backward()
                total += loss.detach() * len(answers)
            training.optimiser.step()
            training.steps += 1
            seen += len(labels)
    training.epoch += 1
    mean = float(total) / items
    if not torch.isfinite(total):
        raise DivergedError(f"The training loss became {mean} in epoch {training.epoch}.")
    return mean


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[torch.Generator]:
    """A generator for data and torch's own generators seeded, which are put back afterwards."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield torch.Generator().manual_seed(seed)


@torch.inference_mode()
def probabilities(network: nn.Module, part: Split, normalise: Normalise) -> Tensor:
    """What the network thinks of every item: softmax outputs float32 (N, K), on the CPU."""
    device = normalise.mean.device
    network.eval()
    logits = [network(normalise(images.to(device))) for images, _ in in_order(part)]
    return torch.cat(logits).float().softmax(dim=1).cpu()


def score(predicted: Tensor, labels: Tensor) -> tuple[float, float]:
    """Accuracy and mean cross-entropy of softmax outputs (N, K)."""
    accuracy = (predicted.argmax(dim=1) == labels).float().mean()
    loss = functional.nll_loss(predicted.clamp(min=1e-12).log(), labels)
    return float(accuracy), float(loss)
