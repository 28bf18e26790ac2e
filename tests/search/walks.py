"""Pretended problems, and every history of a run on them: what the tests of methods walk through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.architecture.cell_space import CellSpace
from search.architecture.spaces import READY_MADE
from search.history import EdgeWeights, History, Report, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, own_proposal, trial_of
from search.method import CONFIG, Constraint, Fidelity, Method, Objective, Problem
from search.space import Space

LIMIT = 40
SLOW = {"entropy_search": 14, "multi_task": 12, "fabolas": 16}
"""Trials of those that choose for a tenth of a second or more: enough for the model to be asked."""


def _space() -> Space:
    space = ConfigurationSpace()
    optimiser = Categorical("optimiser", ["sgd", "adam"])
    momentum = Float("momentum", (0.0, 0.99))
    space.add(
        [
            Float("rate", (1e-5, 1.0), log=True),
            Float("weight_decay", (1e-6, 1e-2), log=True),
            Integer("layers", (1, 9)),
            optimiser,
            momentum,
        ]
    )
    space.add([EqualsCondition(space["momentum"], space["optimiser"], "sgd")])
    return Space(space)


CELLS = CellSpace.from_json(READY_MADE["small"], (1, 8, 8), 10)

HPO = Problem(
    kind="pretended",
    space=_space(),
    evaluate="nowhere:never",
    objectives=(Objective("val_accuracy", maximise=True),),
    fidelities=(
        Fidelity("epochs", 1, 1000, resumes=True),
        Fidelity("train_fraction", 1 / 16, 1, resumes=False),
    ),
)
NAS = replace(
    HPO,
    architectures=CELLS,
    limits=(Constraint("params", 12_000),),
    count=lambda candidate: CELLS.costs(candidate.genotype or ""),
)


def problem_for(method: Method) -> Problem:
    """Hyper-parameters, or architectures with a limit where the method searches these."""
    return HPO if CONFIG in method.searches else NAS


def plan(method: Method, options: Any = None, seed: int = 5) -> Plan:
    limit = SLOW.get(method.name, LIMIT)
    return Plan(method, options or method.options(), seed, max_trials=limit)


def completed(trial: Trial) -> Trial:
    value = 1 / (1 + abs(np.log10(trial.candidate.config["rate"]) + 2))
    if trial.candidate.genotype:
        value += trial.candidate.genotype.count("sep3") / 100
    return ended(trial, TrialState.COMPLETE, value)


def ended(trial: Trial, state: TrialState, value: float) -> Trial:
    values = {"val_accuracy": value}
    return replace(trial, state=state, values=values, losses=HPO.losses(values))


def crashed(trial: Trial) -> Trial:
    return replace(trial, state=TrialState.FAILED, reason="exception")


def without_a_number(trial: Trial) -> Trial:
    return ended(trial, TrialState.COMPLETE, float("nan"))


def mixed(trial: Trial) -> Trial:
    outcomes = (completed, crashed, without_a_number, completed)
    return outcomes[trial.number % len(outcomes)](trial)


@cache
def recorded(method: Method, outcome: Any = mixed) -> tuple[History, ...]:
    """Every history of a run of three devices, which the tests of a method share."""
    return tuple(histories(method, outcome))


def histories(
    method: Method,
    outcome: Any = mixed,
    at_once: int = 3,
    problem: Problem | None = None,
    own: Collection[int] = (),
) -> Iterator[History]:
    """Every history of a run of three devices; after `own` trials a person asks for one."""
    history, the_plan, problem = History(), plan(method), problem or problem_for(method)
    while True:
        if len(history) in own:
            candidate = problem.sample(np.random.default_rng(len(history)))
            asked = own_proposal(the_plan, problem, candidate, "ana")
            history = History((*history.trials, trial_of(asked, len(history) + 1)))
        yield history
        proposal = next_proposal(the_plan, problem, history)
        if proposal is not None:
            history = History((*history.trials, trial_of(proposal, len(history) + 1)))
        if proposal is None or len(history.running()) == at_once:
            if not history.running():
                return
            oldest = history.running()[0].number - 1
            trials = list(history.trials)
            trials[oldest] = derived(method, outcome(replace(trials[oldest], ended=len(history))))
            history = History(tuple(trials))


def derived(method: Method, trial: Trial) -> Trial:
    """With the genotype that a search which shares weights would have found."""
    if method.search is None or trial.stage is not Stage.SEARCH:
        return trial
    found = CELLS.sample(np.random.default_rng(trial.number))
    weights: EdgeWeights = {
        "ops": ["zero", "id"],
        "edges": [[0, 2]],
        "weights": {"normal": [[0.4, 0.6]]},
    }
    reports = (Report(1, {"supernet_loss": 1.0}, genotype=found, edge_weights=weights),)
    led = {"led_weight_decay": 1e-3}
    done = replace(trial, derived=found, reports=reports, losses=(), values=led)
    return replace(done, state=TrialState.COMPLETE)
