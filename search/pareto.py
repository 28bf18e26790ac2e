"""Pareto fronts, and the hypervolume that they dominate. Everything is minimised."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def front(losses: Array) -> Array:
    """Which rows of `losses` (n, d) no other row dominates: a mask (n,).

    A row dominates another if it is nowhere worse and somewhere better, so equal rows are on the front
    together. Rows with a value that is not finite never are.
    """
    on_front = np.zeros(len(losses), dtype=bool)
    finite = np.flatnonzero(np.isfinite(losses).all(axis=1))
    rows = losses[finite]
    if rows.shape[1] == 2:
        on_front[finite] = _front_of_pairs(rows)
    else:
        on_front[finite] = [not _is_dominated(row, rows) for row in rows]
    return on_front


def _front_of_pairs(rows: Array) -> Array:
    """By a sweep along the first loss: n log n. A row must beat all that are before it."""
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    first, second = rows[order, 0], rows[order, 1]
    least = np.concatenate([[np.inf], np.minimum.accumulate(second)[:-1]])
    is_better = second < least
    # Equal to the row before it, which is on the front: on it, too.
    same = np.concatenate([[False], (first[1:] == first[:-1]) & (second[1:] == second[:-1])])
    for i in np.flatnonzero(same):
        is_better[i] = is_better[i - 1]
    mask = np.zeros(len(rows), dtype=bool)
    mask[order] = is_better
    return mask


def _is_dominated(row: Array, rows: Array) -> bool:
    return bool(((rows <= row).all(axis=1) & (rows < row).any(axis=1)).any())


def hypervolume(losses: Array, reference: Array) -> float:
    """The volume between the front of `losses` (n, d) and the point `reference` (d,), exactly.

    What is not finite, or not better than the reference in every loss, adds nothing. By slices along
    the last loss, each with the front of one dimension less: n log n for two losses, more for more.
    """
    inside = losses[(np.isfinite(losses) & (losses < reference)).all(axis=1)]
    if not len(inside):
        return 0.0
    if losses.shape[1] == 1:
        return float(reference[0] - inside[:, 0].min())
    points = inside[front(inside)]
    points = points[np.argsort(points[:, -1], kind="stable")]
    if losses.shape[1] == 2:
        lefts = np.minimum.accumulate(points[:, 0])
        tops = np.append(points[1:, 1], reference[1])
        return float(((reference[0] - lefts) * (tops - points[:, 1])).sum())
    tops = np.append(points[1:, -1], reference[-1])
    slices = (
        hypervolume(points[: i + 1, :-1], reference[:-1]) * (top - points[i, -1])
        for i, top in enumerate(tops)
    )
    return float(sum(slices))
