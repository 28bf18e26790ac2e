"""Acquisition functions, and how they are maximised over any search space."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import erfcx, log_ndtr
from scipy.stats import qmc

from search.space import Space
from search.surrogates.encoding import Array, Axis, deactivate

SURVEYED, STARTS, ROUNDS = 1024, 8, 60
"""Points surveyed, how many of the best are refined, and for how many rounds."""

WIDEST, SHRINKS = 0.2, 0.9
"""Of a round's changes of numbers: the deviation of the first, and by how much each next is narrower."""


def log_expected_improvement(mean: Array, deviation: Array, best: Array) -> Array:
    """The logarithm of the expected improvement over `best`, where less is better.

    Ament et al., "Unexpected improvements to expected improvement", NeurIPS 2023, equation 9: exact
    where the improvement itself is too small for a float.
    """
    z = (best - mean) / deviation
    return _log_h(z) + np.log(deviation)


def _log_h(z: Array) -> Array:
    """log(φ(z) + z Φ(z))."""
    near = z > -1
    found = np.empty_like(z)
    found[near] = np.log(_phi(z[near]) + z[near] * np.exp(log_ndtr(z[near])))
    far = z[~near]
    # φ + zΦ = φ (1 + z Φ/φ), and Φ/φ is the scaled complementary error function.
    inner = 1 + far * np.sqrt(np.pi / 2) * erfcx(-far / np.sqrt(2))
    found[~near] = -0.5 * far**2 - 0.5 * np.log(2 * np.pi) + np.log(inner.clip(min=1e-300))
    return found


def _phi(z: Array) -> Array:
    density: Array = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return density


def log_hypervolume_improvement(
    means: Sequence[Array], deviations: Sequence[Array], front: Array, reference: Array
) -> Array:
    """The logarithm (m,) of the expected growth of the hypervolume, of two independent objectives.

    `front` (f, 2) are losses of which none dominates another, below `reference` (2,). The region that
    it does not dominate is cut into strips; in each, the expected improvements over its corners are
    multiplied (Emmerich, Giannakoglou & Naujoks, IEEE TEC 2006).
    """
    ordered = front[np.argsort(front[:, 0])] if len(front) else front
    rights = np.append(ordered[:, 0], reference[0])
    tops = np.insert(ordered[:, 1], 0, reference[1])
    wide = np.exp(_improvements(means[0], deviations[0], rights))
    widths = np.diff(wide, axis=1, prepend=0.0)
    growth = (widths * np.exp(_improvements(means[1], deviations[1], tops))).sum(axis=1)
    logarithm: Array = np.log(growth.clip(min=1e-300))
    return logarithm


def _improvements(mean: Array, deviation: Array, corners: Array) -> Array:
    """Logarithms (m, c) of the expected improvement over each corner."""
    return log_expected_improvement(mean[:, None], deviation[:, None], corners)


def maximise(
    space: Space,
    axes: Sequence[Axis],
    score: Callable[[Array], Array],
    near: Array,
    rng: np.random.Generator,
) -> Array:
    """Points (m, d) of the space, the highest score first.

    An even survey, and the points `near` (k, d) that are good already; the best are then changed in
    a few axes at a time, as long as that helps: numbers by less and less, choices at will.
    """
    surveyed = deactivate(space, even(axes, SURVEYED, rng))
    points = np.concatenate([surveyed, near])
    scores = score(points)
    chosen = np.argsort(-scores, kind="stable")[:STARTS]
    points, scores = points[chosen], scores[chosen]
    width = WIDEST
    for _ in range(ROUNDS):
        changed = deactivate(space, _neighbours(axes, points, width, rng))
        found = score(changed)
        each = len(changed) // len(points)
        for row in range(len(points)):
            part = slice(row * each, (row + 1) * each)
            best = int(found[part].argmax()) + row * each
            if found[best] > scores[row]:
                points[row], scores[row] = changed[best], found[best]
        width *= SHRINKS
    order = np.argsort(-scores, kind="stable")
    return points[order]


def even(axes: Sequence[Axis], count: int, rng: np.random.Generator) -> Array:
    """Points (count, d) spread evenly: a scrambled Sobol' sequence, its numbers cut into choices."""
    drawn: Array = qmc.Sobol(len(axes), rng=rng).random(count)
    for place, axis in enumerate(axes):
        if axis.is_fixed:
            drawn[:, place] = axis.only
        elif axis.choices:
            drawn[:, place] = np.floor(drawn[:, place] * axis.choices).clip(max=axis.choices - 1)
    return drawn


def _neighbours(
    axes: Sequence[Axis], points: Array, width: float, rng: np.random.Generator
) -> Array:
    """Changes of each point (k·c, d): in each axis alone, and in a random third of all axes."""
    count = 3 * len(axes)
    changed = np.repeat(points, count, axis=0)
    rows = np.arange(len(changed))
    alone = rows % 3 == 0
    which = rng.random(changed.shape) < 1 / 3
    which[alone] = False
    which[rows[alone], (rows[alone] // 3) % len(axes)] = True
    for place, axis in enumerate(axes):
        if axis.is_fixed:
            continue
        here = which[:, place] | np.isnan(changed[:, place])
        old = changed[here, place]
        if axis.choices:
            changed[here, place] = rng.integers(axis.choices, size=len(old))
        else:
            moved = np.nan_to_num(old, nan=0.5) + width * rng.standard_normal(len(old))
            changed[here, place] = np.abs(1 - np.abs(1 - moved)).clip(0, 1)
    return changed
