"""Which images are for training, for validation and for the one test at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

import numpy as np

from automl_web.datasets.classes import too_many
from automl_web.datasets.images.layout import MAX_CLASSES, Item, Layout
from automl_web.datasets.parts import MINIMUM, SHARES, SPLITS, TEST, TRAIN, VALIDATION
from automl_web.datasets.refusals.of_images import TooFewGroupsError, TooFewImagesError


class Unit:
    """Items that must not be torn apart: copies of one image, or all of one group.

    `key` is its place in the order by which parts are drawn: as good as chance, and always the same.
    """

    __slots__ = ("counts", "items", "key")  # there may be 200,000

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = tuple(items)
        alone = len(self.items) == 1
        labels = (item.label for item in self.items)
        self.counts = _one(self.items[0].label) if alone else dict(Counter(labels))
        self.key = min(map(_content, self.items))


@lru_cache(maxsize=MAX_CLASSES)
def _one(label: str) -> dict[str, int]:
    """The counts that all units of a single item share."""
    return {label: 1}


def _content(item: Item) -> tuple[bytes, str]:
    """What copies have in common."""
    return item.digest, item.label


def carve(
    layout: Layout,
    shares: Mapping[str, float] = SHARES,
    was_test: Callable[[Item], bool] | None = None,
) -> dict[str, list[Item]]:
    """The items of each split by class and content; splits that were given are kept as they are.

    What is missing is carved from the training images by the order of their hashes: the same images
    give the same split. Copies of one image stay together, and so do groups. `was_test` tells the
    items that were the test part of an earlier version and are it again.

    A person who groups the images wants no group in two parts more than the parts that were there:
    where one lies in two, all are drawn anew, and the layout says so.

    Classes with fewer than MINIMUM different images to train on are left out. Raises TooFewImagesError
    if no two others are there or the test part of the earlier version would change, and
    TooFewGroupsError where a class lies in too few groups.
    """
    _leave_out_small(layout, was_test)
    layout.drawn_anew &= TEST not in layout.given
    if was_test and TEST not in layout.given:
        for item in layout.items:
            if item.split == TRAIN and was_test(item):
                item.split = TEST
    if _torn(layout.items):
        layout.given, layout.drawn_anew = (), True
        for item in layout.items:
            item.split = TRAIN
    _draw_missing(layout, shares)
    order: dict[str, list[Item]] = {split: [] for split in SPLITS}
    for item in sorted(layout.items, key=lambda i: (i.label, i.digest, i.member.parts)):
        order[item.split].append(item)
    return order


def thin(layout: Layout, parts: dict[str, list[Item]], ratio: float) -> None:
    """Leave out what large classes have too much of to train on, and count it; the other parts stay."""
    trained = parts[TRAIN]
    number = {label: index for index, label in enumerate(layout.classes)}
    labels = np.fromiter((number[item.label] for item in trained), np.int64, len(trained))
    out = too_many(labels, ratio)
    layout.thinned = int(out.sum())
    if layout.thinned:
        parts[TRAIN] = [item for item, is_out in zip(trained, out, strict=True) if not is_out]
        layout.items = [item for split in SPLITS for item in parts[split]]


def _leave_out_small(layout: Layout, was_test: Callable[[Item], bool] | None) -> None:
    different: dict[str, set[bytes]] = {label: set() for label in layout.classes}
    for item in layout.items:
        if item.split == TRAIN:
            different[item.label].add(item.digest)
    layout.small = [label for label, found in different.items() if len(found) < MINIMUM]
    if not layout.small:
        return
    out = [item for item in layout.items if item.label in layout.small]
    if len(different) - len(layout.small) < 2 or (was_test and any(map(was_test, out))):
        name = max(layout.small, key=lambda label: (len(different[label]), label))
        count = len(different[name])
        raise TooFewImagesError(name=name[:200], count=count, minimum=MINIMUM)
    layout.items = [item for item in layout.items if item.label not in layout.small]


def _torn(items: Iterable[Item]) -> bool:
    """Whether a group lies in two parts."""
    parts: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.group:
            parts[item.group].add(item.split)
    return any(len(splits) > 1 for splits in parts.values())


def _draw_missing(layout: Layout, shares: Mapping[str, float]) -> None:
    """Draw the parts that were not given from what is there to train on."""
    missing = [split for split in (TEST, VALIDATION) if split not in layout.given]
    pool = [item for item in layout.items if item.split == TRAIN or item.split in missing]
    sizes = Counter(item.label for item in pool)
    free = [item for item in pool if item.split == TRAIN]
    units = sorted(_units(free), key=attrgetter("key"))
    for number, split in enumerate(missing):
        have = Counter(item.label for item in pool if item.split == split)
        target = {label: max(1, round(shares[split] * count)) for label, count in sizes.items()}
        draw = Draw(units, have, target, others=len(missing) - number)
        draw.give_each_class_one()
        if not have:  # else it is the part of an earlier version, which must not grow
            draw.fill()
        for unit in draw.taken.values():
            for item in unit.items:
                item.split = split
        units = draw.left


def _units(items: Sequence[Item]) -> list[Unit]:
    """What must stay together: what shares a group, or pixels and class, however far that reaches."""
    if not any(item.group for item in items):  # the usual case, with less memory
        ordered = sorted(items, key=_content)
        return [Unit(copies) for _key, copies in groupby(ordered, key=_content)]
    above: dict[object, object] = {}

    def top(name: object) -> object:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = name = above[higher]
        return name

    for item in items:
        above[top(_content(item))] = top(item.group or _content(item))
    together: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        together[top(_content(item))].append(item)
    return [Unit(members) for members in together.values()]


class Draw:
    """One part on its way: units are taken into it until each class has about its share.

    `units` are looked at in their order. `have` is what the part has already, `target` what it is to
    have, by class; so many `others` need a unit of each class after it.
    """

    def __init__(
        self, units: list[Unit], have: Mapping[str, int], target: Mapping[str, int], others: int
    ) -> None:
        self.taken: dict[int, Unit] = {}
        self._units, self._have, self._target, self._others = units, Counter(have), target, others
        self._of_class: dict[str, list[Unit]] = {label: [] for label in target}
        for unit in units:
            for label in unit.counts:
                self._of_class[label].append(unit)
        self._left_of = {label: len(found) for label, found in self._of_class.items()}

    @property
    def left(self) -> list[Unit]:
        return [unit for unit in self._units if id(unit) not in self.taken]

    def give_each_class_one(self) -> None:
        """Take for each class that has none the unit that fits best; raises TooFewGroupsError."""
        for label in sorted(self._target, key=lambda label: (self._left_of[label], label)):
            if self._have[label]:
                continue
            free = [unit for unit in self._of_class[label] if self._can_spare(unit)]
            if not free:
                count = len(self._of_class[label])
                raise TooFewGroupsError(name=label[:200], count=count, minimum=self._others + 1)
            self._take(min(free, key=self._worse))

    def fill(self) -> None:
        """Take what brings the classes nearer to their shares."""
        for unit in self._units:
            if self._worse(unit) < 0 and self._can_spare(unit):
                self._take(unit)

    def _can_spare(self, unit: Unit) -> bool:
        """Whether enough is left for the parts that come after, if this one takes the unit."""
        is_left = id(unit) not in self.taken
        return is_left and all(self._left_of[label] > self._others for label in unit.counts)

    def _worse(self, unit: Unit) -> int:
        """How much farther from the shares the part would be with the unit; below zero: nearer."""
        return sum(
            abs(self._have[label] + count - self._target[label])
            - abs(self._have[label] - self._target[label])
            for label, count in unit.counts.items()
        )

    def _take(self, unit: Unit) -> None:
        self.taken[id(unit)] = unit
        self._have.update(unit.counts)
        for label in unit.counts:
            self._left_of[label] -= 1
