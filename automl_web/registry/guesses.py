"""What a classifier says of one item: the likeliest classes, whatever kind of data the item is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_web.registry.models import ModelVersion

SHOWN = 10
"""Classes whose probability is shown; of a hundred, the others are next to nothing."""


@dataclass(frozen=True)
class Guess:
    """A class and its probability."""

    name: str
    share: float


def likeliest(model: ModelVersion, shares: Sequence[float]) -> tuple[list[Guess], int]:
    """The classes to show, the likeliest first, and how many others there are."""
    named = zip(model.run.dataset.classes, shares, strict=True)
    guesses = sorted((Guess(*each) for each in named), key=lambda guess: -guess.share)
    return guesses[:SHOWN], max(0, len(guesses) - SHOWN)
