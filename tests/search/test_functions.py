"""The problems to compare methods on: what is good in each, that more budget tells more, and seeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch

from search.history import Candidate, Report, Stage, TrialState
from search.loop import Plan, run
from search.method import Context
from search.methods import METHODS
from search.options import parse
from search.problems.functions import FUNCTIONS, svm
from search.problems.functions.data import table
from search.training import checkpoint

ROOT = Path(__file__).resolve().parents[2]

ONES = {f"bit_{i}": 1 for i in range(4)} | {f"coin_{i}": 0.99 for i in range(4)}
TWO_LAYERS = {"layers": 2, "units": 64, "batch_size": 32, "dropout": 0.1, "final_rate": 0.1}
CHAIN = {"burn_in": 0.3, "units_1": 32, "units_2": 32, "momentum_decay": 0.05}
PPO = {"units_1": 32, "units_2": 32, "batch_size": 64, "discount": 0.98, "clipping": 0.2}

SMALL = {
    "counting_ones": FUNCTIONS["counting_ones"](4, 4),
    "svm": FUNCTIONS["svm"](),
    "feed_forward": FUNCTIONS["feed_forward"](),
    "bayesian": FUNCTIONS["bayesian"](steps=1500),
    "cart_pole": FUNCTIONS["cart_pole"](steps=60, episodes=100),
}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], float, float]] = {
    "counting_ones": (ONES, {name: 1 - value for name, value in ONES.items()}, 243, 0.9),
    "svm": ({"C": 10.0, "gamma": 0.01}, {"C": 1e-4, "gamma": 100.0}, 1, 0.7),
    "feed_forward": (
        {**TWO_LAYERS, "learning_rate": 3e-3},
        {**TWO_LAYERS, "learning_rate": 1e-6},
        3,
        0.5,
    ),
    "bayesian": ({**CHAIN, "step_length": 1e-2}, {**CHAIN, "step_length": 1e-6}, 500, 3),
    "cart_pole": (
        {**PPO, "learning_rate": 1e-2, "entropy": 0.0},
        {**PPO, "learning_rate": 1e-7, "entropy": 1.0},
        1,
        20,
    ),
}
"""Of each problem a good and a bad config, a budget, and by how much the good one is better there."""


def trained(
    name: str,
    workdir: Path,
    config: Mapping[str, Any],
    budget: float,
    *,
    seed: int = 1,
    stage: Stage = Stage.SEARCH,
    resume: Path | None = None,
) -> list[Report]:
    problem = SMALL[name]
    workdir.mkdir(parents=True, exist_ok=True)
    fidelity = {problem.fidelities[0].name: budget}
    context = Context(seed, workdir, stage=stage, fidelity=fidelity, resume=resume)
    assert callable(problem.evaluate)
    return list(problem.evaluate(problem, Candidate(config), context))


def loss(name: str, reports: list[Report]) -> float:
    return SMALL[name].objective.loss(reports[-1].values)


every_function = pytest.mark.parametrize("name", FUNCTIONS)


@every_function
def test_a_good_config_beats_a_bad_one_by_far(name, tmp_path):
    good, bad, budget, margin = CASES[name]
    reached = [
        loss(name, trained(name, tmp_path / key, config, budget))
        for key, config in (("good", good), ("bad", bad))
    ]
    for config in (good, bad):
        SMALL[name].space.check(config)
    assert reached[0] < reached[1] - margin


@every_function
def test_the_same_seed_gives_the_same_values(name, tmp_path):
    config, _, budget, _ = CASES[name]
    one, two = (trained(name, tmp_path / key, config, budget) for key in "ab")
    assert [report.values for report in one] == [report.values for report in two]
    if name != "svm":  # in which nothing is left to chance
        others = (trained(name, tmp_path / str(n), config, budget, seed=n) for n in (2, 3, 4))
        assert any([r.values for r in one] != [r.values for r in other] for other in others)


@pytest.mark.parametrize(
    ("name", "little", "much", "gain"),
    [("svm", 1 / 64, 1, 0.1), ("feed_forward", 1, 10, 0.02), ("bayesian", 500, 1500, 0.1)],
)
def test_more_budget_gives_a_better_model(name, little, much, gain, tmp_path):
    config = CASES[name][0]
    less, more = (
        loss(name, trained(name, tmp_path / str(budget), config, budget))
        for budget in (little, much)
    )
    assert more < less - gain


def test_more_samples_count_ones_more_exactly(tmp_path):
    config = {name: min(value, 0.5) if "coin" in name else value for name, value in ONES.items()}

    def spread(budget: float) -> float:
        told = [trained("counting_ones", tmp_path, config, budget, seed=n) for n in range(40)]
        return float(np.std([loss("counting_ones", reports) for reports in told]))

    assert spread(729) < spread(9) / 5


def test_a_confirming_trial_tells_the_true_regret(tmp_path):
    told = trained("counting_ones", tmp_path, ONES, 9, stage=Stage.CONFIRM)
    assert told[0].values == {"test_regret": pytest.approx(0.005)}


def test_repetitions_of_the_balancing_are_averaged(tmp_path):
    config = CASES["cart_pole"][1]
    problem = FUNCTIONS["cart_pole"](steps=200, episodes=3)
    context = Context(1, tmp_path, fidelity={"repetitions": 3})
    assert callable(problem.evaluate)
    told = list(problem.evaluate(problem, Candidate(config), context))
    assert [report.step for report in told] == [1, 2, 3]
    assert told[-1].values == {"episodes": 3}, "nothing is learnt in three episodes"


def test_a_network_that_goes_on_equals_one_that_never_stopped(tmp_path):
    config = CASES["feed_forward"][0]
    first = trained("feed_forward", tmp_path / "first", config, 2)
    rest = trained("feed_forward", tmp_path / "rest", config, 4, resume=first[-1].checkpoint)
    whole = trained("feed_forward", tmp_path / "whole", config, 4)
    assert [r.values for r in rest] == [r.values for r in whole[1:]]
    assert_equal_checkpoints(rest[-1], whole[-1])


def assert_equal_checkpoints(one: Report, other: Report) -> None:
    states = [checkpoint.load(r.checkpoint) for r in (one, other) if r.checkpoint]
    for name, tensor in states[0]["network"].items():
        assert torch.equal(tensor, states[1]["network"][name]), name


def test_smaller_shares_of_the_digits_lie_within_larger_ones_with_all_classes():
    whole = table("digits").train
    parts = [svm._first(whole, share) for share in (1 / 64, 1 / 9, 1 / 3, 1)]
    rows = [{tuple(x) for x in part.x.tolist()} for part in parts]
    assert all(less <= more for less, more in pairwise(rows))
    assert all(set(part.y) == set(range(10)) for part in parts)
    assert len(parts[-1]) == len(whole)


TINY = {
    **SMALL,
    "bayesian": FUNCTIONS["bayesian"](steps=500),
    "cart_pole": FUNCTIONS["cart_pole"](steps=20, episodes=6),
}
BUDGETS = {"counting_ones": (9, 729), "bayesian": (500, 500)}


@every_function
def test_hyperband_searches_it_to_its_end(name, tmp_path):
    method, (least, most) = METHODS["hyperband"], BUDGETS.get(name, (1, 3))
    options = parse(method.options, {"min_epochs": least, "max_epochs": most})
    history = run(Plan(method, options, 1, 300), TINY[name], tmp_path)
    assert all(trial.state is TrialState.COMPLETE for trial in history)
    assert history.at_stage(Stage.CONFIRM).trials
    assert np.isfinite(history.at_stage(Stage.SEARCH).ranked()[0].loss)
    if name == "counting_ones":
        given = {trial.fidelity["samples"] for trial in history.at_stage(Stage.SEARCH)}
        assert given == {9, 27, 81, 243, 729}, "the budgets of the paper"


def test_the_examples_of_the_page_run_as_they_stand(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "problems.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert examples
    scope = {"__name__": "example"}
    for example in examples:
        exec(dedent(example), scope)  # noqa: S102 - our own examples
    assert "test_regret" in capsys.readouterr().out


def test_the_page_tells_of_every_problem():
    text = (ROOT / "docs" / "problems.md").read_text()
    for name, made in FUNCTIONS.items():
        fidelity = made().fidelities[0]
        assert f"| `{name}` |" in text
        assert f"`{fidelity.name}`" in text
