"""What the training of a recurrent network needs to know of what it is trained for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

Step = tuple[int, Iterator[Tensor]]
"""How many tokens or items an optimiser's step is of, and their summed losses, a piece after the other.

A piece is computed when it is asked for, so that only one is held in memory at a time.
"""


class Task(Protocol):
    """Predicting the next token, or telling texts apart; `size` counts what one epoch predicts."""

    size: int
    tokens_each: float

    def steps(self, network: Any, generator: torch.Generator, parts: int) -> Iterator[Step]:
        """One epoch in an order drawn from `generator`, each step in `parts` pieces."""

    def validated(self, network: Any, most: int | None = None) -> dict[str, float]:
        """Metrics of the validation part, or of about `most` of its tokens, spread over it."""

    def tested(self, network: Any, workdir: Path) -> dict[str, float]:
        """Metrics of the test part; what a result page needs besides is left in `workdir`."""

    def latency(self, network: Any) -> float:
        """Milliseconds for one token of a text that is written, or for one text that is judged."""
