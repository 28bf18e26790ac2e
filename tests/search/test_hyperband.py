"""Hyperband's tables as published, and promotions that go on where their parents stopped."""

from __future__ import annotations

import math

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from search.brackets import ALGORITHM, TABLE, brackets
from search.history import History
from search.loop import Plan, next_proposal, run, trial_of, trial_seed
from search.method import Problem
from search.methods import METHODS
from search.options import OptionError
from search.space import Space
from search.strategies.hyperband import Options
from search.training import checkpoint
from tests.conftest import SIZES
from tests.search.conftest import train

SMALL = Options(eta=2, max_epochs=4)


def table(options: Options) -> list[list[tuple[int, int]]]:
    return [[(rung.size, rung.resource) for rung in bracket] for bracket in brackets(options)]


def test_table_1_of_the_paper():
    assert table(Options(eta=3, max_epochs=81, brackets=TABLE)) == [
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(27, 3), (9, 9), (3, 27), (1, 81)],
        [(9, 9), (3, 27), (1, 81)],
        [(6, 27), (2, 81)],
        [(5, 81)],
    ]


def test_algorithm_1_of_the_paper():
    assert table(Options(eta=3, max_epochs=81, brackets=ALGORITHM)) == [
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(34, 3), (11, 9), (3, 27), (1, 81)],
        [(15, 9), (5, 27), (1, 81)],
        [(8, 27), (2, 81)],
        [(5, 81)],
    ]


def test_counts_rungs_in_whole_numbers():
    """In floating point, log 243 / log 3 is 4.999…, which loses the most aggressive bracket."""
    first = table(Options(eta=3, max_epochs=243))[0]
    assert first == [(243, 1), (81, 3), (27, 9), (9, 27), (3, 81), (1, 243)]


def test_starts_no_lower_than_the_shortest_training():
    first = table(Options(eta=3, min_epochs=9, max_epochs=81))[0]
    assert first == [(9, 9), (3, 27), (1, 81)]


def test_the_longest_training_is_not_shorter_than_the_shortest():
    with pytest.raises(OptionError) as caught:
        Options(min_epochs=9, max_epochs=8)
    assert list(caught.value.errors) == ["max_epochs"]


def test_a_bracket_that_waits_does_not_hold_up_the_next_one(problem):
    plan, history = Plan(METHODS["hyperband"], SMALL, seed=3, max_trials=100), History()
    first, second = brackets(SMALL)[:2]
    for number in range(1, first[0].size + second[0].size + 1):
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        history = History((*history.trials, trial_of(proposal, number)))
    begun = [trial.memo["bracket"] for trial in history]
    assert begun == [0] * first[0].size + [1] * second[0].size


@pytest.fixture(scope="module")
def searched(
    problem: Problem, tmp_path_factory: pytest.TempPathFactory
) -> tuple[History, list[int]]:
    """A whole run of Hyperband on real training, and the optimiser steps that it took."""
    steps: list[int] = [0]

    def count(*_: object) -> None:
        steps[0] += 1

    hook = register_optimizer_step_post_hook(count)
    try:
        plan = Plan(METHODS["hyperband"], SMALL, seed=3, max_trials=100)
        history = run(plan, problem, tmp_path_factory.mktemp("run"))
    finally:
        hook.remove()
    return history, steps


def test_repeats_no_optimiser_step(searched, problem):
    history, steps = searched
    expected = 0
    for trial in history:
        planned = trial.candidate.config["epochs"]
        parent = history.trials[trial.parent - 1] if trial.parent else None
        before = min(parent.fidelity["epochs"], planned) if parent else 0
        epochs = min(trial.fidelity["epochs"], planned) - before
        items = SIZES["train"] + (SIZES["validation"] if trial.stage.value == "confirm" else 0)
        expected += epochs * math.ceil(items / trial.candidate.config["batch_size"])
    assert steps == [expected]
    assert any(trial.parent for trial in history)


def test_going_on_equals_going_straight_through(searched, problem, tmp_path):
    history, _ = searched
    promoted = [t for t in history if t.parent and history.trials[t.parent - 1].parent]
    assert promoted, "the run has a trial that was promoted twice"
    for trial in promoted:
        founder = trial
        while founder.parent:
            founder = history.trials[founder.parent - 1]
        straight = train(
            problem,
            tmp_path / str(trial.number),
            trial.candidate.config,
            seed=trial_seed(3, founder.number),
            epochs=int(trial.fidelity["epochs"]),
        )
        assert straight[-1].values.items() <= trial.values.items()
        assert_same_training(straight[-1].checkpoint, trial.reports[-1].checkpoint)


def assert_same_training(path, other):
    one, two = checkpoint.load(path), checkpoint.load(other)
    assert one["steps"] == two["steps"]
    for name, tensor in one["network"].items():
        assert torch.equal(tensor, two["network"][name]), name
    for index, moments in one["optimiser"]["state"].items():
        for name, value in moments.items():
            assert torch.equal(value, two["optimiser"]["state"][index][name]), (index, name)


def test_a_plan_shorter_than_its_rung_reports_where_it_ended(problem, digits, tmp_path):
    config = {**Space(problem.space.configuration_space).default(), "epochs": 2, "width": 8}
    ended = train(problem, tmp_path / "1", config, epochs=4)[-1]
    promoted = train(problem, tmp_path / "2", config, epochs=8, resume=ended.checkpoint)
    assert [report.values for report in promoted] == [ended.values]
    assert promoted[0].checkpoint is not None
    assert promoted[0].checkpoint.parent == tmp_path / "2"
