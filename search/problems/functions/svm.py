"""A support vector machine with a radial kernel; the budget is the share of the training data.

Falkner, Klein & Hutter, ICML 2018, section 5, after Klein et al., "Fast Bayesian optimization of machine
learning hyperparameters on large datasets", AISTATS 2017: C and gamma from e^-10 to e^10. They train on
MNIST, or ask a model of what it would give, and go down to about 100 of 50,000 images. Here the machine
is trained, on 1,078 of scikit-learn's digits, so that the least share is a 64th.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from ConfigSpace import ConfigurationSpace, Float
from sklearn.svm import SVC

from search.history import Candidate, Report
from search.method import Context, Fidelity, Objective, Problem
from search.problems.functions.budget import budget
from search.problems.functions.data import Part, table
from search.space import Space

SHARE = Fidelity("train_fraction", 1 / 64, 1, resumes=False)


def problem(data: str = "digits") -> Problem:
    """On a table of scikit-learn with classes: `digits`, `breast_cancer` or `wine`."""
    space = ConfigurationSpace(name="svm")
    space.add([Float(name, (math.exp(-10), math.exp(10)), log=True) for name in ("C", "gamma")])
    return Problem(
        kind="svm",
        space=Space(space),
        evaluate=partial(_evaluate, data),
        objectives=(Objective("val_accuracy", maximise=True),),
        fidelities=(SHARE,),
    )


def _evaluate(
    data: str, problem: Problem, candidate: Candidate, context: Context
) -> Iterator[Report]:
    train, judged, prefix = table(data).at(context.stage)
    seen = _first(train, budget(problem, context))
    machine = SVC(**candidate.config).fit(seen.x, seen.y)
    yield Report(1, {f"{prefix}_accuracy": float(machine.score(judged.x, judged.y))})


def _first(part: Part, share: float) -> Part:
    """A share of the rows, each class in proportion and with one at least; smaller lie within larger."""
    _, numbers, counts = np.unique(part.y, return_inverse=True, return_counts=True)
    rank = np.zeros(len(part))
    for number in range(len(counts)):
        rank[numbers == number] = np.arange(counts[number])
    order = np.argsort(rank / counts[numbers], kind="stable")  # the first of each class come first
    rows = order[: max(len(counts), math.ceil(share * len(part)))]
    return Part(part.x[rows], part.y[rows])
