"""One epoch of steps on text, which can be left in between for a first look at how it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from search.training.data import epoch_seed
from search.training.loop import DivergedError, Training, seeded
from search.training.optimise import decay
from search.training.text.recipe import Recipe
from search.training.text.task import Step, Task

FIRST_LOOK = 2e9, 100_000
"""Multiply-accumulates, of the network's outputs alone, or tokens, after which the first look is due.

A few seconds on one core, whatever the network.
"""

LAST_LOOK = 0.7
"""Share of an epoch beyond which its end is waited for."""


def looks(size: int, macs: float, tokens_each: float = 1.0) -> Iterator[int]:
    """After how many of the `size` items of an epoch to look, one of which has `tokens_each` tokens.

    Each look comes when twice as much is behind as at the one before: the first within seconds, and
    few in all.
    """
    work, tokens = FIRST_LOOK
    at = max(1, int(min(tokens, work / macs) / tokens_each))
    while at < LAST_LOOK * size:
        yield at
        at *= 2


@dataclass
class Epoch:
    """An epoch on the way: the steps to come, the sum of the losses, how many items are behind it.

    Order and dropout come from the training's seed and the epoch's number alone, and the global
    random state is left as it was, also at each look: every leg between two has a seed of its own.
    """

    training: Training
    recipe: Recipe
    steps: Iterator[Step]
    size: int
    total: Tensor
    seen: int = 0
    legs: int = 0

    @classmethod
    def of(cls, task: Task, training: Training, recipe: Recipe, parts: int) -> Epoch:
        """The training's next epoch; each step in `parts` pieces: the same with less memory."""
        generator = torch.Generator().manual_seed(epoch_seed(training.seed, training.epoch + 1))
        steps = task.steps(training.network, generator, parts)
        device = next(training.network.parameters()).device
        return cls(training, recipe, steps, task.size, torch.zeros((), device=device))

    @property
    def loss(self) -> float:
        """Mean loss so far."""
        return float(self.total) / max(1, self.seen)

    def train(self, until: int | None = None) -> None:
        """Train until so many items are behind, or to the end.

        Raises DivergedError if the loss is no longer a number.
        """
        training, self.legs = self.training, self.legs + 1
        device = self.total.device
        seed = epoch_seed(epoch_seed(training.seed, training.epoch + 1), self.legs)
        training.network.train()
        with seeded(seed, device):
            while until is None or self.seen < until:
                step = next(self.steps, None)
                if step is None:
                    break
                self._take(*step)
        if not torch.isfinite(self.total):
            raise DivergedError(
                f"The training loss became {self.loss} in epoch {training.epoch + 1}."
            )

    def _take(self, count: int, losses: Iterable[Tensor]) -> None:
        training, recipe = self.training, self.recipe
        progress = (training.epoch + self.seen / self.size) / recipe.epochs
        for group in training.optimiser.param_groups:
            group["lr"] = rate(recipe, progress)
        training.optimiser.zero_grad()
        for loss in losses:
            (loss / count).backward()
            self.total += loss.detach()
        nn.utils.clip_grad_norm_(training.network.parameters(), recipe.clipping)
        training.optimiser.step()
        training.steps += 1
        self.seen += count


def optimiser_of(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    first, decayed = rate(recipe, 0), recipe.weight_decay
    match recipe.optimiser:
        case "adam":
            return torch.optim.Adam(parameters, lr=first, weight_decay=decayed)
        case "adamw":
            return torch.optim.AdamW(parameters, lr=first, weight_decay=decayed)
        case "sgd":
            return torch.optim.SGD(parameters, lr=first, weight_decay=decayed)
    raise ValueError(f"There is no optimiser {recipe.optimiser!r}.")


def rate(recipe: Recipe, progress: float) -> float:
    """The learning rate when the share `progress` of the planned epochs is behind.

    As for images it depends on the config alone, never on how far a rung lets training go.
    """
    is_plain = recipe.optimiser == "sgd"
    highest = recipe.sgd_learning_rate if is_plain else recipe.learning_rate
    return highest * decay(recipe.schedule, progress)
