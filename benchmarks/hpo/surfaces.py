"""Surfaces whose minimum is known, and a search on one of them, trial after trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from ConfigSpace import ConfigurationSpace, Float

from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Objective, Problem
from search.methods import METHODS
from search.space import Space
from search.surrogates.encoding import Array

MANY = 1_000_000


@dataclass(frozen=True)
class Surface:
    """A function of the unit cube (d,), 0 at its minimum."""

    name: str
    d: int
    loss: Callable[[Array], float]

    def problem(self) -> Problem:
        space = ConfigurationSpace()
        space.add([Float(f"x{number:02d}", (0.0, 1.0)) for number in range(self.d)])
        return Problem(self.name, Space(space), "nowhere:never", (Objective("loss"),))

    def of(self, trial: Trial) -> float:
        """What a trial of the surface has lost."""
        config = trial.candidate.config
        return self.loss(np.array([config[f"x{number:02d}"] for number in range(self.d)]))


def _ackley(cube: Array) -> float:
    """On [-5, 10], as in Eriksson et al. 2019 (TuRBO): the minimum is not in the middle."""
    x = 15 * cube - 5
    bowl = -20 * np.exp(-0.2 * np.sqrt((x**2).mean()))
    return float(bowl - np.exp(np.cos(2 * np.pi * x).mean()) + 20 + np.e)


_WIDTHS = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_CENTRES = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
_DEPTHS = np.array([1, 1.2, 3, 3.2])


def _hartmann(cube: Array) -> float:
    inner = (_WIDTHS * (cube - _CENTRES) ** 2).sum(axis=1)
    return float(3.32237 - _DEPTHS @ np.exp(-inner))


HARTMANN_6 = Surface("Hartmann-6", 6, _hartmann)
ACKLEY_20 = Surface("Ackley-20", 20, _ackley)


def searched(method: str, surface: Surface, trials: int, seed: int, **options: object) -> History:
    """All trials of a run, one at a time."""
    found = METHODS[method]
    plan, problem = Plan(found, found.options(**options), seed, MANY), surface.problem()
    history = History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem, history)
        assert proposal is not None
        history = History((*history.trials, ended(surface, trial_of(proposal, number))))
    return history


def ended(surface: Surface, trial: Trial) -> Trial:
    """The trial with its loss on the surface."""
    loss = surface.of(trial)
    return replace(
        trial,
        state=TrialState.COMPLETE,
        values={"loss": loss},
        losses=(loss,),
        ended=trial.number,
    )


def best_so_far(history: History) -> Array:
    """The least loss after each trial (n,)."""
    least: Array = np.minimum.accumulate([trial.loss for trial in history])
    return least
