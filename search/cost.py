"""What a network costs, counted on the network itself."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def parameters(network: nn.Module) -> int:
    """How many numbers training adjusts."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


@torch.no_grad()
def count(network: nn.Module, shape: tuple[int, ...]) -> tuple[int, int]:
    """Parameters, and multiply-accumulates for one image of `shape` (C, H, W).

    Of the work only convolutions, linear layers and products of matrices count, as in torchvision's
    figures; torch counts each multiply-accumulate as two operations. The network is run once in
    evaluation mode, on the device of its weights, and left as it was.
    """
    training = {module: module.training for module in network.modules()}
    device = next((weight.device for weight in network.parameters()), torch.device("cpu"))
    counter = FlopCounterMode(display=False)
    network.eval()
    try:
        with counter:
            network(torch.zeros(1, *shape, device=device))
    finally:
        for module, was in training.items():
            module.training = was
    return parameters(network), counter.get_total_flops() // 2
