"""What a policy thinks, as a picture: how likely each choice is, and what its designs have paid."""

from __future__ import annotations

from typing import Any

import numpy as np

from search.decided import Decided, Policy
from search.history import History, Stage
from search.method import Problem
from search.policies.controlled import PLACES, Led, policy_now, seed_of
from search.policies.learning import Learnt
from search.policies.policy import Array
from search.policies.rebuilt import policy_of

DRAWN = 32
"""Designs over which the shares of a choice that depends on earlier ones are averaged."""

SHOWN = 500
"""Rewards that are drawn: the latest."""


def picture(problem: Problem, history: History, led: Led) -> Policy:
    """The policy of now beside the latest design that was drawn from it or from an earlier one."""
    assert problem.architectures is not None
    searched = history.at_stage(Stage.SEARCH).proposed()
    state = policy_now(problem, history, led, seed_of(history) or 0)
    latest = next((trial for trial in reversed(searched.trials) if PLACES in trial.memo), None)
    taken = latest.memo[PLACES] if latest else ()
    decided = [
        Decided(
            name=decision.name,
            choices=[_shown(choice) for choice in decision.choices],
            shares=[float(share) for share in shares],
            taken=taken[place] if place < len(taken) else None,
        )
        for place, (decision, shares) in enumerate(
            zip(problem.architectures.decisions, _shares(problem, state, led), strict=True)
        )
    ]
    return Policy(
        updates=state.updates,
        latest=latest.number if latest else 0,
        decisions=decided,
        payoffs=state.payoffs[-SHOWN:],
    )


def _shares(problem: Problem, state: Learnt, led: Led) -> list[Array]:
    """How likely each choice of each decision is, on average over what is decided before it."""
    assert problem.architectures is not None
    decisions = problem.architectures.decisions
    policy, rng = policy_of(led.recipe, decisions), np.random.default_rng(0)
    draws = [policy.sample(state.parameters, rng, len(decisions)).places for _ in range(DRAWN)]
    log_shares, _ = policy.forward(state.parameters, np.array(draws, dtype=np.int64))
    return [np.exp(row).mean(axis=0).round(4) for row in log_shares]


def _shown(choice: Any) -> Any:
    return " + ".join(map(str, choice)) if isinstance(choice, tuple) else choice
