"""PED-ANOVA on functions whose important hyper-parameters are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, Constant, EqualsCondition, Float, Integer

from search.history import Candidate, History, Trial, TrialState
from search.importance import NEEDED, importances
from search.space import Space

Config = dict[str, Any]


def _space() -> Space:
    space = ConfigurationSpace()
    space.add(
        [
            Float("x", (0.0, 1.0)),
            Float("rate", (1e-5, 1.0), log=True),
            Integer("layers", (1, 9)),
            Float("idle", (0.0, 1.0)),
            Categorical("kind", ["a", "b", "c"]),
            Float("momentum", (0.0, 1.0)),
            Constant("fixed", 3),
        ]
    )
    space.add([EqualsCondition(space["momentum"], space["kind"], "a")])
    return Space(space)


SPACE = _space()


def run(loss: Callable[[Config], float], count: int = 300, seed: int = 0, **fields: Any) -> History:
    rng = np.random.default_rng(seed)
    trials = []
    for number in range(1, count + 1):
        config = SPACE.sample(rng)
        value = loss(config)
        state = TrialState.FAILED if math.isinf(value) else TrialState.COMPLETE
        losses = () if math.isinf(value) else (value,)
        known = {"state": state, "losses": losses, "ended": number, **fields}
        trials.append(Trial(number, Candidate(config), **known))
    return History(tuple(trials))


def shares(history: History) -> dict[str, float]:
    return {told.name: told.share for told in importances(SPACE, history)}


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("x", lambda c: (c["x"] - 0.3) ** 2),
        ("rate", lambda c: abs(math.log10(c["rate"]) + 2)),
        ("layers", lambda c: c["layers"]),
        ("kind", lambda c: "abc".index(c["kind"])),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_only_one_that_matters_has_nearly_all_of_the_importance(name, loss, seed):
    noise = np.random.default_rng(seed)
    history = run(lambda c: loss(c) + 0.01 * noise.random(), seed=seed)
    first, *others = importances(SPACE, history)
    assert first.name == name
    assert first.clear
    assert first.share > 0.75
    assert sum(other.clear for other in others) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_what_weighs_more_is_more_important(seed):
    found = shares(run(lambda c: 4 * (c["x"] - 0.5) ** 2 + (c["layers"] - 5) ** 2 / 64, seed=seed))
    assert found["x"] > found["layers"] > found["idle"]


def test_where_nothing_matters_hardly_anything_is_clear():
    clear = 0
    for seed in range(10):
        noise = np.random.default_rng(100 + seed)
        told = importances(SPACE, run(lambda _c: noise.random(), 100, seed))  # noqa: B023
        clear += sum(importance.clear for importance in told)
    assert clear <= 10, "of 60, of which chance would make 3"


def test_one_that_counts_under_a_condition_only_is_judged_where_it_counts():
    history = run(lambda c: (c["momentum"] - 0.8) ** 2 if "momentum" in c else 0.2, 600)
    told = {importance.name: importance for importance in importances(SPACE, history)}
    assert told["momentum"].clear
    assert told["momentum"].share > told["idle"].share
    assert 0.25 < told["momentum"].counts < 0.42
    assert told["x"].counts == 1


def test_failures_tell_too():
    history = run(lambda c: math.inf if c["x"] > 0.5 else 0.5)
    assert max(shares(history), key=shares(history).__getitem__) == "x"


def test_longer_training_alone_makes_nothing_important():
    """Whatever trained longer scored better, and happened to have many layers."""
    short = run(lambda c: 1 + c["x"], 150, fidelity={"epochs": 1})
    long = run(lambda c: c["x"] - c["layers"] * 1e-9, 600, seed=1, fidelity={"epochs": 9})
    deep = [trial for trial in long if trial.candidate.config["layers"] > 6]
    found = shares(History((*short.trials, *deep)))
    assert max(found, key=found.__getitem__) == "x"
    assert found["x"] > 0.6


def test_few_trials_tell_nothing():
    assert importances(SPACE, run(lambda c: c["x"], NEEDED - 1)) == []
    assert importances(SPACE, run(lambda c: c["x"], NEEDED))


def test_what_is_fixed_is_not_told_and_the_rest_sums_to_one():
    found = shares(run(lambda c: c["x"]))
    assert set(found) == {"x", "rate", "layers", "idle", "kind", "momentum"}
    assert sum(found.values()) == pytest.approx(1)


def test_the_same_history_is_told_the_same():
    history = run(lambda c: c["x"] + c["rate"])
    assert importances(SPACE, history) == importances(SPACE, history)
