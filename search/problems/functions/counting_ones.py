"""Counting ones: some bits, and some coins whose bias is judged by tossing them.

Falkner, Klein & Hutter, ICML 2018, section 5.1: the sum of binary hyper-parameters, and of the means of
Bernoulli variables whose parameters are the continuous ones. The budget is how often each is drawn.
Here it is told as the regret per hyper-parameter, 0 at the best, where the paper has minus the sum.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, Float

from search.history import Candidate, Report, Stage
from search.method import Context, Fidelity, Objective, Problem
from search.problems.functions.budget import budget
from search.space import Space

SAMPLES = Fidelity("samples", 9, 729, resumes=False)
"""The budgets of the paper: 9, 27, 81, 243 and 729, with a reduction factor of 3."""


def problem(categorical: int = 8, continuous: int = 8) -> Problem:
    """As many bits and coins; the paper has 4, 8, 16 and 32 of each."""
    space = ConfigurationSpace(name="counting_ones")
    space.add([Categorical(f"bit_{i}", [0, 1]) for i in range(categorical)])
    space.add([Float(f"coin_{i}", (0.0, 1.0)) for i in range(continuous)])
    return Problem(
        kind="counting_ones",
        space=Space(space),
        evaluate=evaluate,
        objectives=(Objective("val_regret"),),
        fidelities=(SAMPLES,),
    )


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """The regret as sampled; a confirming trial tells the true one."""
    values = candidate.config
    bits = [values[name] for name in problem.space.names if name.startswith("bit")]
    biases = np.array([values[name] for name in problem.space.names if name.startswith("coin")])
    if context.stage is Stage.CONFIRM:
        yield Report(1, {"test_regret": _regret(bits, biases)})
        return
    samples = int(budget(problem, context))
    heads = np.random.default_rng(context.seed).binomial(samples, biases)
    yield Report(samples, {"val_regret": _regret(bits, heads / samples)})


def _regret(bits: list[int], means: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return 1 - (sum(bits) + float(means.sum())) / (len(bits) + len(means))
