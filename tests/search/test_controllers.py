"""Searches led by a policy: how deep, how it is paid, and that a killed process goes on as if nothing was."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from search.architecture.genotype import blueprint_of
from search.architecture.network import DropPath, build
from search.architecture.spaces import READY_MADE, space_of
from search.history import GIVEN, History, Report, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED, Objective
from search.methods import METHODS
from search.policies.controlled import PLACES, samples
from search.policies.rewards import as_scored, best_of_last, hard_trade, soft_trade
from search.strategies import mnasnet, nas_rl
from tests.search.walks import NAS

IMAGES = ((1, 8, 8), 10)
ACCURACY = Objective("val_accuracy", maximise=True)


def problem_of(name):
    return replace(NAS, architectures=space_of(READY_MADE[name], *IMAGES), limits=(), count=None)


def paid(trial, accuracy, **more):
    values = {"val_accuracy": accuracy, **more}
    losses = (-accuracy,)
    state = TrialState.COMPLETE
    return replace(trial, state=state, values=values, losses=losses, ended=trial.number)


def history_of(method, name, count, seed=3, **options):
    """A run on one device: what uses more of the first choices pays more."""
    plan = Plan(METHODS[method], METHODS[method].options(**options), seed, max_trials=10_000)
    history, problem = History(), problem_of(name)
    while len(history) < count:
        trial = trial_of(next_proposal(plan, problem, history), len(history) + 1)
        places = trial.memo.get(PLACES, [1])
        trial = paid(trial, 1 - float(np.mean(places)) / 10, latency_ms=1 + sum(places) / 20)
        history = History((*history.trials, trial))
    return history


@pytest.mark.parametrize("method", ["nas_rl", "nasnet"])
def test_a_process_that_was_killed_proposes_the_same_as_one_that_lives(method, tmp_path):
    options = {"children": 3}
    history = history_of(method, "mnas", 11, **options)
    plan = Plan(METHODS[method], METHODS[method].options(**options), 3, max_trials=10_000)
    lives = next_proposal(plan, problem_of("mnas"), history)
    assert lives.memo[GUIDED]
    (tmp_path / "history").write_bytes(pickle.dumps(history))
    code = (
        "import json, pickle, sys; from pathlib import Path\n"
        "from tests.search.test_controllers import METHODS, Plan, next_proposal, problem_of\n"
        f"method = METHODS[{method!r}]; plan = Plan(method, method.options(children=3), 3, 10_000)\n"
        f"history = pickle.loads(Path({str(tmp_path / 'history')!r}).read_bytes())\n"
        "found = next_proposal(plan, problem_of('mnas'), history)\n"
        "print(json.dumps([found.candidate.genotype, dict(found.memo)]))"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(again.stdout) == [lives.candidate.genotype, dict(lives.memo)]


@pytest.mark.parametrize("method", ["nas_rl", "nasnet"])
def test_designs_that_pay_are_drawn_more_often(method):
    history = history_of(method, "nasnet", 150, children=10, learning_rate=0.03)
    first, last = (
        np.mean([t.memo[PLACES] for t in trials])
        for trials in (history.trials[:40], history.trials[-40:])
    )
    assert last < 0.85 * first


def test_designs_grow_by_two_layers_at_a_time():
    history = history_of("nas_rl", "macro", 9, first_layers=2, grow_every=3, children=2)
    depths = [len(json.loads(t.candidate.genotype)["layers"]) for t in history]
    assert depths == [2, 2, 2, 4, 4, 4, 6, 6, 6]
    options = nas_rl.Options(first_layers=2, grow_every=3)
    assert nas_rl.depth(history, options) == 8
    assert nas_rl.depth(history, replace(options, grow_every=0)) is None


def test_who_was_not_drawn_or_was_called_off_teaches_nothing():
    history = history_of("nas_rl", "macro", 4)
    given, called_off, failed, late = history.trials
    mixed = History(
        (
            replace(given, memo={GIVEN: 0}),
            replace(called_off, state=TrialState.CANCELLED),
            replace(failed, state=TrialState.FAILED, losses=(), ended=9),
            late,
        )
    )
    learnt = samples(mixed, lambda trial: as_scored(trial, ACCURACY))
    assert [(s.number, s.reward is None) for s in learnt] == [(4, False), (3, True)]


def test_the_reward_of_the_paper_is_the_cube_of_the_best_of_five_epochs():
    epochs = [0.9, 0.2, 0.3, 0.6, 0.5, 0.4]
    reports = tuple(Report(i, {"val_accuracy": value}) for i, value in enumerate(epochs))
    trial = replace(paid(Trial(1, NAS.sample(np.random.default_rng(0))), 0.4), reports=reports)
    assert best_of_last(trial, ACCURACY) == pytest.approx(0.6**3)
    assert as_scored(trial, ACCURACY) == 0.4


def test_perplexities_pay_as_in_the_paper_and_losses_the_more_the_less_they_are():
    def reward(name, value):
        trial = Trial(1, NAS.sample(np.random.default_rng(0)), state=TrialState.COMPLETE)
        trial = replace(trial, values={name: value}, losses=(value,))
        return best_of_last(trial, Objective(name))

    assert reward("val_perplexity", 40.0) == pytest.approx(80 / 1600)
    assert reward("val_loss", 0.5) > reward("val_loss", 2.0) > 0


def test_a_doubling_may_cost_what_was_asked_for():
    soft = soft_trade(10.0, 0.05)
    assert soft.within == pytest.approx(-0.0704, abs=1e-4)
    assert soft.reward(0.8, 20.0) == pytest.approx(0.8 / 1.05)
    assert soft.reward(0.8 * 1.05, 20.0) == pytest.approx(soft.reward(0.8, 10.0))
    assert soft.reward(0.8, 5.0) > 0.8


def test_below_a_hard_limit_costs_do_not_count():
    hard = hard_trade(10.0)
    assert hard.reward(0.8, 3.0) == hard.reward(0.8, 10.0) == 0.8
    assert hard.reward(0.8, 20.0) == pytest.approx(0.4)


def test_mobilenet_comes_first_and_its_latency_is_the_target():
    history = history_of("mnasnet", "mnas", 6, children=2)
    problem, options = problem_of("mnas"), mnasnet.Options(children=2)
    first = history.trials[0]
    assert first.candidate.genotype == problem.architectures.reference()
    assert mnasnet.target(history, options) == first.values["latency_ms"]
    assert mnasnet.target(history, replace(options, target=7.5)) == 7.5
    assert mnasnet.target(History(), options) is None


def test_the_network_to_confirm_is_the_one_that_pays_best():
    history = history_of("mnasnet", "mnas", 5, children=2)
    slow = paid(history.trials[1], 0.99, latency_ms=1000.0)
    quick = paid(history.trials[2], 0.98, latency_ms=0.5)
    changed = History((history.trials[0], slow, quick, *history.trials[3:]))
    problem = problem_of("mnas")
    assert mnasnet.chosen(problem, changed, mnasnet.Options(target=2.0)) == quick
    soft = mnasnet.Options(target=2.0, trade="soft", doubling=0.01)
    assert mnasnet.chosen(problem, changed, soft) == slow


def test_a_set_that_grows_without_decisions_is_refused_in_words():
    class Growing:
        decisions = ()

    for method in ("nas_rl", "nasnet", "mnasnet"):
        refused = METHODS[method].refuses(replace(NAS, architectures=Growing()), None)
        assert "Choose another space" in str(refused)
        assert METHODS[method].refuses(NAS, None) is None


def test_rewards_are_finite_whatever_is_measured():
    trial = paid(Trial(1, NAS.sample(np.random.default_rng(0))), 0.5)
    assert as_scored(replace(trial, losses=(math.inf,)), ACCURACY) is None


def test_a_cell_that_was_searched_small_is_confirmed_large_with_paths_dropped():
    small = problem_of("nasnet").sample(np.random.default_rng(1))
    wanted = {"final_cells": 6, "final_channels": 16, "final_drop_path": 0.4}
    options = METHODS["nasnet"].options(**wanted)
    large = METHODS["nasnet"].final(problem_of("nasnet"), small, options)
    before, after = json.loads(small.genotype), json.loads(large.genotype)
    assert (after["skeleton"]["L"], after["skeleton"]["C"]) == (6, 16)
    assert after["cells"] == before["cells"]
    assert large.config["drop_path"] == 0.4
    narrow = replace(NAS, count=lambda candidate: {"params": 1e9})
    assert METHODS["nasnet"].final(narrow, small, options) == small


def test_paths_of_cells_are_dropped_by_depth_and_by_how_far_the_training_is():
    genotype = problem_of("nasnet").sample(np.random.default_rng(1)).genotype
    drawn = blueprint_of(genotype, *IMAGES)
    assert all(x.settings["share"] == 0 for x in drawn.layers if x.kind == "drop_path")
    network = build(drawn.with_drop_path(0.6), "he")
    paths = [(name, m) for name, m in network.named_modules() if isinstance(m, DropPath)]
    shares = {name.split("_")[0]: m.share for name, m in paths}
    assert shares == pytest.approx({"cell0": 0.2, "cell1": 0.4, "cell2": 0.6})
    path = paths[-1][1]
    images = torch.ones(4000, 1, 1, 1)
    for progress, kept in ((0.0, 1.0), (0.5, 0.7), (1.0, 0.4)):
        path.progress = progress
        assert float((path(images) > 0).float().mean()) == pytest.approx(kept, abs=0.05)
    assert not any(x.kind == "drop_path" for x in drawn.with_drop_path(0).layers)
