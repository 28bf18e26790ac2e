"""A made-up problem for methods that fill Hyperband's brackets by what they have seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, Constant, EqualsCondition, Float

from search.history import History, Report, Stage, TrialState
from search.loop import Plan, next_proposal, run, trial_of
from search.method import Fidelity, Method, Objective, Problem, Proposal
from search.space import Space

EPOCHS = Fidelity("epochs", 1, 1000, resumes=True)


def loss(config: dict[str, Any]) -> float:
    """Best for the first kind with the number at 0.3; the other kind has no number."""
    return (config["x"] - 0.3) ** 2 if config["kind"] == "a" else 0.5


def trained(problem, candidate, context):
    """The more epochs, the better; the order stays."""
    epochs = int(context.fidelity.get("epochs", 9))
    yield Report(epochs, {"val_loss": loss(candidate.config) + 1 / epochs})


def a_problem(evaluate=trained) -> Problem:
    space = ConfigurationSpace()
    space.add(
        [
            Categorical("kind", ["a", "b"]),
            Float("x", (0.0, 1.0), default=0.9),
            Categorical("only", [1]),
            Constant("fixed", 3),
        ]
    )
    space.add([EqualsCondition(space["x"], space["kind"], "a")])
    return Problem(
        "pretended", Space(space), evaluate, (Objective("val_loss"),), fidelities=(EPOCHS,)
    )


def searched(method: Method, workdir: Path, seed: int = 1, **options: Any) -> History:
    """A whole run without its confirming trial."""
    chosen = method.options(**{"max_epochs": 9, "cycles": 3, **options})
    return run(Plan(method, chosen, seed, 1000), a_problem(), workdir).at_stage(Stage.SEARCH)


def asked(method: Method, history: History, seed: int = 1, **options: Any) -> Proposal | None:
    chosen = method.options(**{"max_epochs": 9, "cycles": 3, **options})
    return next_proposal(Plan(method, chosen, seed, 1000), a_problem(), history)


def first(history: History, count: int) -> History:
    return History(history.trials[:count])


def with_a_failure(history: History, number: int) -> History:
    failed = replace(
        history.trials[number - 1], state=TrialState.FAILED, losses=(), values={}, reports=()
    )
    return History(tuple(failed if t.number == number else t for t in history))


def begun(history: History, bracket: int) -> list:
    return [t for t in history if t.memo["bracket"] == bracket and t.memo["rung"] == 0]


def distance(trials) -> float:
    """How bad the configurations are, typically."""
    return float(np.median([loss(t.candidate.config) for t in trials]))


def running(history: History, proposal: Proposal) -> History:
    trial = replace(trial_of(proposal, len(history) + 1), state=TrialState.RUNNING)
    return History((*history.trials, trial))
