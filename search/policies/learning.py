"""How a policy learns from rewards: REINFORCE, Williams 1992, and PPO, Schulman et al. 2017."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from search.decided import Payoff
from search.policies.descent import Adam, adam, plain
from search.policies.policy import Array, Parameters, Places, Policy

LSTM, SOFTMAX = "lstm", "softmax"
REINFORCE, PPO = "reinforce", "ppo"


@dataclass(frozen=True)
class Recipe:
    """What a policy is and how it learns, once for every `children` trainings that have ended.

    `decay` is that of the baseline, `entropy` the weight of a bonus for indecision, `clip` and
    `passes` those of PPO: how far a probability may move for gain, and the steps an update.
    """

    policy: str
    rule: str
    children: int
    rate: float
    hidden: int = 35
    layers: int = 2
    scale: float = 0.08
    decay: float = 0.95
    entropy: float = 0.0
    clip: float = 0.2
    passes: int = 1


@dataclass(frozen=True)
class Sample:
    """A training that has ended: how its design was drawn, and its reward; None if it has none."""

    number: int
    places: tuple[int, ...]
    log_probs: tuple[float, ...]
    reward: float | None


@dataclass(frozen=True)
class Learnt:
    """A policy's state after so many updates: a function of the samples and their order alone."""

    parameters: Parameters
    moments: Adam = field(default_factory=Adam)
    baseline: float | None = None
    worst: float | None = None
    updates: int = 0
    payoffs: tuple[Payoff, ...] = ()


def update(policy: Policy, recipe: Recipe, learnt: Learnt, batch: Sequence[Sample]) -> Learnt:
    """The state after one more update."""
    learnt, advantages = _judged(recipe, learnt, batch)
    parameters, moments = learnt.parameters, learnt.moments
    for _ in range(recipe.passes if recipe.rule == PPO else 1):
        gradient = _gradient(policy, recipe, parameters, batch, advantages)
        if recipe.policy == SOFTMAX:
            parameters = plain(parameters, gradient, recipe.rate)
        else:
            parameters, moments = adam(parameters, gradient, moments, recipe.rate)
    return replace(learnt, parameters=parameters, moments=moments, updates=learnt.updates + 1)


def _judged(recipe: Recipe, learnt: Learnt, batch: Sequence[Sample]) -> tuple[Learnt, Array]:
    """How much better (n,) each training was than expected, and the state with their rewards.

    One that failed gets the worst reward that there has been. What is expected is the moving average
    of the rewards before the update, so none is compared with itself; at first, the mean of the
    others of its batch.
    """
    known = [sample.reward for sample in batch if sample.reward is not None]
    worst = min([*known, *([] if learnt.worst is None else [learnt.worst])], default=None)
    filled = [worst if sample.reward is None else sample.reward for sample in batch]
    rewards = np.array([0.0 if reward is None else reward for reward in filled])
    expected = _expected(learnt.baseline, rewards)
    baseline = float(rewards.mean()) if learnt.baseline is None else learnt.baseline
    for reward in rewards if learnt.baseline is not None else ():
        baseline = recipe.decay * baseline + (1 - recipe.decay) * float(reward)
    told = [
        Payoff(sample.number, float(reward), learnt.baseline)
        for sample, reward in zip(batch, rewards, strict=True)
    ]
    payoffs = (*learnt.payoffs, *told)
    return replace(learnt, baseline=baseline, worst=worst, payoffs=payoffs), rewards - expected


def _expected(baseline: float | None, rewards: Array) -> Array:
    if baseline is not None:
        return np.full(len(rewards), baseline)
    if len(rewards) == 1:
        return rewards
    others: Array = (rewards.sum() - rewards) / (len(rewards) - 1)
    return others


def _gradient(
    policy: Policy,
    recipe: Recipe,
    parameters: Parameters,
    batch: Sequence[Sample],
    advantages: Array,
) -> Parameters:
    """The mean over the batch; designs of different depth pass one depth after another."""
    total = {name: np.zeros_like(value) for name, value in parameters.items()}
    for rows, places in _by_length(batch):
        log_shares, trace = policy.forward(parameters, places)
        drawn = np.array([batch[row].log_probs for row in rows])
        pulls = [
            _pull(recipe, shares, places[:, t], drawn[:, t], advantages[rows]) / len(batch)
            for t, shares in enumerate(log_shares)
        ]
        for name, value in policy.backward(parameters, trace, pulls).items():
            total[name] += value
    return total


def _by_length(batch: Sequence[Sample]) -> Iterable[tuple[list[int], Places]]:
    def length(row: int) -> int:
        return len(batch[row].places)

    for _, group in groupby(sorted(range(len(batch)), key=length), key=length):
        rows = list(group)
        yield rows, np.array([batch[row].places for row in rows], dtype=np.int64)


def _pull(
    recipe: Recipe, log_shares: Array, places: Places, drawn: Array, advantages: Array
) -> Array:
    """The derivative of the figure that is to grow by the logits (n, choices) of one decision.

    REINFORCE: log p times the advantage. PPO: min(ratio A, clip(ratio) A), where ratio is how likely
    the choice is now over how likely it was when it was drawn. Both with the bonus for entropy.
    """
    rows, shares = np.arange(len(places)), np.exp(log_shares)
    weights = advantages
    if recipe.rule == PPO:
        weights = clipped_weights(log_shares[rows, places] - drawn, advantages, recipe.clip)
    pull: Array = -shares * weights[:, None]
    pull[rows, places] += weights
    entropy = -(shares * log_shares).sum(axis=1, keepdims=True)
    pull -= recipe.entropy * shares * (log_shares + entropy)
    return pull


def clipped_weights(log_ratios: Array, advantages: Array, clip: float) -> Array:
    """The derivative of PPO's figure by the log-probabilities: nought where more would not count."""
    ratios = np.exp(log_ratios)
    beyond = np.where(advantages > 0, ratios > 1 + clip, ratios < 1 - clip)
    weights: Array = np.where(beyond, 0.0, ratios * advantages)
    return weights
