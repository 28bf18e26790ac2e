"""TrivialAugment: each image changed once, by any of many means at any strength.

Müller & Hutter, "TrivialAugment: tuning-free yet state-of-the-art data augmentation", ICCV 2021, algorithm
1, with the wide ranges of table 1 as parts of an image instead of pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Change = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Of images float (n, C, H, W) from 0 to 255, strengths (n, 1, 1, 1) from 0 to 1 and signs alike."""

STRENGTHS = 31
STRONGEST = 0.99
TURN = 135 / 180 * math.pi


def trivial(images: Tensor, generator: torch.Generator) -> Tensor:
    """Change each of uint8 images (N, C, H, W); all chances come from `generator`."""
    count, device = len(images), images.device
    kinds = torch.randint(len(CHANGES), (count,), generator=generator)
    strengths = torch.randint(STRENGTHS, (count,), generator=generator) / (STRENGTHS - 1)
    signs = torch.randint(2, (count,), generator=generator) * 2.0 - 1
    column = (-1, 1, 1, 1)
    changed = images.clone()
    for kind in kinds.unique().tolist():
        chosen = (kinds == kind).nonzero()[:, 0]
        told = (each[chosen].to(device).view(column) for each in (strengths, signs))
        here = chosen.to(device)
        result = CHANGES[kind](images[here].float(), *told)
        changed[here] = result.round().clamp(0, 255).to(torch.uint8)
    return changed


def _same(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
    return images


def _grey(images: Tensor) -> Tensor:
    """The brightness that eyes see, (n, 1, H, W); the mean where there are not three channels."""
    if images.shape[1] != 3:
        return images.mean(dim=1, keepdim=True)
    weights = images.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)
    return (images * weights).sum(dim=1, keepdim=True)


def _blended(dull: Callable[[Tensor], Tensor]) -> Change:
    """Towards the dull version of an image, or away from it."""

    def change(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
        plain = dull(images)
        return plain + (images - plain) * (1 + STRONGEST * strength * sign)

    return change


def _blurred(images: Tensor) -> Tensor:
    channels = images.shape[1]
    kernel = images.new_tensor([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, kernel.expand(channels, 1, 3, 3), groups=channels)


def _posterised(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
    """With 8 to 2 bits a channel."""
    step = 2.0 ** (6 * strength).round()
    return (images / step).floor() * step


def _solarised(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
    return torch.where(images < 256 * (1 - strength), images, 255 - images)


def _contrasted(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
    """Every channel stretched to all values."""
    least, most = images.amin(dim=(2, 3), keepdim=True), images.amax(dim=(2, 3), keepdim=True)
    return torch.where(most > least, (images - least) * (255 / (most - least).clamp(min=1)), images)


def _equalised(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
    """Every channel's values as often as each other, as far as ranks allow."""
    count, channels, *sides = images.shape
    flat = images.view(count * channels, -1).long()
    histogram = torch.zeros(len(flat), 256, device=images.device)
    histogram.scatter_add_(1, flat, torch.ones_like(flat, dtype=torch.float32))
    below = histogram.cumsum(dim=1)
    first = below.gather(1, flat.amin(dim=1, keepdim=True))
    table = (below - first) * (255 / (flat.shape[1] - first).clamp(min=1))
    even = torch.where(first < flat.shape[1], table.gather(1, flat), flat.float())
    return even.view(count, channels, *sides)


def _moved(matrix: Callable[[Tensor], tuple[tuple[Tensor, ...], tuple[Tensor, ...]]]) -> Change:
    """Each pixel taken from where the matrix (2, 3) of a strength points; what is bare is black."""

    def change(images: Tensor, strength: Tensor, sign: Tensor) -> Tensor:
        rows = matrix((strength * sign).flatten())
        theta = torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)
        grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, mode="nearest", align_corners=False)

    return change


def _turned(by: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    cosine, sine, none = torch.cos(TURN * by), torch.sin(TURN * by), torch.zeros_like(by)
    return (cosine, -sine, none), (sine, cosine, none)


def _placed(row: int, column: int, most: float) -> Change:
    """A matrix that leaves all as it is but for one entry, which is at most `most`."""

    def matrix(by: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        one, none = torch.ones_like(by), torch.zeros_like(by)
        rows = [[one, none, none], [none, one, none]]
        rows[row][column] = most * by
        return tuple(rows[0]), tuple(rows[1])

    return _moved(matrix)


CHANGES: tuple[Change, ...] = (
    _same,
    _contrasted,
    _equalised,
    _posterised,
    _solarised,
    _blended(torch.zeros_like),  # brightness
    _blended(lambda images: _grey(images).mean(dim=(1, 2, 3), keepdim=True)),  # contrast
    _blended(_grey),  # colour
    _blended(_blurred),  # sharpness
    _moved(_turned),
    _placed(0, 1, STRONGEST),  # shear along x
    _placed(1, 0, STRONGEST),
    _placed(0, 2, 2.0),  # shift along x, by all of it at most
    _placed(1, 2, 2.0),
)
