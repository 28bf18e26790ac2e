"""Prepared text: memory-mapped once a process; streams of tokens for language models, batches of items."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from search.training.data import in_proportion
from search.training.text.meta import Meta as Meta
from search.training.text.meta import meta as meta

BLOCKS = 64
"""Into which a text is cut where only a share of it is read: a power of two."""

POOL = 50
"""Batches whose items are sorted by length together: enough that little is padded, few enough to mix."""


@lru_cache(maxsize=16)
def tokens(folder: Path, name: str) -> Tensor:
    """The tokens int32 (T,) of `train`, `validation` or `test`, mapped, once a process."""
    # Copy on write rather than read-only, because torch warns of arrays that it must not write to.
    return torch.from_numpy(np.load(folder / f"{name}-tokens.npy", mmap_mode="c"))


def shared(text: Tensor, fraction: float) -> Tensor:
    """The share `fraction`, in (0, 1], of the tokens (T,): whole blocks spread evenly over the text.

    Blocks are taken in an order that halves the gaps between them, so smaller shares lie within
    larger ones, and each share has something of every part of the text. They come in its order.
    """
    if fraction >= 1:
        return text
    count, size = math.ceil(fraction * len(text) - 1e-9), math.ceil(len(text) / BLOCKS)
    bits = BLOCKS.bit_length() - 1
    order = sorted(range(BLOCKS), key=lambda block: f"{block:0{bits}b}"[::-1])
    taken = {}
    for block in order:
        piece = text[block * size : (block + 1) * size][: max(count, 0)]
        taken[block] = piece
        count -= len(piece)
    return torch.cat([taken[block] for block in sorted(taken)])


def windows(
    text: Tensor, batch_size: int, length: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """One reading of the tokens (T,) by places that are read at once: inputs and targets, int64 (B, L).

    The text is cut into B streams, and each batch goes on where the one before has ended, so that the
    state can be carried (Zaremba, Sutskever and Vinyals, "Recurrent neural network regularization",
    2014). Where the streams and the first window end is drawn anew, so that no token is always the
    first or left out. A short text has fewer streams, none of them shorter than a window.
    """
    last = len(text) - 1
    streams = max(1, min(batch_size, last // length))
    steps = last // streams
    spare = last - steps * streams
    start = int(torch.randint(spare + 1, (), generator=generator))
    first = int(torch.randint(1, min(length, steps) + 1, (), generator=generator))
    inputs = text[start : start + steps * streams].view(streams, steps)
    targets = text[start + 1 : start + 1 + steps * streams].view(streams, steps)
    for begin, end in _spans(first, steps, length):
        yield inputs[:, begin:end].long(), targets[:, begin:end].long()


def _spans(first: int, steps: int, length: int) -> Iterator[tuple[int, int]]:
    yield 0, first
    for begin in range(first, steps, length):
        yield begin, min(begin + length, steps)


@dataclass(frozen=True, eq=False)
class Items:
    """Labelled texts, one behind the other: tokens int32 (T,), offsets (N + 1,) and labels (N,), int64."""

    tokens: Tensor
    offsets: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> Tensor:
        """Tokens of each item, int64 (N,)."""
        return self.offsets.diff()


@lru_cache(maxsize=16)
def items(folder: Path, name: str) -> Items:
    """Open `train`, `validation` or `test` of a prepared folder of labelled texts, once a process."""
    offsets = np.load(folder / f"{name}-offsets.npy")
    labels = np.load(folder / f"{name}-labels.npy")
    return Items(tokens(folder, name), torch.from_numpy(offsets), torch.from_numpy(labels))


def chosen(part: Items, classes: int, fraction: float) -> Tensor:
    """The places of the items that make up the share `fraction` of a part, at least one a class."""
    count = max(math.ceil(fraction * len(part) - 1e-9), classes)
    return in_proportion(part.labels.numpy())[:count]


def joined(first: Items, second: Items) -> Items:
    """The items of both."""
    behind = second.offsets[1:] + first.offsets[-1]
    return Items(
        torch.cat((first.tokens, second.tokens)),
        torch.cat((first.offsets, behind)),
        torch.cat((first.labels, second.labels)),
    )


def padded(part: Items, index: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """The first `most` tokens of the items at `index` (n,): int64 (n, L), and their lengths (n,).

    What is behind the end of an item is 0. An item without tokens is one that is not known.
    """
    lengths = part.lengths[index].clamp(max=most)
    steps = torch.arange(int(lengths.max().clamp(min=1)))
    at = (part.offsets[index, None] + steps).clamp(max=len(part.tokens) - 1)
    found = part.tokens[at].long().masked_fill_(steps >= lengths[:, None], 0)
    return found, lengths.clamp(min=1)


def shuffled(
    part: Items, places: Tensor, batch_size: int, generator: torch.Generator
) -> Sequence[Tensor]:
    """The places in batches whose items are about equally long, in an order drawn from `generator`."""
    mixed = places[torch.randperm(len(places), generator=generator)]
    lengths = part.lengths
    batches: list[Tensor] = []
    for pool in mixed.split(POOL * batch_size):
        batches += pool[lengths[pool].argsort(stable=True)].split(batch_size)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]
