"""The classes of a table: merged and left out as a person chose, and without those that are too rare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from automl_web.datasets.classes import merged
from automl_web.datasets.parts import MINIMUM
from automl_web.datasets.refusals.of_tables import TooFewAnswersError
from automl_web.datasets.tables.target import CLASSIFICATION, Target


def chosen(target: Target, options: Mapping[str, Any]) -> Target:
    """The target with the classes that `options` merge, without those that they leave out."""
    if target.task != CLASSIFICATION:
        return target
    become = [merged(name, options.get("merge", {})) for name in target.classes]
    without = frozenset(options.get("without", ()))
    classes = [name for name in dict.fromkeys(become) if name not in without]
    return _with(target, classes, become)


def without_rare(target: Target, keep: np.ndarray) -> tuple[Target, list[str]]:
    """The target without the classes that have too few of the rows to `keep`, and their names.

    Raises TooFewAnswersError unless two have enough.
    """
    if target.task != CLASSIFICATION:
        return target, []
    counts = np.bincount(target.answers[keep], minlength=len(target.classes))
    enough = [name for name, count in zip(target.classes, counts, strict=True) if count >= MINIMUM]
    if len(enough) < 2:
        raise TooFewAnswersError(name=target.column.name, minimum=MINIMUM)
    return _with(target, enough, target.classes), [c for c in target.classes if c not in enough]


def _with(target: Target, classes: list[str], become: Sequence[str]) -> Target:
    """The target with these classes, of which its own `become` one each; rows of others are not known."""
    number = {name: index for index, name in enumerate(classes)}
    place = np.array([number.get(name, -1) for name in become])[target.answers]
    known = target.known & (place >= 0)
    return replace(target, classes=classes, answers=np.where(known, place, 0), known=known)
