"""A kind of data: what can be learnt from it, what may be searched, and where the rest of it lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from search.method import Problem
from search.problems.hyperparameters import Hyperparameters, usual_space
from search.space import Space

ARCHITECTURE_COSTS = ("params", "macs", "size_bytes", "latency_ms", "netscore")
"""What the networks of every kind are weighed by."""


@dataclass(frozen=True)
class Kind:
    """One line of the catalogue of kinds; nothing that it names is imported before it is needed.

    `tasks` names what can be learnt, each with the metrics that a search may be judged by, the usual
    objective first and what it is usually weighed against second. `problem` is called with the
    document of a search space, the folder of the data, objectives and limits. `export` and `predict`
    are modules to run as processes: one takes a trained model home, the other asks it.
    """

    name: str
    title: str
    tasks: Mapping[str, tuple[str, ...]]
    hyperparameters: Hyperparameters
    problem: Callable[..., Problem]
    export: str
    predict: str
    has_architectures: bool = False

    def usual_space(self) -> Space:
        """Every hyper-parameter over its usual range."""
        return usual_space(self.name, self.hyperparameters)
