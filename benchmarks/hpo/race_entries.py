"""Our methods as contestants of a race on response surfaces: a factory a method, under its own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Protocol

from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Objective, Problem
from search.methods import METHODS
from search.space import Space

MOST_TRIALS, MOST_CYCLES = 100_000, 100


class Bench(Protocol):
    """A response surface: hyper-parameters and conditions as plain dictionaries."""

    space: list[dict[str, Any]]
    conditions: list[dict[str, Any]]
    name: str


class Contestant:
    """A method that is asked for one configuration after another, as the race calls for."""

    def __init__(self, method: str, bench: Bench, seed: int) -> None:
        found = METHODS[method]
        endless = {f.name: MOST_CYCLES for f in fields(found.options) if f.name == "cycles"}
        self._plan = Plan(found, found.options(**endless), seed, MOST_TRIALS)
        self._problem = problem_of(bench)
        self._history = History()
        self._open: Trial | None = None

    def ask(self) -> tuple[Mapping[str, Any], float]:
        proposal = next_proposal(self._plan, self._problem, self._history)
        assert proposal is not None
        self._open = trial_of(proposal, len(self._history) + 1)
        return self._open.candidate.config, self._open.fidelity.get("train_fraction", 1.0)

    def tell(self, config: Mapping[str, Any], fidelity: float, error: float) -> None:
        assert self._open is not None
        values = {"error": error}
        losses = self._problem.losses(values)
        fields = {"state": TrialState.COMPLETE, "values": values, "losses": losses}
        ended = Trial(**{**vars(self._open), **fields, "ended": self._open.number})
        self._history = History((*self._history.trials, ended))


def problem_of(bench: Bench) -> Problem:
    """The surface as a problem of ours, with the training-set fraction as its fidelity."""
    document = {
        "name": "race",
        "hyperparameters": [_entry(h) for h in bench.space],
        "conditions": [_condition(c) for c in bench.conditions],
    }
    return Problem(
        kind="race",
        space=Space.from_json(document),
        evaluate="nowhere:never",
        objectives=(Objective("error"),),
        fidelities=(Fidelity("train_fraction", 1 / 27, 1.0, resumes=False),),
    )


def _entry(h: Mapping[str, Any]) -> dict[str, Any]:
    if h["type"] == "categorical":
        return {"type": "categorical", "name": h["name"], "choices": list(h["choices"])}
    named = {name: h[name] for name in ("type", "name", "lower", "upper", "log")}
    return {**named, "default_value": h.get("default", h["lower"])}


def _condition(c: Mapping[str, Any]) -> dict[str, Any]:
    values = c.get("values") or [c["value"]]
    return {"type": "IN", "child": c["child"], "parent": c["parent"], "values": list(values)}


def _entrant(method: str) -> Callable[[Bench, int, int], Contestant]:
    def factory(bench: Bench, seed: int, trials: int) -> Contestant:
        return Contestant(method, bench, seed)

    return factory


def __getattr__(name: str) -> Callable[[Bench, int, int], Contestant]:
    """The factory of any method of the catalogue."""
    if name in METHODS:
        return _entrant(name)
    raise AttributeError(name)
