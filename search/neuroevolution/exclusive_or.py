"""Exclusive or as what genomes are asked. Stanley & Miikkulainen 2002, section 4.1."""

from __future__ import annotations

import numpy as np

from search.architecture.neat import Units
from search.history import Candidate
from search.method import Problem
from search.neuroevolution.tasks import Task
from search.problems.functions.xor import ANSWERS, ROWS


def task(problem: Problem, candidate: Candidate) -> Task:
    """Fitness (4 - Σ|e|)²; judged by how many of the four rows are right."""

    def fitness(network: Units) -> float:
        return float((4 - np.abs(network(ROWS)[:, 0] - ANSWERS).sum()) ** 2)

    def judged(network: Units) -> float:
        return float(((network(ROWS)[:, 0] > 0.5) == (ANSWERS > 0.5)).mean())

    return Task(3, 1, fitness, judged)
