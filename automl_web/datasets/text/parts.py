"""Which texts are for training, for validation and for the one test at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl_web.datasets.classes import too_many
from automl_web.datasets.parts import MINIMUM, SPLITS, TEST, TRAIN, VALIDATION
from automl_web.datasets.refusals.of_text import TooFewTextGroupsError, TooFewTextsError
from automl_web.datasets.text.items import Items, Numbers, column

LEFT_OUT = -1
_TRAIN, _TEST = SPLITS.index(TRAIN), SPLITS.index(TEST)

Flags = np.ndarray[Any, np.dtype[np.bool_]]


def drawn(
    items: Items,
    given: Sequence[str],
    shares: Mapping[str, float],
    tested: Numbers,
    *,
    once: bool = False,
) -> Numbers:
    """The part of each text, (N,), by its place in SPLITS; LEFT_OUT if it is in none.

    Parts that are `given` are kept as they are; what is missing is drawn from the training texts by
    their hashes, class by class: the same texts give the same parts, and neither copies nor a group
    ever lie in two. Texts whose origin is among `tested` are the test part again. With `once`, one
    copy of each text is kept, and none that is in the test part, too, but nothing leaves that part.
    Classes with fewer than MINIMUM different texts to train on are left out; raises TooFewTextsError
    if no two are left or one has nothing to train on, and TooFewTextGroupsError if one lies in too
    few groups.
    """
    part, labels = column(items.parts).copy(), column(items.labels)
    _leave_out_small(items, part, labels)
    units = _units(items)
    sizes = np.bincount(labels[part == _TRAIN], minlength=len(items.classes))
    if len(tested) and TEST not in given:
        again = np.isin(column(items.origins), tested)
        part[np.isin(units, units[again]) & (part == _TRAIN)] = _TEST
    has_test = bool((part == _TEST).any())
    missing = [p for p in (TEST, VALIDATION) if p not in given and not (p == TEST and has_test)]
    for left, name in zip(range(len(missing), 0, -1), missing, strict=True):
        _draw(items, part, units, name, np.rint(shares[name] * sizes), left)
    if once:
        part[_copies(items, part)] = LEFT_OUT
        if not np.isin(labels[part != LEFT_OUT], labels[part == _TRAIN]).all():
            raise TooFewTextsError(minimum=MINIMUM)
    return part


def thin(items: Items, part: Numbers, ratio: float) -> int:
    """Leave out what large classes have too much of to train on, by the order of hashes; how many texts."""
    trained = np.flatnonzero(part == _TRAIN)
    trained = trained[np.argsort(column(items.texts)[trained], kind="stable")]
    out = trained[too_many(column(items.labels)[trained], ratio)]
    part[out] = LEFT_OUT
    return len(out)


def _copies(items: Items, part: Numbers) -> Flags:
    """The texts outside of the test part that are there before in their class, or in that part."""
    pairs = items.pairs
    order = np.lexsort((part != _TEST, pairs))  # which keeps the order of those that are alike
    copies = np.zeros(len(part), dtype=bool)
    copies[order[1:]] = pairs[order[1:]] == pairs[order[:-1]]
    copies[part == _TEST] = False
    return copies


def _leave_out_small(items: Items, part: Numbers, labels: Numbers) -> None:
    here = part == _TRAIN
    pairs = np.unique(np.stack([labels[here], column(items.texts)[here]]), axis=1)
    different = np.bincount(pairs[0], minlength=len(items.classes))
    part[(different < MINIMUM)[labels]] = LEFT_OUT
    if np.count_nonzero(different >= MINIMUM) < 2:
        raise TooFewTextsError(minimum=MINIMUM)


def _units(items: Items) -> Numbers:
    """A number for all that must stay together, (N,): what shares a text or a group, however far."""
    texts = _ranks(column(items.texts))
    groups = column(items.groups)
    if not groups.any():
        return texts
    groups = np.where(groups == 0, -1 - texts, _ranks(groups))  # a text without one is its own
    groups, units = _ranks(groups), texts
    while True:
        joined = _least(_least(units, groups), texts)
        if np.array_equal(joined, units):
            return units
        units = joined


def _ranks(values: Numbers) -> Numbers:
    """Each value's place among the different ones."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _least(values: Numbers, groups: Numbers) -> Numbers:
    """For each place the least value in its group."""
    least = np.full(groups.max() + 1, len(values), dtype=np.int64)
    np.minimum.at(least, groups, values)
    return np.asarray(least[groups], dtype=np.int64)


def _draw(
    items: Items, part: Numbers, units: Numbers, name: str, wanted: Numbers, left: int
) -> None:
    """Move units from the training part into `name`, until each class has about what is wanted.

    So many parts are `left` to be drawn, this one among them, and each class must be in all.
    """
    free = np.flatnonzero(part == _TRAIN)
    _unit, first, inverse, counts = np.unique(
        units[free], return_index=True, return_inverse=True, return_counts=True
    )
    strata = column(items.labels)[free][first]
    taken = np.zeros(len(first), dtype=bool)
    for label in np.unique(strata):
        here = np.flatnonzero(strata == label)
        if len(here) <= left:
            name, minimum = items.classes[label][:200], left + 1
            raise TooFewTextGroupsError(name=name, count=len(here), minimum=minimum)
        reached = np.cumsum(counts[here])
        number = max(1, int(np.searchsorted(reached, wanted[label], side="right")))
        taken[here[: min(number, len(here) - left)]] = True
    part[free[taken[inverse]]] = SPLITS.index(name)
