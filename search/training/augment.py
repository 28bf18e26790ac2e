"""Random variations of whole batches of images (N, C, H, W), without a loop over images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from search.training.recipe import Recipe
from search.training.trivial import trivial

Augment = Callable[[Tensor, torch.Generator], Tensor]


def none(images: Tensor, generator: torch.Generator) -> Tensor:
    return images


def flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror each image left to right with probability one half."""
    chosen = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(chosen.to(images.device).view(-1, 1, 1, 1), images.flip(3), images)


def crop(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shift each image by up to an eighth of its shorter side, at least a pixel; what is bare is black."""
    count, _, height, width = images.shape
    reach = max(1, min(height, width) // 8)
    padded = functional.pad(images, (reach, reach, reach, reach))
    shifts = torch.randint(2 * reach + 1, (2, count, 1), generator=generator).to(images.device)
    rows = shifts[0] + torch.arange(height, device=images.device)
    columns = shifts[1] + torch.arange(width, device=images.device)
    item = torch.arange(count, device=images.device).view(-1, 1, 1)
    # Indices around the channel slice put it last: (N, H, W, C).
    return padded[item, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def flip_crop(images: Tensor, generator: torch.Generator) -> Tensor:
    return crop(flip(images, generator), generator)


AUGMENTATIONS: dict[str, Augment] = {
    "none": none,
    "flip": flip,
    "crop": crop,
    "flip_crop": flip_crop,
}


def augmentation_of(recipe: Recipe) -> Augment:
    """What a recipe does to uint8 images before they are normalised."""
    augment = AUGMENTATIONS[recipe.augmentation]
    if recipe.trivial_augment == "off":
        return augment
    return lambda images, generator: trivial(augment(images, generator), generator)


SIDE = 32
"""Of the images that the side of a cutout is told for."""


def cutout(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Hide a square around a pixel of each normalised image, drawn anywhere, behind the mean.

    Its `side` is that in an image of 32 pixels. DeVries & Taylor, "Improved regularization of
    convolutional neural networks with cutout", 2017, section 3.
    """
    count, _, height, width = images.shape
    wide = round(side * min(height, width) / SIDE)
    if not wide:
        return images
    hidden = [
        _hidden(size, wide, torch.randint(size, (count, 1), generator=generator))
        for size in (height, width)
    ]
    rows, columns = (part.to(images.device) for part in hidden)
    return images.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0.0)


def _hidden(size: int, wide: int, middle: Tensor) -> Tensor:
    """Which of `size` pixels lie in a stretch of `wide` around the middles (n, 1); bool (n, size)."""
    places = torch.arange(size)
    return (places >= middle - wide // 2) & (places < middle - wide // 2 + wide)


def mixup(images: Tensor, alpha: float, generator: torch.Generator) -> tuple[Tensor, Tensor, float]:
    """Blend each image with another one: the images, the place of the other, and the share of its own.

    Zhang et al., "mixup: beyond empirical risk minimization", 2018, section 2: one share a batch.
    """
    if not alpha:
        return images, torch.arange(len(images)), 1.0
    seed = int(torch.randint(2**31, (), generator=generator))
    share = float(np.random.default_rng(seed).beta(alpha, alpha))
    other = torch.randperm(len(images), generator=generator)
    return torch.lerp(images[other.to(images.device)], images, share), other, share
