"""What a run begins with: finished trials of earlier runs, or of a file, as far as they fit its space."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import CategoricalHyperparameter, OrdinalHyperparameter

from automl_web.runs.models import Run, Trial
from search import history as library
from search.history import KEPT, Candidate, History, Stage, TrialState
from search.method import Problem
from search.space import Space, SpaceError

MOST = 1000
"""Trials that are taken of one source: evenly over their ranking, the best among them."""


@dataclass
class Study:
    """The trials of one source that fit, as they are kept, and what was left out or assumed."""

    source: str
    trials: list[dict[str, Any]] = field(default_factory=list)
    beyond: int = 0
    skipped: int = 0
    unknown: set[str] = field(default_factory=set)
    assumed: set[str] = field(default_factory=set)


def of_run(run: Run, problem: Problem) -> Study:
    """The finished trials of a run's search."""
    study = Study(run.name)
    states = (*KEPT, TrialState.FAILED)
    rows = Trial.objects.filter(run=run, state__in=[state.value for state in states])
    for row in rows.exclude(stage=Stage.CONFIRM.value).order_by("number"):
        if row.genotype is None and problem.architectures is not None:
            study.skipped += 1  # a supernet is none of the candidates
            continue
        if row.genotype is not None and not _has_cells(problem, run):
            study.beyond += 1
            continue
        known = {"genotype": row.genotype, "fidelity": row.fidelity, "cost": row.cost}
        _take(study, problem, row.config, known | {"state": row.state, "values": row.values})
    return _thinned(study, problem)


def _has_cells(problem: Problem, run: Run) -> bool:
    """Whether the problem searches the same set of architectures as the run."""
    cells = problem.architectures
    return cells is not None and cells.to_json() == run.space.get("architecture")


def of_file(source: str, told: Mapping[str, Any], problem: Problem) -> Study:
    """The trials that a file tells of, as `study_reader` gives them."""
    study = Study(source, skipped=int(told["skipped"]))
    for trial in told["trials"]:
        values = {problem.objective.name: trial["value"]}
        state = TrialState.COMPLETE.value
        _take(study, problem, trial["params"], {"state": state, "values": values})
    return _thinned(study, problem)


def _take(study: Study, problem: Problem, given: Mapping[str, Any], known: dict[str, Any]) -> None:
    config = fitted(problem.space, given, study.assumed)
    study.unknown |= given.keys() - set(problem.space.names)
    if config is None:
        study.beyond += 1
    else:
        study.trials.append({"config": config, **known})


def fitted(space: Space, given: Mapping[str, Any], assumed: set[str]) -> dict[str, Any] | None:
    """The configuration of the space that `given` tells, values as text, too; None if it holds none.

    What is not told is taken as usual, and noted in `assumed`.
    """
    config: dict[str, Any] = {}
    for name in space.names:
        if not space.is_active(name, config):
            continue
        hyperparameter = space.configuration_space[name]
        if name not in given:
            assumed.add(name)
        value = _typed(hyperparameter, given.get(name, hyperparameter.default_value))
        if value is None:
            return None
        config[name] = value
    try:
        space.check(config)
    except SpaceError:
        return None
    return config


def _typed(hyperparameter: Any, value: Any) -> Any:
    """The value that is meant, of the right type; None if it is none of this hyper-parameter."""
    match hyperparameter:
        case CategoricalHyperparameter():
            return _same(hyperparameter.choices, value)
        case OrdinalHyperparameter():
            return _same(hyperparameter.sequence, value)
    usual = hyperparameter.default_value
    if isinstance(usual, str) or isinstance(value, bool):
        return value if value == usual else None
    try:
        number = float(value)
        exact = int(number) if isinstance(usual, int | np.integer) else number
    except (TypeError, ValueError, OverflowError):
        return None
    return exact if exact == number and hyperparameter.legal_value(exact) else None


def _same(choices: Iterable[Any], value: Any) -> Any:
    return next((choice for choice in choices if str(choice) == str(value)), None)


def _thinned(study: Study, problem: Problem) -> Study:
    """At most MOST of the trials, evenly over their ranking."""
    if len(study.trials) > MOST:
        losses = [trial.loss for trial in _history(study.trials, problem)]
        order = np.argsort(losses, kind="stable")
        places = np.linspace(0, len(order) - 1, MOST).round().astype(int)
        study.trials = [study.trials[place] for place in sorted(order[places])]
    return study


def _history(kept: Sequence[Mapping[str, Any]], problem: Problem) -> History:
    return History(tuple(_trial(number, k, problem) for number, k in enumerate(kept, start=1)))


def _trial(number: int, kept: Mapping[str, Any], problem: Problem) -> library.Trial:
    state = TrialState(kept["state"])
    return library.Trial(
        number=number,
        candidate=Candidate(kept["config"], kept.get("genotype")),
        state=state,
        fidelity=kept.get("fidelity", {}),
        cost=kept.get("cost", 0.0),
        values=kept["values"],
        losses=problem.losses(kept["values"]) if state in KEPT else (),
        ended=number,
    )


def earlier_of(run: Run, problem: Problem) -> tuple[History, ...]:
    """What the run began with; it stays, whatever becomes of where it came from."""
    rows = run.earlier.order_by("pk").values_list("trials", flat=True)
    return tuple(_history(kept, problem) for kept in rows)


def best_of(studies: Sequence[Study], problem: Problem, count: int) -> list[dict[str, Any]]:
    """The best candidates of all, once each: those trained furthest first, then by loss."""
    ranked = [t for study in studies for t in _history(study.trials, problem).ranked()]
    ranked.sort(key=lambda t: (-t.resource, t.loss))
    found: list[Candidate] = []
    for trial in ranked:
        if trial.candidate not in found and problem.allows(trial.candidate):
            found.append(trial.candidate)
        if len(found) == count:
            break
    return [{"config": dict(c.config), "genotype": c.genotype} for c in found[:count]]
