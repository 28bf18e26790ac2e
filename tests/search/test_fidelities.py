"""What every method owes to every kind of problem, whatever can be saved on in its trainings."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product
from typing import Any

import pytest

from search.history import History, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GENOTYPE, Fidelity, Method, Objective, Problem, refusal
from search.methods import METHODS
from search.options import describe, parse
from search.problems import KINDS
from search.problems.images import IMAGES
from tests.search.walks import CELLS, derived

MOST, AT_ONCE = 10, 3

EPOCHS = Fidelity("epochs", 1, 1000, resumes=True)
DATA = Fidelity("train_fraction", 0.05, 1, resumes=False)
CAN_BE_SAVED = {"epochs": (EPOCHS,), "data": (DATA,), "both": (EPOCHS, DATA), "nothing": ()}

SMALL = {"eta": 2, "max_epochs": 4, "initial": 4, "population_size": 4, "sample_size": 2}
"""Options with which a method soon shows all that it does."""


def offered(method: Method) -> tuple[str, ...]:
    """The fidelities that a method lets one choose from."""
    choices = (info.choices for info in describe(method.options) if info.name == "fidelity")
    return tuple(value for value, _title in next(choices, None) or ())


def variants(method: Method) -> Iterator[Any]:
    """Small options of a method, with each fidelity that it lets one choose."""
    known = {field.name for field in fields(method.options)}
    small = {name: value for name, value in SMALL.items() if name in known}
    for fidelity in offered(method) or (None,):
        more = {} if fidelity is None else {"fidelity": fidelity}
        yield parse(method.options, {**small, **more})


def problem_of(kind: str, saved: str, method: Method) -> Problem:
    """A pretended problem with the space of a kind, of architectures where the method needs these."""
    problem = Problem(
        kind=kind,
        space=KINDS[kind].usual_space(),
        evaluate="nowhere:never",
        objectives=(Objective("val_accuracy", maximise=True),),
        fidelities=CAN_BE_SAVED[saved],
    )
    return replace(problem, architectures=CELLS) if of_architectures(method) else problem


def of_architectures(method: Method) -> bool:
    """Whether it is a method for architectures, not one that takes their decisions for hyper-parameters."""
    return GENOTYPE in method.searches and not method.by_decisions


def histories(plan: Plan, problem: Problem) -> Iterator[History]:
    """Every history of a run of three devices; one trial of five crashes."""
    history = History()
    while True:
        yield history
        proposal = next_proposal(plan, problem, history)
        if proposal is not None:
            history = History((*history.trials, trial_of(proposal, len(history) + 1)))
        if proposal is None or len(history.running()) == AT_ONCE:
            if not history.running():
                return
            oldest, trials = history.running()[0], list(history.trials)
            trials[oldest.number - 1] = derived(plan.method, _ended(oldest, len(history)))
            history = History(tuple(trials))


def _ended(trial: Trial, when: int) -> Trial:
    if trial.number % 5 == 4:
        return replace(trial, state=TrialState.FAILED, ended=when)
    loss = -(trial.number * 7919 % 101) / 101
    return replace(trial, state=TrialState.COMPLETE, losses=(loss,), ended=when)


every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
every_problem = pytest.mark.parametrize(
    ("kind", "saved"),
    [pytest.param(*both, id="-".join(both)) for both in product(KINDS, CAN_BE_SAVED)],
)


FOR_KINDS = {"stackelberg": {"images"}, "neat": {"tables"}}
"""Methods that train networks themselves, and so know only some kinds of data."""


@every_method
@every_problem
def test_every_method_searches_every_problem_or_refuses_it_in_words(method, kind, saved):
    problem = problem_of(kind, saved, method)
    for options in variants(method):
        refused = refusal(method, problem, options)
        lacking = [n for n in _asked(method, options) if problem.fidelity(n) is None]
        assert bool(refused) == bool(lacking or kind not in FOR_KINDS.get(method.name, KINDS))
        if refused is None:
            assert_searched(Plan(method, options, seed=3, max_trials=MOST), problem)


def _asked(method: Method, options: Any) -> set[str]:
    chosen = {options.fidelity} if hasattr(options, "fidelity") else set()
    return {*method.needs, *chosen}


@pytest.mark.parametrize("fidelity", ["epochs", "train_fraction"])
@pytest.mark.parametrize(
    "method",
    [m for m in METHODS.values() if "images" in FOR_KINDS.get(m.name, KINDS)],
    ids=lambda m: m.name,
)
def test_every_method_searches_real_images_by_epochs_and_by_shares_of_them(
    method, fidelity, digits
):
    document = IMAGES.usual_space().to_json()
    problem = IMAGES.problem(document, digits)
    if of_architectures(method):
        problem = replace(problem, architectures=CELLS, count=None)
    known = {field.name for field in fields(method.options)}
    chosen = {"fidelity": fidelity} if fidelity in offered(method) else {}
    small = {name: value for name, value in SMALL.items() if name in known}
    options = parse(method.options, {**small, **chosen})
    assert refusal(method, problem, options) is None
    handed = assert_searched(Plan(method, options, seed=3, max_trials=MOST), problem)
    assert not chosen or handed == {fidelity}


def assert_searched(plan: Plan, problem: Problem) -> set[str]:
    """Proposals keep to the fidelities' bounds, and come again; the names of the fidelities handed out."""
    bounds = {f.name: (f.minimum, f.maximum) for f in problem.fidelities}
    resumes = {f.name for f in problem.fidelities if f.resumes}
    handed: set[str] = set()
    for history in histories(plan, problem):
        proposal = next_proposal(plan, problem, history)
        remembered = pickle.loads(pickle.dumps(history))  # noqa: S301 - equal, but not the same
        assert next_proposal(plan, problem, remembered) == proposal
        if proposal is None or (plan.method.search and proposal.stage is Stage.SEARCH):
            continue  # a method's own search has its own length
        for name, value in proposal.fidelity.items():
            low, high = bounds[name]
            assert low <= value <= high
        assert proposal.parent is None or proposal.fidelity.keys() <= resumes
        assert str(proposal.why)
        handed |= proposal.fidelity.keys()
    assert not history.running()
    return handed
