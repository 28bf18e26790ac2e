"""Classes of any data: those that became others, and those that have far more to train on than others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from automl_web.datasets.findings import NOTE, WARNING, Finding, found

IMBALANCE = 10
"""How many times as many items as the smallest class another may have to train on before it is told; the
fix thins it to so many."""

Labels = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def merged(label: str, merge: Mapping[str, str]) -> str:
    """The class that `label` has become part of, however many steps that takes."""
    seen: set[str] = set()
    while label in merge and label not in seen:
        seen.add(label)
        label = merge[label]
    return label


def too_many(labels: Labels, ratio: float) -> Flags:
    """Which items are more than `ratio` times those of the smallest class, bool (n,); none for 0.

    `labels` are the numbers of their classes, (n,), in the order in which items are to be kept.
    """
    counts = np.bincount(labels)
    most = ratio * counts[counts > 0].min(initial=len(labels)) if ratio else len(labels)
    order = np.argsort(labels, kind="stable")
    before = np.zeros(len(labels), dtype=np.int64)
    before[order] = np.arange(len(labels)) - np.searchsorted(labels[order], labels[order])
    return np.asarray(before >= most)


def about_balance(trained: Mapping[str, int], thinned: int) -> list[Finding]:
    """What is said of the numbers of items to train on, by class, of which so many were `thinned` out."""
    told = [found("thinned", NOTE, count=thinned)] if thinned else []
    sizes = Counter({name: count for name, count in trained.items() if count}).most_common()
    (large, most), (small, least) = sizes[0], sizes[-1]
    if most > IMBALANCE * least:
        values = {"large": large, "small": small, "ratio": round(most / least)}
        values["out"] = sum(max(0, count - IMBALANCE * least) for _name, count in sizes)
        examples = [f"{name}: {count}" for name, count in sizes]
        told.append(found("imbalance", WARNING, {"balance": IMBALANCE}, examples, **values))
    return told
