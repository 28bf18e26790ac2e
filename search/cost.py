"""What a network costs."""

from __future__ import annotations

from torch import nn


def parameters(network: nn.Module) -> int:
    """How many numbers training adjusts."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
