"""Recurrent networks: a language model that carries its state, and a classifier of padded texts."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.training.text.costs import POOLED
from search.training.text.meta import LANGUAGE, Meta
from search.training.text.recipe import Recipe

State = tuple[Tensor, ...]
"""What is carried from token to token: hidden, and for LSTM cell values, (layers, N, width) each."""

SPREAD = 0.1
"""How far from 0 the weights of an output of its own are drawn, as Zaremba et al. do."""


class Reader(nn.Module):
    """Tokens (N, L) to outputs (N, L, width): an embedding and recurrent layers.

    What the layers see of a token has a deviation of 1 at first: with less they learn far more slowly.
    An embedding that also weighs the output is drawn smaller, and enlarged by `scale` on the way in.
    """

    def __init__(self, recipe: Recipe, vocabulary: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, recipe.embedding)
        self.dropout = nn.Dropout(recipe.dropout_embedding)
        cells = {"lstm": nn.LSTM, "gru": nn.GRU}[recipe.cell]
        self.cells: nn.Module = cells(
            recipe.embedding,
            recipe.width,
            recipe.layers,
            batch_first=True,
            dropout=recipe.dropout_between if recipe.layers > 1 else 0.0,
        )
        self.shape, self.values = (recipe.layers, recipe.width), 2 if recipe.cell == "lstm" else 1
        self.scale = recipe.embedding**0.5 if recipe.is_tied else 1.0
        nn.init.normal_(self.embedding.weight, std=1 / self.scale)
        if recipe.cell == "lstm":
            self._remember(recipe.width)

    def _remember(self, width: int) -> None:
        """Begin with gates that forget nothing.

        Jozefowicz, Zaremba and Sutskever, "An empirical exploration of recurrent network
        architectures", ICML 2015.
        """
        for name, bias in self.cells.named_parameters():
            if name.startswith("bias_ih"):
                nn.init.ones_(bias.data[width : 2 * width])

    def start(self, texts: int) -> State:
        """The state before the first token of so many texts; no two values share their memory."""
        layers, width = self.shape
        device = self.embedding.weight.device
        return tuple(torch.zeros(layers, texts, width, device=device) for _ in range(self.values))

    def forward(self, tokens: Tensor, *state: Tensor) -> tuple[Tensor, State]:
        before = state if self.values == 2 else state[0]
        outputs, after = self.cells(self.dropout(self._seen(tokens)), before)
        return outputs, after if isinstance(after, tuple) else (after,)

    def _seen(self, tokens: Tensor) -> Tensor:
        found: Tensor = self.embedding(tokens)
        return found if self.scale == 1 else self.scale * found


class LanguageModel(nn.Module):
    """Tokens (N, L) and a state to logits (N, L, V) of the token that follows each, and the next state.

    With tied weights the embedding weighs the output, too: Press and Wolf, "Using the output embedding
    to improve language models", EACL 2017.
    """

    def __init__(self, recipe: Recipe, vocabulary: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.reader = Reader(recipe, vocabulary)
        self.dropout = nn.Dropout(recipe.dropout_output)
        self.narrow: nn.Module = nn.Identity()
        self.own: nn.Parameter | None = None
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        if not recipe.is_tied:
            drawn = torch.empty(vocabulary, recipe.width).uniform_(-SPREAD, SPREAD)
            self.own = nn.Parameter(drawn)
        elif recipe.width != recipe.embedding:
            self.narrow = nn.Linear(recipe.width, recipe.embedding, bias=False)

    def start(self, texts: int) -> State:
        return self.reader.start(texts)

    def forward(self, tokens: Tensor, *state: Tensor) -> tuple[Tensor, State]:
        outputs, after = self.reader(tokens, *state)
        weights = self.reader.embedding.weight if self.own is None else self.own
        logits = functional.linear(self.narrow(self.dropout(outputs)), weights, self.bias)
        return logits, after


class Classifier(nn.Module):
    """Tokens (N, L), padded behind their lengths (N,), to logits (N, K).

    It sees the last output, the mean and the largest of all, which are not blind to what stands early
    in a long text: Howard and Ruder, "Universal language model fine-tuning", ACL 2018, section 3.3.
    """

    def __init__(self, recipe: Recipe, vocabulary: int, classes: int) -> None:
        super().__init__()
        self.reader = Reader(recipe, vocabulary)
        self.dropout = nn.Dropout(recipe.dropout_output)
        self.output = nn.Linear(POOLED * recipe.width, classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        outputs, _ = self.reader(tokens, *self.reader.start(tokens.shape[0]))
        steps = torch.arange(tokens.shape[1], device=tokens.device)
        behind = (steps >= lengths[:, None])[:, :, None]
        last = (lengths - 1)[:, None, None].expand(-1, 1, outputs.shape[2])
        pooled = (
            outputs.gather(1, last).squeeze(1),
            outputs.masked_fill(behind, 0).sum(dim=1) / lengths[:, None],
            outputs.masked_fill(behind, -torch.inf).amax(dim=1),
        )
        return cast(Tensor, self.output(self.dropout(torch.cat(pooled, dim=1))))


Network = LanguageModel | Classifier


def build(recipe: Recipe, known: Meta) -> Network:
    """The untrained network for a prepared text."""
    if known.task == LANGUAGE:
        return LanguageModel(recipe, len(known.vocabulary))
    return Classifier(recipe, len(known.vocabulary), len(known.classes))
