"""Counting ones, as in the paper of BOHB: 4 bits and 4 coins, true regret by the draws that were paid for.

`python -m benchmarks.hpo.counting_ones [METHOD ...] [--seeds 8] [--budgets 10 160]`

A budget is a full evaluation, 729 draws of each coin. Falkner, Klein & Hutter, ICML 2018, section 5.1.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from search.history import History, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of, trial_seed
from search.method import Context, Problem
from search.methods import METHODS
from search.problems.functions import counting_ones

PAPERS = "bohb-paper"
"""BOHB with the paper's own densities."""

DEFAULT = ("random_search", "hyperband", "tpe", PAPERS, "bohb")
MOST, GOAL, GOAL_AT = 1_000_000, 0.05, 10


def plan_of(name: str, seed: int) -> Plan:
    """A method that goes on for ever, its rungs from 9 to 729 draws where it has any."""
    method = METHODS["bohb" if name == PAPERS else name]
    wanted: dict[str, Any] = {"min_epochs": 9, "max_epochs": 729, "cycles": 100}
    known = {field.name for field in fields(method.options)}
    chosen = {key: value for key, value in wanted.items() if key in known}
    if name == PAPERS:
        chosen["density"] = "paper"
    return Plan(method, method.options(**chosen), seed, MOST)


def evaluated(problem: Problem, trial: Trial, seed: int) -> Trial:
    """The trial with the regret that its draws have shown."""
    context = Context(trial_seed(seed, trial.number), Path(), fidelity=trial.fidelity)
    (report,) = counting_ones.evaluate(problem, trial.candidate, context)
    return replace(
        trial,
        state=TrialState.COMPLETE,
        values=report.values,
        losses=problem.losses(report.values),
        ended=trial.number,
    )


def true_regret(problem: Problem, trial: Trial) -> float:
    context = Context(0, Path(), stage=Stage.CONFIRM)
    (report,) = counting_ones.evaluate(problem, trial.candidate, context)
    return report.values["test_regret"]


def regrets(name: str, seed: int, budgets: Sequence[float]) -> list[float]:
    """The true regret of the incumbent when each budget is spent."""
    problem, plan, history = counting_ones.problem(4, 4), plan_of(name, seed), History()
    full, spent, found = problem.fidelities[0].maximum, 0.0, []
    for budget in budgets:
        while spent < budget:
            proposal = next_proposal(plan, problem, history)
            assert proposal is not None
            trial = evaluated(problem, trial_of(proposal, len(history) + 1), seed)
            spent += trial.fidelity.get("samples", full) / full
            history = History((*history.trials, trial))
        best = history.incumbent()
        assert best is not None
        found.append(true_regret(problem, best))
    return found


def report(names: Sequence[str], seeds: int, budgets: Sequence[float]) -> None:
    """Print a row for each method: the mean over the seeds, and its standard error."""
    print("| method | " + " | ".join(f"regret at {budget:g} budgets" for budget in budgets) + " |")
    print("|---" * (len(budgets) + 1) + "|")
    for name in names:
        found = np.array([regrets(name, seed, budgets) for seed in range(seeds)])
        errors = found.std(axis=0, ddof=1) / np.sqrt(seeds)
        cells = [f"{m:.3f} ± {e:.3f}" for m, e in zip(found.mean(axis=0), errors, strict=True)]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print(f"\nGoal of BOHB: {GOAL} at most at {GOAL_AT} budgets.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=DEFAULT)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--budgets", nargs="+", type=float, default=(10, 160))
    given = parser.parse_args()
    report(given.methods, given.seeds, sorted(given.budgets))
