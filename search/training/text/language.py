"""Predicting the next token: steps that carry the state, and how surprising a text is to a network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from search.training.latency import timed
from search.training.text import data
from search.training.text.networks import LanguageModel, State
from search.training.text.recipe import Recipe
from search.training.text.task import Step

SURPRISES = "surprises.npy"
"""Nats of each token of the test part but the first, float32 (T - 1,); written by a confirming trial."""

STREAMS, WINDOW = 64, 128
"""Into how many streams a text is cut to be scored, each at least this long; and tokens at a time."""

LOGITS = 2**22
"""Numbers that scoring may hold at once: with many words, a window is shorter."""

MOST_NATS = 700.0
"""Beyond, e to this power is no longer a number."""


class Language:
    """A text to learn from, and the parts on which that is judged."""

    tokens_each = 1.0

    def __init__(
        self, folder: Path, recipe: Recipe, fraction: float, confirming: bool, device: torch.device
    ) -> None:
        self.folder, self.recipe, self.device = folder, recipe, device
        self.text = data.shared(data.tokens(folder, "train"), fraction)
        if confirming:
            self.text = torch.cat((self.text, data.tokens(folder, "validation")))
        self.size = len(self.text) - 1

    def steps(
        self, network: LanguageModel, generator: torch.Generator, parts: int
    ) -> Iterator[Step]:
        states: list[State] = []
        size, length = self.recipe.batch_size, self.recipe.sequence_length
        for inputs, targets in data.windows(self.text, size, length, generator):
            pieces = list(zip(inputs.chunk(parts), targets.chunk(parts), strict=True))
            states = states or [network.start(len(piece)) for piece, _ in pieces]
            yield inputs.numel(), self._losses(network, pieces, states)

    def _losses(
        self, network: LanguageModel, pieces: Sequence[tuple[Tensor, Tensor]], states: list[State]
    ) -> Iterator[Tensor]:
        """The loss of each piece; its state goes on to the next step, the gradient does not."""
        for i, (inputs, targets) in enumerate(pieces):
            logits, after = network(inputs.to(self.device), *states[i])
            states[i] = tuple(values.detach() for values in after)
            flat = targets.to(self.device).flatten()
            yield functional.cross_entropy(logits.flatten(0, 1), flat, reduction="sum")

    def validated(self, network: LanguageModel, most: int | None = None) -> dict[str, float]:
        found = surprises(network, data.tokens(self.folder, "validation"), self.device, most)
        loss = mean(found)
        return {"val_perplexity": perplexity(loss), "val_loss": loss}

    def tested(self, network: LanguageModel, workdir: Path) -> dict[str, float]:
        found = surprises(network, data.tokens(self.folder, "test"), self.device)
        np.save(workdir / SURPRISES, found.numpy())
        loss = mean(found)
        return {"test_perplexity": perplexity(loss), "test_loss": loss}

    def latency(self, network: LanguageModel) -> float:
        token = torch.zeros(1, 1, dtype=torch.int64, device=self.device)
        return timed(network, (token, *network.start(1)), self.device).median_ms


@torch.inference_mode()
def surprises(
    network: LanguageModel, text: Tensor, device: torch.device, most: int | None = None
) -> Tensor:
    """How surprising each token (T,) but the first is, in nats: float32 (T - 1,), on the CPU.

    The text is read in up to 64 streams side by side, each of which carries its state; only where
    they begin is nothing known of what came before. `most` reads the beginning of each stream, about
    so many tokens in all.
    """
    network.eval()
    told = len(text) - 1
    streams = max(1, min(STREAMS, told // WINDOW))
    steps = math.ceil(told / streams)
    begins = steps * torch.arange(streams)[:, None]
    read = steps if most is None else min(steps, math.ceil(most / streams))
    window = max(1, min(WINDOW, LOGITS // (streams * network.vocabulary)))
    state, found = network.start(streams), []
    for places in torch.arange(read).split(window):
        at = (begins + places).clamp(max=told - 1)  # behind the end of the last stream
        logits, state = network(text[at].long().to(device), *state)
        flat = text[at + 1].long().to(device).flatten()
        nats = functional.cross_entropy(logits.flatten(0, 1), flat, reduction="none")
        found.append(nats.float().view(at.shape).cpu())
    lengths = (told - begins.flatten()).clamp(min=0, max=read).tolist()
    rows = torch.cat(found, dim=1)
    return torch.cat([row[:length] for row, length in zip(rows, lengths, strict=True)])


def mean(nats: Tensor) -> float:
    return float(nats.double().mean())


def perplexity(loss: float) -> float:
    """Among how many equally likely tokens one would be as unsure, for a loss in nats a token."""
    return math.exp(min(loss, MOST_NATS))
