"""Balancing a pole on a cart by PPO; the budget is how often the training is repeated.

Falkner, Klein & Hutter, ICML 2018, section 5: seven hyper-parameters of proximal policy optimisation
(Schulman et al., 2017). What counts is how many episodes it takes until the pole stands, on the mean of up
to nine trainings, because luck plays so large a part. They give up after 3,000 episodes and learn from a
batch of episodes at a time; here it is 300 at first, and 256 steps of the game at a time, in batches of
`batch_size` steps, so that a training takes seconds. The pole stands when `STREAK` episodes in a row
reach the longest length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium
import numpy as np
import torch
from ConfigSpace import ConfigurationSpace, Float, Integer
from torch import Tensor, nn
from torch.distributions import Categorical

from search.history import Candidate, Report
from search.method import Context, Fidelity, Objective, Problem
from search.problems.functions.budget import budget
from search.space import Space
from search.training.loop import seeded

REPETITIONS = Fidelity("repetitions", 1, 9, resumes=False)
"""As in the paper."""

HORIZON, PASSES, STREAK = 256, 10, 5
SMOOTHING = 0.95
"""Of the advantages over the steps: generalised advantage estimation, Schulman et al., ICLR 2016."""


@dataclass(frozen=True)
class Game:
    """How long an episode may last, and after how many of them the training is given up."""

    steps: int
    episodes: int


def problem(steps: int = 200, episodes: int = 300) -> Problem:
    """Balance for so many steps; a training that has not learnt it counts as all `episodes`."""
    space = ConfigurationSpace(name="cart_pole")
    space.add(
        [
            Integer("units_1", (8, 128), log=True, default=64),
            Integer("units_2", (8, 128), log=True, default=64),
            Integer("batch_size", (8, 256), log=True, default=64),
            Float("learning_rate", (1e-7, 1e-1), log=True, default=1e-3),
            Float("discount", (0.0, 1.0), default=0.99),
            Float("clipping", (0.0, 1.0), default=0.2),  # of the likelihood ratio
            Float("entropy", (0.0, 1.0), default=0.01),  # how strongly chance is rewarded
        ]
    )
    return Problem(
        kind="cart_pole",
        space=Space(space),
        evaluate=partial(_evaluate, Game(steps, episodes)),
        objectives=(Objective("episodes"),),
        fidelities=(REPETITIONS,),
    )


def _evaluate(
    game: Game, problem: Problem, candidate: Candidate, context: Context
) -> Iterator[Report]:
    """After each repetition, the mean number of episodes of those so far."""
    needed: list[int] = []
    for number in range(int(budget(problem, context))):
        seed = int(np.random.SeedSequence([context.seed, number]).generate_state(1)[0])
        needed.append(episodes_needed(game, candidate.config, seed))
        yield Report(number + 1, {"episodes": float(np.mean(needed))})


class Agent(nn.Module):
    """A policy and the value that it expects, which share no weights."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.policy = _network(config, 2)
        self.value = _network(config, 1)


def _network(config: Mapping[str, Any], outputs: int) -> nn.Module:
    """From what is seen of cart and pole, float32 (N, 4), to (N, outputs)."""
    one, two = config["units_1"], config["units_2"]
    layers = nn.Linear(4, one), nn.Tanh(), nn.Linear(one, two), nn.Tanh(), nn.Linear(two, outputs)
    nn.init.orthogonal_(layers[-1].weight, gain=0.01 if outputs > 1 else 1)
    return nn.Sequential(*layers)


def episodes_needed(game: Game, config: Mapping[str, Any], seed: int) -> int:
    """How many episodes it takes until the pole stands, at most as many as the game gives."""
    with seeded(seed, torch.device("cpu")):
        agent = Agent(config)
        optimiser = torch.optim.Adam(agent.parameters(), lr=config["learning_rate"])
        lengths: list[int] = []
        for played in _played(game, agent, seed, lengths):
            _learn(agent, optimiser, played, config)
    return len(lengths)


def _stands(lengths: list[int], game: Game) -> bool:
    return len(lengths) >= STREAK and min(lengths[-STREAK:]) >= game.steps


@dataclass(frozen=True)
class Played:
    """Some steps of the game: what was seen (T, 4), done and earned (T,), and where episodes end.

    `next_seen` (T, 4) is what came of each step; an episode that is cut off has not `failed` (T,), so
    its future still counts.
    """

    seen: Tensor
    actions: Tensor
    next_seen: Tensor
    failed: Tensor
    ended: Tensor


def _played(game: Game, agent: Agent, seed: int, lengths: list[int]) -> Iterator[Played]:
    """Play `HORIZON` steps at a time until the episodes are used up or the pole stands.

    The lengths of the episodes that end are added to `lengths`.
    """
    with closing(gymnasium.make("CartPole-v1", max_episode_steps=game.steps)) as environment:
        seen, _ = environment.reset(seed=seed % 2**31)
        length, rows = 0, []
        while len(lengths) < game.episodes and not _stands(lengths, game):
            with torch.inference_mode():
                logits = agent.policy(torch.from_numpy(seen))
                action = int(torch.rand(()) < logits.softmax(dim=0)[1])
            after, _, failed, cut, _ = environment.step(action)
            rows.append((seen, action, after, failed, failed or cut))
            seen, length = after, length + 1
            if failed or cut:
                lengths.append(length)
                seen, length = environment.reset()[0], 0
            if len(rows) == HORIZON:
                yield _together(rows)
                rows = []


def _together(rows: list[tuple[Any, ...]]) -> Played:
    seen, actions, after, failed, ended = zip(*rows, strict=True)
    return Played(
        seen=torch.from_numpy(np.stack(seen)),
        actions=torch.tensor(actions),
        next_seen=torch.from_numpy(np.stack(after)),
        failed=torch.tensor(failed, dtype=torch.float32),
        ended=torch.tensor(ended, dtype=torch.float32),
    )


def _learn(
    agent: Agent, optimiser: torch.optim.Optimizer, played: Played, config: Mapping[str, Any]
) -> None:
    """Improve the policy within the clipping, and the values, in some passes over what was played."""
    with torch.no_grad():
        before = Categorical(logits=agent.policy(played.seen)).log_prob(played.actions)
        advantages, returns = _judged(agent, played, config["discount"])
    for _ in range(PASSES):
        for rows in torch.randperm(len(before)).split(config["batch_size"]):
            policy = Categorical(logits=agent.policy(played.seen[rows]))
            ratio = (policy.log_prob(played.actions[rows]) - before[rows]).exp()
            clipped = ratio.clamp(1 - config["clipping"], 1 + config["clipping"])
            gain = torch.minimum(ratio * advantages[rows], clipped * advantages[rows]).mean()
            error = (agent.value(played.seen[rows]).squeeze(1) - returns[rows]).square().mean()
            optimiser.zero_grad()
            (0.5 * error - gain - config["entropy"] * policy.entropy().mean()).backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimiser.step()


def _judged(agent: Agent, played: Played, discount: float) -> tuple[Tensor, Tensor]:
    """How much better each action was than expected, scaled, and what the values should be; each (T,)."""
    values = agent.value(played.seen).squeeze(1)
    after = agent.value(played.next_seen).squeeze(1)
    surprise = 1 + discount * after * (1 - played.failed) - values
    advantages, ahead = torch.zeros_like(surprise), 0.0
    for step in range(len(surprise) - 1, -1, -1):
        ahead = surprise[step] + discount * SMOOTHING * (1 - played.ended[step]) * ahead
        advantages[step] = ahead
    scaled = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    return scaled, advantages + values
