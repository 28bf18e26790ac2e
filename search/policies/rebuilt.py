"""A policy as it is now, rebuilt from the trainings of a run: its updates are made again, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from search.decisions import Decision
from search.policies.controller import Controller
from search.policies.learning import SOFTMAX, Learnt, Recipe, Sample, update
from search.policies.policy import Policy
from search.policies.softmax import SoftmaxPolicy


@lru_cache(maxsize=64)
def policy_of(recipe: Recipe, decisions: tuple[Decision, ...]) -> Policy:
    """The kind of policy that a recipe names."""
    if recipe.policy == SOFTMAX:
        return SoftmaxPolicy(decisions)
    return Controller(decisions, recipe.hidden, recipe.layers, recipe.scale)


def learnt(
    recipe: Recipe, decisions: tuple[Decision, ...], seed: int, samples: Sequence[Sample]
) -> Learnt:
    """The policy after `samples`, in the order in which they ended; an incomplete batch waits.

    What was made last is remembered, to save time: whether it is makes no difference to what comes.
    """
    whole = len(samples) - len(samples) % recipe.children
    return _remembered(recipe, decisions, seed).after(tuple(samples[:whole]))


@lru_cache(maxsize=16)
def _remembered(recipe: Recipe, decisions: tuple[Decision, ...], seed: int) -> _Replay:
    return _Replay(recipe, policy_of(recipe, decisions), seed)


@dataclass(frozen=True)
class _Latest:
    samples: tuple[Sample, ...]
    learnt: Learnt


@dataclass
class _Replay:
    """One policy's updates, of which the latest state is kept."""

    recipe: Recipe
    policy: Policy
    seed: int
    latest: _Latest = field(init=False)

    def __post_init__(self) -> None:
        self.latest = self._begin()

    def _begin(self) -> _Latest:
        rng = np.random.default_rng(self.seed)
        return _Latest((), Learnt(self.policy.initial(rng)))

    def after(self, samples: tuple[Sample, ...]) -> Learnt:
        """Go on from the latest state if its samples come first, else from the beginning."""
        latest = self.latest
        if samples[: len(latest.samples)] != latest.samples:
            latest = self._begin()
        state = latest.learnt
        for begin in range(len(latest.samples), len(samples), self.recipe.children):
            batch = samples[begin : begin + self.recipe.children]
            state = update(self.policy, self.recipe, state, batch)
        self.latest = _Latest(samples, state)
        return state
