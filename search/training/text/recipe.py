"""The hyper-parameters of training a recurrent network on text, as one typed record without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How one candidate is trained. A hyper-parameter that is inactive in a config keeps its default.

    `epochs` is the length of the training plan and the horizon of the learning rate's schedule.
    """

    cell: str = "lstm"
    layers: int = 1
    width: int = 128
    embedding: int = 64
    tied_weights: str = "no"
    dropout_embedding: float = 0.1
    dropout_between: float = 0.1
    dropout_output: float = 0.1
    optimiser: str = "adam"
    learning_rate: float = 1e-2
    sgd_learning_rate: float = 2.0
    schedule: str = "cosine"
    clipping: float = 1.0
    batch_size: int = 16
    sequence_length: int = 64
    weight_decay: float = 1e-6
    epochs: int = 8

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        """Read a config; a name that no training reads raises TypeError, so that none is ignored."""
        return cls(**config)

    @property
    def is_tied(self) -> bool:
        return self.tied_weights == "yes"
