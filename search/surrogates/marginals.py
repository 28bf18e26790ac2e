"""The two densities of a search that compares good trials with others, along each hyper-parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from search.history import Trial
from search.insight import Densities, Density
from search.method import Problem
from search.surrogates.encoding import Array, Axis, axes_of
from search.surrogates.slicing import along, seen_of, values_at

MOST = 300
"""Of the trials that are not good, the latest that are drawn."""


class Marginal(Protocol):
    """A density over the space that leaves out the axes on which a point is inactive."""

    def log_density(self, points: Array) -> Array:
        """The logarithm (m,) at points (m, d)."""


def densities(
    problem: Problem,
    parts: tuple[Sequence[Trial], Sequence[Trial]],
    models: tuple[Marginal, Marginal],
    fidelity: Mapping[str, float],
) -> Densities:
    """How dense the trials of both parts, the good ones first, are by the models of them."""
    axes = axes_of(problem.space)
    shown = [place for place, axis in enumerate(axes) if not axis.is_fixed]
    names = [axes[place].name for place in shown]
    good, bad = parts
    return Densities(
        densities=[_density(problem, axes, place, models) for place in shown],
        good=[seen_of(trial, names) for trial in good],
        bad=[seen_of(trial, names) for trial in bad[-MOST:]],
        fidelity=fidelity,
    )


def _density(
    problem: Problem, axes: Sequence[Axis], place: int, models: tuple[Marginal, Marginal]
) -> Density:
    steps = along(problem, axes[place])
    points = np.full((len(steps), len(axes)), np.nan)
    points[:, place] = steps
    good, bad = (np.exp(model.log_density(points)).tolist() for model in models)
    return Density(axes[place].name, values_at(problem, axes[place], steps), good, bad)
