"""The best network after some full trainings' worth of epochs, by Hyperband and with a Gaussian process.

`python -m benchmarks.hpo.bertrand_networks [--seeds 20] [--budget 20]`

The table is that of `digits_mlp.py`, where early epochs foretell the last less well than in that of
`bertrand.py`. A unit is a training of all epochs; what goes on from a checkpoint costs only what is new.
"""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

import numpy as np

from benchmarks.hpo.bertrand import Desk
from benchmarks.hpo.digits_mlp import EPOCHS, recording
from benchmarks.hpo.recorded import Recording
from search.history import History, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity
from search.methods import METHODS

FIDELITY = Fidelity("epochs", 1, EPOCHS, resumes=True)
LONG_ENOUGH = 9
"""Epochs of a trial, at least, for the process to learn from it, in the second of its rows."""

ENTRANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "random search": ("random_search", {}),
    "Hyperband": ("hyperband", {}),
    "Hyperband with a Gaussian process": ("hyperband_gp", {}),
    f"the same, which learns from {LONG_ENOUGH} epochs on": (
        "hyperband_gp",
        {"min_budget_for_gp": LONG_ENOUGH},
    ),
    "BOHB": ("bohb", {}),
    "Bayesian optimisation": ("gaussian_process", {}),
}


def best(entrant: str, table: Recording, seed: int, budget: float) -> float:
    """The least error of the networks that were trained in full when the budget is spent."""
    name, own = ENTRANTS[entrant]
    method, desk, history, spent, least = METHODS[name], Desk(table, FIDELITY), History(), 0, np.inf
    wanted = {"min_epochs": 1, "max_epochs": EPOCHS, "cycles": 100, **own}
    known = {field.name for field in fields(method.options)}
    options: Any = method.options(**{k: v for k, v in wanted.items() if k in known})
    plan = Plan(method, options, seed, 1_000_000)
    while spent < budget * EPOCHS:
        proposal = next_proposal(plan, desk.problem, history)
        assert proposal is not None
        trial = trial_of(proposal, len(history) + 1)
        epochs = int(trial.fidelity.get(FIDELITY.name, EPOCHS))
        before = history.trials[trial.parent - 1].resource if trial.parent else 0
        spent += epochs - int(before)
        row = desk.row(trial.candidate)
        error = float(table.errors[row, epochs - 1])
        least = min(least, error) if epochs == EPOCHS else least
        ended = replace(
            trial,
            candidate=desk.problem.rows[row],
            state=TrialState.COMPLETE,
            values={"error": error},
            losses=(error,),
            ended=trial.number,
        )
        history = History((*history.trials, ended))
    return float(least)


def report(seeds: int, budget: float) -> None:
    """Print a row for each entrant."""
    table = recording()
    print(f"Best of the table {table.errors[:, -1].min():.2%}; {seeds} seeds.\n")
    print(f"| method | mean error at {budget:g} | standard error | median |\n|---|---|---|---|")
    for entrant in ENTRANTS:
        found = np.array([best(entrant, table, seed, budget) for seed in range(seeds)])
        error = found.std(ddof=1) / np.sqrt(seeds)
        print(
            f"| {entrant} | {found.mean():.2%} | {error:.2%} | {np.median(found):.2%} |", flush=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", type=float, default=20.0)
    given = parser.parse_args()
    report(given.seeds, given.budget)
