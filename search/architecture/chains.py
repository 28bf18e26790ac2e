"""Networks whose layers follow one another: the small convolutional network that is always there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

WIDEST = 4
"""Layers are at most this many times as wide as the first."""

SMALLEST = 4
"""Images with a shorter side are not pooled any more."""

INITIALISATIONS: dict[str, Callable[..., Any]] = {
    "he": nn.init.kaiming_normal_,
    "xavier": nn.init.xavier_normal_,
    "orthogonal": nn.init.orthogonal_,
}


def chain(
    shape: tuple[int, int, int],
    classes: int,
    *,
    layers: int,
    width: int,
    dropout: float,
    initialisation: str,
) -> nn.Sequential:
    """Map images (N, *shape), shape being channels, height and width, to logits (N, classes).

    Each layer convolves, normalises and rectifies; it is pooled and the next one doubled while the
    image is large enough, so that 8 x 8 digits and 96 x 96 photographs both work. The weights are
    drawn from torch's global generator; an unknown initialisation raises KeyError.
    """
    blocks: list[nn.Module] = []
    channels, height, broad = shape
    side, wide = min(height, broad), width
    for _ in range(layers):
        blocks += _block(channels, wide)
        channels = wide
        if side >= SMALLEST:
            blocks.append(nn.MaxPool2d(2))
            side, wide = side // 2, min(2 * wide, WIDEST * width)
    network = nn.Sequential(
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(channels, classes),
    )
    initialise(network, INITIALISATIONS[initialisation])
    return network


def _block(channels: int, width: int) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, width, kernel_size=3, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True)]


def initialise(network: nn.Module, draw: Callable[..., Any]) -> None:
    """Draw the weights of all convolution and linear layers anew; biases start at zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            draw(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
