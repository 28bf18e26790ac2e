"""How long each method takes to choose one trial when 1,000 have ended, in 10 dimensions.

`python -m benchmarks.hpo.choosing [METHOD ...] [--trials 1000] [--optuna PYTHON]`

Processor time of one thread, median of 9 proposals with a seed each (with caches warm where a method has
any). PYTHON is the interpreter of an environment of its own in which Optuna is installed, and torch for
its GP.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import CONFIG, Fidelity, Method, Objective, Problem
from search.methods import METHODS
from search.space import Space

ASKED, MOST = 9, 1_000_000
PATIENT = {"gaussian_process", "entropy_search", "multi_task", "fabolas"}
"""Methods that would take an hour to propose all trials themselves: theirs are drawn at random."""

HERE = Path(__file__).parent


def a_problem() -> Problem:
    """Seven numbers, a whole one, two choices, one of which decides about a number."""
    space = ConfigurationSpace()
    numbers = [Float(f"x{i}", (1e-3, 1.0), log=i % 2 == 0) for i in range(7)]
    space.add([*numbers, Integer("layers", (1, 9)), Categorical("kind", ["a", "b", "c"])])
    space.add([Categorical("other", ["d", "e"])])
    space.add([EqualsCondition(space["x6"], space["other"], "d")])
    fidelity = Fidelity("epochs", 1, 1000, resumes=True)
    return Problem(
        "pretended", Space(space), "nowhere:never", (Objective("loss"),), fidelities=(fidelity,)
    )


def ended(problem: Problem, trial: Trial) -> Trial:
    config = trial.candidate.config
    values = {"loss": sum((config.get(f"x{i}", 0.1) - 0.3) ** 2 for i in range(7))}
    return replace(
        trial,
        state=TrialState.COMPLETE,
        values=values,
        losses=problem.losses(values),
        ended=trial.number,
    )


def plan_of(method: Method, seed: int) -> Plan:
    endless: dict[str, Any] = {"cycles": 100, "levels": 4, "initial": 2000}
    known = {field.name for field in fields(method.options)}
    options = method.options(**{k: v for k, v in endless.items() if k in known})
    return Plan(method, options, seed, MOST)


def history_of(method: Method, problem: Problem, count: int) -> History:
    """So many trials that the method has proposed, or hyperband and random search in its place."""
    stand_in = METHODS["hyperband" if method.needs else "random_search"]
    plan = plan_of(stand_in if method.name in PATIENT else method, 0)
    history = History()
    while len(history) < count:
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        history = History((*history.trials, ended(problem, trial_of(proposal, len(history) + 1))))
    return history


def took(method: Method, problem: Problem, history: History) -> list[float]:
    """Seconds of processor time for each of some proposals."""
    found = []
    for seed in range(ASKED):
        plan, start = plan_of(method, seed), time.process_time()
        assert next_proposal(plan, problem, history) is not None
        found.append(time.process_time() - start)
    return found


def report(names: Sequence[str], count: int, optuna: str, smac: str) -> None:
    """Print a row for each method, and for those of other programs with an interpreter that has them."""
    problem = a_problem()
    print(f"| method | median at {count} trials, ms | most, ms |\n|---|---|---|")
    for name in names:
        history = history_of(METHODS[name], problem, count)
        seconds = took(METHODS[name], problem, history)
        median = statistics.median(seconds)
        print(f"| {name} | {1000 * median:.1f} | {1000 * max(seconds):.1f} |", flush=True)
    for python, script in ((optuna, "choosing_optuna.py"), (smac, "choosing_smac.py")):
        if python:
            subprocess.run([python, str(HERE / script), str(count), str(ASKED)], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    usual = [m.name for m in METHODS.values() if CONFIG in m.searches and m.search is None]
    parser.add_argument("methods", nargs="*", default=usual)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--optuna", default="", metavar="PYTHON")
    parser.add_argument("--smac", default="", metavar="PYTHON")
    given = parser.parse_args()
    report(given.methods, given.trials, given.optuna, given.smac)
