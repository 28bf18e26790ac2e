"""Which hyper-parameters matter: PED-ANOVA. Watanabe, Bansal & Hutter, "PED-ANOVA: efficiently quantifying
hyperparameter importance in arbitrary subspaces", IJCAI 2023.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.history import History, Trial, TrialState
from search.space import Space
from search.surrogates.encoding import Array, Axis, axes_of, vectors

Cells = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

NEEDED = 20
"""Trials that have to have ended, and in which a hyper-parameter has to have counted."""

MOST = 2000
"""Trials that are looked at, evenly over the run."""

TOP, FEWEST = 0.1, 5
"""The share of trials that are good, as the authors' code has it; so many at least."""

CELLS = 50
"""Parts of the range of a number."""

SHUFFLES, CHANCE = 64, 0.95
"""Rankings at random, and the share of them that a hyper-parameter must beat to be told from chance."""


@dataclass(frozen=True)
class Importance:
    """How much of what tells good trials from all others is this one's: `share`, of all together 1.

    `counts` is the share of trials in which it is active; beyond these it cannot matter. It is `clear`
    if a ranking at random would hardly make it matter as much.
    """

    name: str
    share: float
    counts: float
    clear: bool


def importances(space: Space, history: History) -> list[Importance]:
    """The hyper-parameters that were searched, the most important first; none before NEEDED trials.

    Failed trials rank last. Trials are compared with those that were trained as far, since longer
    training alone makes one good. Of each hyper-parameter the divergence between good trials and all
    in which it counts (equation 16) is lessened by what chance alone gives, which is not little of
    some dozen trials.
    """
    trials = _comparable(history)
    if len(trials) < NEEDED:
        return []
    points = vectors(space, [trial.candidate.config for trial in trials])
    ranks, rng = _Ranks(trials), np.random.default_rng(0)
    found = []
    for axis, values in zip(axes_of(space), points.T, strict=True):
        active = ~np.isnan(values)
        if not axis.is_fixed and active.sum() >= NEEDED:
            found.append((axis.name, *_gain(axis, values, active, ranks, rng)))
    total = sum(gain for _name, gain, _counts, _clear in found) or 1.0
    told = [Importance(name, gain / total, counts, clear) for name, gain, counts, clear in found]
    return sorted(told, key=lambda importance: -importance.share)


def _comparable(history: History) -> list[Trial]:
    """Trials that have ended with a verdict, on levels of fidelity that hold enough of them."""
    judged = (TrialState.COMPLETE, TrialState.STOPPED, TrialState.FAILED)
    ended = [t for t in history.finished() if t.state in judged]
    levels: dict[float, list[Trial]] = {}
    for trial in ended:
        levels.setdefault(trial.resource, []).append(trial)
    kept = [t for t in ended if len(levels[t.resource]) >= 2 * FEWEST]
    if len(kept) <= MOST:
        return kept
    return [kept[place] for place in np.linspace(0, len(kept) - 1, MOST).round().astype(int)]


class _Ranks:
    """The losses of trials, and the levels within which they are ranked."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self.losses = np.array([trial.loss for trial in trials])
        resources = np.array([trial.resource for trial in trials])
        self.levels = [resources == level for level in np.unique(resources)]

    def good(self, active: Mask, losses: Array | None = None) -> Mask:
        """Whether each trial is among the best active ones of its level, (n,)."""
        losses = self.losses if losses is None else losses
        good = np.zeros(len(losses), bool)
        for level in self.levels:
            here = np.flatnonzero(level & active)
            count = min(max(math.ceil(TOP * len(here)), FEWEST), len(here) // 2)
            good[here[np.argsort(losses[here], kind="stable")[:count]]] = True
        return good


def _gain(
    axis: Axis, values: Array, active: Mask, ranks: _Ranks, rng: np.random.Generator
) -> tuple[float, float, bool]:
    """How much good trials differ from all beyond chance, where it counts, and whether that is clear."""
    cells = _cells(axis, values)
    told = _divergence(axis, cells, active, ranks.good(active))
    by_chance = [
        _divergence(axis, cells, active, ranks.good(active, rng.random(len(values))))
        for _ in range(SHUFFLES)
    ]
    counts = float(active.mean())
    beyond = max(told - float(np.mean(by_chance)), 0.0)
    return beyond * counts, counts, told > float(np.quantile(by_chance, CHANCE))


def _cells(axis: Axis, values: Array) -> Cells:
    """The cell of each value: a choice is one, a number lies in one of equal parts of its range."""
    known = np.nan_to_num(values)
    cells = known if axis.choices else (known * CELLS).clip(0, CELLS - 1)
    return cells.astype(np.int64)


def _divergence(axis: Axis, cells: Cells, active: Mask, good: Mask) -> float:
    """Pearson's divergence of the density of good trials from that of all (theorem 1)."""
    every, best = _density(axis, cells[active]), _density(axis, cells[good & active])
    return float((every * (best / every - 1) ** 2).sum())


def _density(axis: Axis, cells: Cells) -> Array:
    """The share of each cell; of numbers smoothed by Scott's rule, of choices by one more trial."""
    size = axis.choices or CELLS
    counts = np.bincount(cells, minlength=size).astype(float)
    if axis.choices:
        return (counts + 1 / size) / (len(cells) + 1)
    width = max(1.06 * cells.std() * len(cells) ** -0.2, 0.5)
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    kernel = np.exp(-0.5 * (apart / width) ** 2) + 1e-12
    smoothed: Array = kernel / kernel.sum(axis=0) @ counts / len(cells)
    return smoothed
