"""Adam, and plain steps, on parameters that stay as they are: new ones are given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from search.policies.policy import Array, Parameters

FIRST, SECOND, TINY = 0.9, 0.999, 1e-8
"""Adam's decays and the number that keeps it from dividing by nought. Kingma & Ba, 2015."""


@dataclass(frozen=True)
class Adam:
    """The moments of the gradients so far, and how many there were."""

    count: int = 0
    first: Mapping[str, Array] = field(default_factory=dict)
    second: Mapping[str, Array] = field(default_factory=dict)


def adam(
    parameters: Parameters, gradient: Parameters, moments: Adam, rate: float
) -> tuple[Parameters, Adam]:
    """A step up along the gradient, and the moments after it."""
    count = moments.count + 1
    first, second, stepped = {}, {}, {}
    for name, value in parameters.items():
        pull = gradient[name]
        first[name] = FIRST * moments.first.get(name, 0.0) + (1 - FIRST) * pull
        second[name] = SECOND * moments.second.get(name, 0.0) + (1 - SECOND) * pull**2
        size = np.sqrt(second[name] / (1 - SECOND**count)) + TINY
        stepped[name] = value + rate * first[name] / (1 - FIRST**count) / size
    return stepped, Adam(count, first, second)


def plain(parameters: Parameters, gradient: Parameters, rate: float) -> Parameters:
    """A step up along the gradient, as long as it is steep."""
    return {name: value + rate * gradient[name] for name, value in parameters.items()}
