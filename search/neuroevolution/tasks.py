"""What genomes are asked: rows with answers, how well they do in training, and how on rows held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name

from search.architecture.neat import Units
from search.history import Candidate
from search.method import Problem
from search.neuroevolution.genome import Genome


@dataclass(frozen=True, eq=False)
class Task:
    """So many `inputs`, the constant among them, and `outputs`; `fitness` of a network is at least 0.

    `judged` gives of a champion what it is chosen by among the champions, more being better.
    """

    inputs: int
    outputs: int
    fitness: Callable[[Units], float]
    judged: Callable[[Units], float]

    def __call__(self, genome: Genome) -> float:
        return self.fitness(genome.network())


TASKS: Mapping[str, str] = {
    "tables": "search.neuroevolution.rows:task",
    "xor": "search.neuroevolution.exclusive_or:task",
}
"""By the kind of a problem the function that makes its task, which is imported where it is needed."""


def task_of(problem: Problem, candidate: Candidate) -> Task:
    """What genomes are asked for this problem."""
    made: Callable[[Problem, Candidate], Task] = resolve_name(TASKS[problem.kind])
    return made(problem, candidate)
