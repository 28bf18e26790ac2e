"""Telling texts apart: batches of texts that are about equally long, and how well it is done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from search.training.data import in_proportion
from search.training.latency import timed
from search.training.loop import score
from search.training.text import data
from search.training.text.recipe import Recipe
from search.training.text.task import Step

PREDICTIONS = "predictions.npy"
"""Softmax outputs on the test part, float32 (N, K) in its order; written by a confirming trial."""


class Classification:
    """Labelled texts to learn from, and the parts on which that is judged."""

    def __init__(
        self, folder: Path, recipe: Recipe, fraction: float, confirming: bool, device: torch.device
    ) -> None:
        self.folder, self.recipe, self.device = folder, recipe, device
        self.part = data.items(folder, "train")
        self.places = data.chosen(self.part, len(data.meta(folder).classes), fraction)
        if confirming:
            self.part = data.joined(self.part, data.items(folder, "validation"))
            self.places = torch.arange(len(self.part))
        self.size = len(self.places)
        read = self.part.lengths[self.places].clamp(min=1, max=recipe.sequence_length)
        self.tokens_each = float(read.double().mean())

    def steps(self, network: nn.Module, generator: torch.Generator, parts: int) -> Iterator[Step]:
        for batch in data.shuffled(self.part, self.places, self.recipe.batch_size, generator):
            yield len(batch), self._losses(network, batch.chunk(parts))

    def _losses(self, network: nn.Module, pieces: Sequence[Tensor]) -> Iterator[Tensor]:
        for piece in pieces:
            tokens, lengths = data.padded(self.part, piece, self.recipe.sequence_length)
            labels = self.part.labels[piece].to(self.device)
            logits = network(tokens.to(self.device), lengths.to(self.device))
            yield functional.cross_entropy(logits, labels, reduction="sum")

    def validated(self, network: nn.Module, most: int | None = None) -> dict[str, float]:
        part = data.items(self.folder, "validation")
        places = torch.arange(len(part))
        if most is not None:
            places = in_proportion(part.labels.numpy())[: math.ceil(most / self.tokens_each)]
        predicted = probabilities(network, part, places, self.recipe.sequence_length, self.device)
        return {f"val_{name}": value for name, value in scores(predicted, part.labels[places])}

    def tested(self, network: nn.Module, workdir: Path) -> dict[str, float]:
        part = data.items(self.folder, "test")
        places = torch.arange(len(part))
        predicted = probabilities(network, part, places, self.recipe.sequence_length, self.device)
        np.save(workdir / PREDICTIONS, predicted.numpy())
        return {f"test_{name}": value for name, value in scores(predicted, part.labels)}

    def latency(self, network: nn.Module) -> float:
        length = max(1, round(self.tokens_each))
        tokens = torch.zeros(1, length, dtype=torch.int64, device=self.device)
        lengths = torch.tensor([length], device=self.device)
        return timed(network, (tokens, lengths), self.device).median_ms


@torch.inference_mode()
def probabilities(
    network: nn.Module, part: data.Items, places: Tensor, most: int, device: torch.device
) -> Tensor:
    """What the network thinks of the items at `places` (n,): softmax outputs float32 (n, K), on the CPU."""
    network.eval()
    order = part.lengths[places].argsort(stable=True)  # so that little is padded
    found = []
    for batch in places[order].split(256):
        tokens, lengths = data.padded(part, batch, most)
        logits = network(tokens.to(device), lengths.to(device))
        found.append(logits.float().softmax(dim=1).cpu())
    return torch.cat(found)[order.argsort()]


def scores(predicted: Tensor, labels: Tensor) -> list[tuple[str, float]]:
    """Accuracy, its mean over the classes that occur, and mean cross-entropy of softmax outputs (N, K)."""
    accuracy, loss = score(predicted, labels)
    right = (predicted.argmax(dim=1) == labels).double()
    counts = torch.bincount(labels)
    shares = torch.bincount(labels, weights=right)[counts > 0] / counts[counts > 0]
    return [("accuracy", accuracy), ("balanced_accuracy", float(shares.mean())), ("loss", loss)]
