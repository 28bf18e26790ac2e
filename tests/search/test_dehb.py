"""DEHB: a first cycle that promotes, later ones that breed, and places that the better takes over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.brackets import brackets
from search.history import Candidate, History, Report, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, run, trial_of
from search.method import GUIDED, Fidelity, Objective, Problem
from search.space import Space
from search.strategies.dehb import METHOD, Options, Rungmates

SMALL = Options(eta=3, max_epochs=9, cycles=3)


def trained(problem, candidate, context):
    """Near 0.3 is best, and more so with more epochs."""
    epochs = context.fidelity["epochs"]
    yield Report(int(epochs), {"val_loss": abs(candidate.config["x"] - 0.3) + 1 / epochs})


def a_problem() -> Problem:
    space = ConfigurationSpace()
    kind, depth = Categorical("kind", ["tree", "net"]), Integer("depth", (1, 9))
    space.add([Float("x", (0.0, 1.0)), Float("y", (1e-4, 1.0), log=True), kind, depth])
    space.add([EqualsCondition(depth, kind, "tree")])
    epochs = Fidelity("epochs", 1, 1000, resumes=True)
    return Problem("pretended", Space(space), trained, (Objective("val_loss"),), (), (epochs,))


@pytest.fixture(scope="module")
def searched(tmp_path_factory) -> History:
    plan = Plan(METHOD, SMALL, 1, 1000)
    return run(plan, a_problem(), tmp_path_factory.mktemp("run")).at_stage(Stage.SEARCH)


def in_cycle(history: History, cycle: int) -> list[Trial]:
    once = len(brackets(SMALL))
    return [t for t in history if t.memo["bracket"] // once == cycle]


def test_the_first_bracket_is_drawn_and_those_after_it_are_bred(searched):
    begun = [t for t in searched if "from" not in t.memo]
    assert [GUIDED in t.memo for t in begun] == [t.memo["bracket"] > 0 for t in begun]


def test_the_first_cycle_promotes_from_checkpoints_and_later_ones_begin_anew(searched):
    first = [t for t in in_cycle(searched, 0) if t.memo["rung"] > 0]
    assert first
    assert all(t.parent for t in first)
    later = [t for cycle in (1, 2) for t in in_cycle(searched, cycle)]
    assert not any(t.parent for t in later)
    assert any(t.memo["rung"] > 0 for t in later)


def test_every_rung_is_filled_as_planned(searched):
    planned = METHOD.plan(a_problem(), SMALL)
    behind = {t.number: searched.trials[t.parent - 1].resource for t in searched if t.parent}
    assert sorted(t.resource - behind.get(t.number, 0) for t in searched) == sorted(planned)


def test_breeding_comes_closer_than_drawing(searched):
    def distance(cycle: int) -> float:
        begun = [t for t in in_cycle(searched, cycle) if "from" not in t.memo]
        return float(np.mean([abs(t.candidate.config["x"] - 0.3) for t in begun]))

    assert distance(2) < distance(0)


def test_a_place_is_held_by_the_best_that_ended_there_of_equals_the_latest():
    def ended(number: int, loss: float) -> Trial:
        return Trial(number, Candidate({}), state=TrialState.COMPLETE, losses=(loss,), ended=number)

    trials = [ended(1, 0.5), ended(2, 0.1), ended(3, 0.5), ended(4, 0.2), ended(5, 0.9)]
    mates = Rungmates(2, trials)
    assert [mates.holder(place).number for place in (0, 1)] == [3, 2]
    assert [t.number for t in mates.holders()] == [2, 3]
    failed = Rungmates(1, [replace(trials[0], state=TrialState.FAILED, losses=())])
    assert failed.holders() == []


def test_no_worker_waits_for_a_rung_to_end():
    problem, history = a_problem(), History()
    for number in range(1, 13):
        proposal = next_proposal(Plan(METHOD, SMALL, 1, 1000), problem, history)
        assert proposal is not None
        trial = replace(trial_of(proposal, number), state=TrialState.RUNNING)
        history = History((*history.trials, trial))
    assert {trial.memo["bracket"] for trial in history} == {0, 1}


def test_without_crossover_a_child_differs_from_a_holder_of_a_place_in_one_value(searched):
    options, past = replace(SMALL, crossover=0.0), History(searched.trials[:-1])
    for seed in range(20):
        proposal = METHOD.propose(a_problem(), past, np.random.default_rng(seed), options)
        child = proposal.candidate.config
        assert min(differing(child, trial.candidate.config) for trial in past) <= 1


def differing(config, other) -> int:
    return sum(config[name] != other[name] for name in ("x", "y"))
