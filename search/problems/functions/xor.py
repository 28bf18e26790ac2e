"""Exclusive or: the four rows that no network without a unit between inputs and outputs can tell apart.

Stanley & Miikkulainen 2002, section 4.1. It is for methods that evolve networks: a candidate is a genotype
of kind `neat`, which brings its weights along, so nothing is trained.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ConfigSpace import ConfigurationSpace

from search.architecture.genotype import parse
from search.architecture.neat import units
from search.history import Candidate, Report, Stage
from search.method import Context, Objective, Problem
from search.space import Space

ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
ANSWERS = np.array([0, 1, 1, 0], dtype=np.float64)


def problem() -> Problem:
    """All four rows right; an answer above a half is a yes."""
    return Problem(
        kind="xor",
        space=Space(ConfigurationSpace(name="xor")),
        evaluate=_evaluate,
        objectives=(Objective("val_accuracy", maximise=True),),
    )


def _evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """The share of rows that the genotype gets right."""
    assert candidate.genotype is not None
    answers = units(parse(candidate.genotype))(ROWS)[:, 0]
    right = float(((answers > 0.5) == (ANSWERS > 0.5)).mean())
    part = "test" if context.stage is Stage.CONFIRM else "val"
    yield Report(1, {f"{part}_accuracy": right})
