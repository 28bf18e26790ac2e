"""Random variations of whole batches of uint8 images (N, C, H, W), without a loop over images."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

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
