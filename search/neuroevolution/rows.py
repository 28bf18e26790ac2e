"""Rows of a table as what genomes are asked."""

from __future__ import annotations

import numpy as np

from search.architecture.neat import Units
from search.history import Candidate
from search.method import Problem
from search.neuroevolution.tasks import Task
from search.training.tables import data
from search.training.tables.evolved import features_for, shares

MOST_ROWS = 1000
"""Training rows that every genome is asked, the classes in proportion: thousands of genomes are asked."""


def task(problem: Problem, candidate: Candidate) -> Task:
    """Fitness is the geometric mean of the probability of the right class on some training rows.

    Judged by the accuracy on the validation part.
    """
    assert problem.data is not None
    known, train = data.meta(problem.data), data.part(problem.data, "train")
    transform, present = features_for(candidate, problem.data)
    some = train.take(data.order(known, train.target)[:MOST_ROWS])
    rows, answers = transform(some.rows), np.searchsorted(present, some.target)
    held_out = data.part(problem.data, "validation")
    judged_rows = transform(held_out.rows)

    def fitness(network: Units) -> float:
        right = shares(network(rows))[np.arange(len(answers)), answers]
        return float(np.exp(np.log(right).mean()))

    def judged(network: Units) -> float:
        chosen = present[shares(network(judged_rows)).argmax(axis=1)]
        return float((chosen == held_out.target).mean())

    return Task(rows.shape[1] + 1, len(present), fitness, judged)
