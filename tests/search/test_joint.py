"""Methods of hyper-parameters search architectures, too: their decisions are hyper-parameters."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Constant, Float

from search.architecture.genotype import blueprint_of, canonical
from search.architecture.spaces import READY_MADE, space_of
from search.history import Candidate, History, Trial, TrialState
from search.importance import importances
from search.joint import AS_CHOSEN, view_of
from search.loop import Plan, next_proposal, trial_of
from search.method import CONFIG, GENOTYPE, Constraint, Fidelity, Objective, Problem
from search.methods import METHODS
from search.space import Space

SHAPE, CLASSES = (1, 8, 8), 10
JOINT = {name: method for name, method in METHODS.items() if method.by_decisions}
every_method = pytest.mark.parametrize("method", JOINT.values(), ids=JOINT.keys())


def _problem(name="residual_small", **changed):
    space = ConfigurationSpace()
    space.add([Float("rate", (1e-3, 1.0), log=True), Float("mixup", (0.0, 1.0))])
    architectures = space_of({**READY_MADE[name], **changed}, SHAPE, CLASSES)
    return Problem(
        kind="pretended",
        space=Space(space),
        evaluate="nowhere:never",
        objectives=(Objective("val_accuracy", maximise=True),),
        limits=(Constraint("params", 40_000),),
        fidelities=(
            Fidelity("epochs", 1, 27, resumes=True),
            Fidelity("train_fraction", 1 / 16, 1, resumes=False),
        ),
        architectures=architectures,
        count=lambda candidate: blueprint_of(candidate.genotype or "", SHAPE, CLASSES).costs,
    )


PROBLEM = _problem()


def _ended(trial):
    """Better with a rate near 0.1, and with a stem of 16 channels."""
    config, genotype = trial.candidate.config, json.loads(trial.candidate.genotype)
    stem = genotype.get("stem", 16)
    value = 1 / (1 + abs(np.log10(config["rate"]) + 1)) - abs(np.log2(stem / 16)) / 4
    done = {"state": TrialState.COMPLETE, "values": {"val_accuracy": value}, "losses": (-value,)}
    return replace(trial, **done, ended=trial.number)


def _searched(method, count, problem=PROBLEM):
    history, plan = History(), Plan(method, method.options(), 3, max_trials=count)
    for _ in range(count):
        proposal = next_proposal(plan, problem, history)
        if proposal is None:
            break
        assert next_proposal(plan, problem, history) == proposal
        history = History((*history.trials, _ended(trial_of(proposal, len(history) + 1))))
    return history


@every_method
def test_every_method_of_hyper_parameters_proposes_both_halves_within_space_and_limits(method):
    history = _searched(method, 14)
    assert len(history) == 14
    for trial in history:
        genotype = trial.candidate.genotype
        assert canonical(genotype) == genotype
        assert PROBLEM.allows(trial.candidate)
        assert PROBLEM.architectures.decode(PROBLEM.architectures.encode(genotype)) == genotype
    assert len({trial.candidate.genotype for trial in history}) > 2
    assert len({trial.candidate.config["rate"] for trial in history}) > 2


def test_what_is_decided_of_the_network_is_learnt_as_hyper_parameters_are():
    stems = [
        json.loads(trial.candidate.genotype)["stem"]
        for trial in _searched(METHODS["tpe"], 60).trials[30:]
    ]
    assert stems.count(16) > 2 * stems.count(8)


def test_the_importance_of_decisions_is_told_with_that_of_hyper_parameters():
    view, history = view_of(PROBLEM), _searched(METHODS["random_search"], 60)
    told = importances(view.space, view.history(history))
    assert {told[0].name, told[1].name} == {"rate", "filters"}
    assert str(view.titles["blocks_2"]) == "Group 2: blocks"


@pytest.mark.parametrize("name", READY_MADE)
def test_there_and_back_again_is_the_same_candidate_of_every_ready_made_set(name):
    problem = replace(_problem(name), limits=())
    view, rng = view_of(problem), np.random.default_rng(1)
    for _ in range(10):
        candidate = problem.sample(rng)
        assert view.candidate(view.one(candidate)) == candidate
        view.space.check(view.one(candidate).config)
        drawn = view.candidate(Candidate(view.space.sample(rng)))
        assert canonical(drawn.genotype) == drawn.genotype


def _two_designs():
    """Rounded to whole channels, five factors give one width and the sixth another."""
    groups = [{"blocks": [1], "widen": [0.96, 0.98, 1, 1.01, 1.02, 2], "branches": [1]}]
    fixed = ConfigurationSpace()
    fixed.add([Constant("rate", 0.1)])
    return replace(_problem(filters=[8], groups=groups), space=Space(fixed))


@pytest.mark.parametrize("seed", range(8))
def test_other_choices_that_make_the_same_design_are_drawn_again(seed):
    problem, history = _two_designs(), History()
    plan = Plan(METHODS["grid"], METHODS["grid"].options(), seed, max_trials=2)
    for number in (1, 2):
        proposal = next_proposal(plan, problem, history)
        history = History((*history.trials, _ended(trial_of(proposal, number))))
    assert len({trial.candidate.genotype for trial in history}) == 2


def test_a_method_finds_its_trials_as_it_made_them():
    view = view_of(_two_designs())
    made = view.candidate(Candidate({"rate": 0.1, "widen_1": "1.02"}))
    trial = Trial(1, made, memo={AS_CHOSEN: [0, 0, 4, 0]}, state=TrialState.COMPLETE)
    assert view.history(History((trial,))).trials[0].candidate.config["widen_1"] == "1.02"
    assert view.one(made).config["widen_1"] == "0.96"


def test_designs_of_another_set_in_earlier_runs_are_left_out():
    other = space_of(READY_MADE["nb201"], SHAPE, CLASSES).sample(np.random.default_rng(0))
    config = PROBLEM.space.default()
    known = Trial(1, Candidate(config, PROBLEM.architectures.smallest()))
    earlier = History((known, Trial(2, Candidate(config, other)), Trial(3, Candidate(config))))
    seen = view_of(PROBLEM).history(History((), (earlier,)))
    assert [trial.number for trial in seen.earlier[0]] == [1]


def test_a_trial_without_a_design_has_its_training_only_and_importances_are_told_all_the_same():
    view, trials = view_of(PROBLEM), _searched(METHODS["random_search"], 40).trials
    bare = replace(trials[0], candidate=Candidate(trials[0].candidate.config))
    seen = view.history(History((bare, *trials[1:])))
    assert seen.trials[0].candidate == bare.candidate
    assert importances(view.space, seen)


def test_a_name_that_training_and_architecture_share_is_told_apart():
    space = ConfigurationSpace()
    space.add([Float("filters", (0.0, 1.0))])
    view = view_of(replace(PROBLEM, space=Space(space)))
    assert {"filters", "architecture_filters"} <= set(view.space.names)


def test_methods_that_train_networks_themselves_are_left_as_they_are():
    assert METHODS["stackelberg"].searches == (CONFIG,)
    assert METHODS["darts"].searches == (GENOTYPE,)
    assert METHODS["tpe"].searches == (CONFIG, GENOTYPE)


class Endless:
    """A set whose designs grow, and so are no list of decisions."""

    decisions = ()


def test_a_set_without_decisions_is_refused_in_words():
    refused = METHODS["tpe"].refuses(
        replace(PROBLEM, architectures=Endless()), METHODS["tpe"].options()
    )
    assert "grow without end" in str(refused)
