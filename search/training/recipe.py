"""The hyper-parameters of training an image classifier, as one typed record without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How one candidate is trained. A hyper-parameter that is inactive in a config keeps its default.

    `epochs` is the length of the training plan and the horizon of the learning rate's schedule.
    """

    learning_rate: float = 3e-3
    schedule: str = "cosine"
    loss: str = "cross_entropy"
    smoothing: float = 0.1
    focal_gamma: float = 2.0
    epochs: int = 15
    initialisation: str = "he"
    weight_decay: float = 1e-4
    dropout: float = 0.1
    layers: int = 3
    width: int = 16
    optimiser: str = "adam"
    momentum: float = 0.9
    batch_size: int = 64
    augmentation: str = "none"
    trivial_augment: str = "off"
    mixup: float = 0.0
    cutout: int = 0
    drop_path: float = 0.0

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        """Read a config; a name that no training reads raises TypeError, so that none is ignored."""
        return cls(**config)
