"""Prepared images: memory-mapped once a process, cut into batches by index, shuffled from a seed."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from search.training.meta import Meta as Meta
from search.training.meta import meta as meta


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a dataset: `images` uint8 (N, C, H, W) and `labels` int64 (N,), mapped, not read.

    Where `chosen` (n,) is given, only the items at these places take part in training.
    """

    images: Tensor
    labels: Tensor
    chosen: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels if self.chosen is None else self.chosen)


@lru_cache(maxsize=16)
def split(folder: Path, name: str) -> Split:
    """Open `train`, `validation` or `test` of a prepared folder, once a process: a version never changes."""
    # Copy on write rather than read-only, because torch warns of arrays that it must not write to.
    images = np.load(folder / f"{name}-images.npy", mmap_mode="c")
    labels = np.load(folder / f"{name}-labels.npy", mmap_mode="c")
    return Split(torch.from_numpy(images), torch.from_numpy(labels))


def share(folder: Path, name: str, fraction: float) -> Split:
    """A part of which the share `fraction`, in (0, 1], takes part: the first items of a fixed order.

    Smaller shares lie within larger ones, classes are in proportion, and each has an item at least.
    """
    part = split(folder, name)
    if fraction >= 1:
        return part
    order = stratified(folder, name)
    classes = len(meta(folder).classes)
    count = max(math.ceil(fraction * len(order) - 1e-9), classes)
    return Split(part.images, part.labels, order[:count])


@lru_cache(maxsize=16)
def stratified(folder: Path, name: str) -> Tensor:
    """The order of a part in which its shares are taken, once a process."""
    return in_proportion(split(folder, name).labels.numpy())


def in_proportion(labels: np.ndarray[Any, np.dtype[np.int64]]) -> Tensor:
    """All places (N,), shuffled, so that whatever they begin with has the classes in proportion.

    Drawn from the data alone: every training on a share sees the same items.
    """
    rng = np.random.default_rng(zlib.crc32(labels.tobytes()))
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]  # class by class, shuffled in each
    counts = np.bincount(labels)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    # An item comes when its class is due; the first one of each class comes before all others.
    due = np.where(rank == 0, 0, (rank + 0.5) / counts[labels[order]])
    return torch.from_numpy(order[np.argsort(due, kind="stable")])


def take(splits: Sequence[Split], index: Tensor) -> tuple[Tensor, Tensor]:
    """The items at `index` (n,) of the splits put end to end: images (n, C, H, W) and labels (n,).

    They come split by split; nothing is copied but these items.
    """
    images, labels = [], []
    for part in splits:
        here = index[(index >= 0) & (index < len(part))]
        if part.chosen is not None:
            here = part.chosen[here]
        images.append(part.images[here])
        labels.append(part.labels[here])
        index = index - len(part)
    return torch.cat(images), torch.cat(labels)


def shuffled(
    splits: Sequence[Split], batch_size: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """All items once in an order drawn from `generator`, in batches."""
    order = torch.randperm(sum(len(part) for part in splits), generator=generator)
    for index in order.split(batch_size):
        yield take(splits, index)


def in_order(part: Split, batch_size: int = 128) -> Iterator[tuple[Tensor, Tensor]]:
    """All items once in their own order, in batches."""
    for start in range(0, len(part), batch_size):
        cut = slice(start, start + batch_size)
        yield part.images[cut], part.labels[cut]


@dataclass(frozen=True)
class Normalise:
    """Turns uint8 images into floats of mean 0 and deviation 1 a channel, on the device."""

    mean: Tensor
    scale: Tensor

    @classmethod
    def of(cls, known: Meta, device: torch.device) -> Normalise:
        mean = torch.tensor(known.mean, device=device).view(1, -1, 1, 1)
        std = torch.tensor(known.std, device=device).view(1, -1, 1, 1)
        # A channel that never varies would be divided by zero.
        return cls(255 * mean, 1 / (255 * std.clamp(min=1e-3)))

    def __call__(self, images: Tensor) -> Tensor:
        # Channels last: convolutions on a CPU are a quarter faster that way.
        floats = images.to(torch.float32, memory_format=torch.channels_last)
        return floats.sub_(self.mean).mul_(self.scale)


def epoch_seed(seed: int, epoch: int) -> int:
    """The seed of everything random in one epoch of a training; epoch 0 draws the first weights."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])
