"""What the Data Doctor finds of images that are the same, or nearly so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.datasets.findings import NOTE, SHOWN, WARNING, Finding, found, weight_of_seen
from automl_web.datasets.images.layout import Item
from automl_web.datasets.images.likeness import Hashes, Pixels, alike, keep_one, look_of
from automl_web.datasets.order import CHECKING, Progress
from automl_web.datasets.parts import TEST, TRAIN, VALIDATION

KEPT_FIRST = (TEST, VALIDATION, TRAIN)
"""Of two copies the one in the part named first stays: the test part never changes."""

BATCH = 256


@dataclass(frozen=True, slots=True)
class Placed:
    """An image and its place in the arrays."""

    split: str
    index: int
    item: Item


@dataclass
class Copies:
    """Some images with a copy: how many, those that a fix leaves out, and examples."""

    count: int = 0
    drop: dict[str, None] = field(default_factory=dict)  # in order, each once
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, count: int, drop: Iterable[Placed], shown: Iterable[Placed]) -> None:
        self.count += count
        self.drop |= dict.fromkeys(placed.item.id for placed in drop)
        if len(self.examples) < SHOWN:
            self.examples.append(example_of(shown))

    def found(self, code: str, weight: str = WARNING, **values: Any) -> list[Finding]:
        """The finding, if there is one."""
        if not self.count:
            return []
        fix = {"drop": list(self.drop)} if self.drop else None
        return [found(code, weight, fix, self.examples, count=self.count, **values)]


def example_of(shown: Iterable[Placed]) -> dict[str, Any]:
    """Images that belong together, as an example of a finding."""
    some = list(shown)
    return {
        "items": [[placed.split, placed.index] for placed in some],
        "names": [placed.item.member.name[:200] for placed in some],
    }


class Crowd:
    """All images of a version, numbered in the order in which they are kept, as arrays.

    `kinds` has the same number for images with the same pixels, `firsts` the first of each kind. Arrays,
    because there may be as many images as the process has memory for.
    """

    def __init__(self, order: dict[str, list[Item]]) -> None:
        self.order = order
        self.tested = len(order[TEST])
        items = [item for split in KEPT_FIRST for item in order[split]]
        digests = (int.from_bytes(item.digest[:8]) for item in items)
        _, firsts, self.kinds = np.unique(
            np.fromiter(digests, np.uint64, len(items)), return_index=True, return_inverse=True
        )
        self.firsts = np.sort(firsts)
        number: dict[str, int] = {}  # of each class, because names may be long
        labels = (number.setdefault(item.label, len(number)) for item in items)
        self.labels = np.fromiter(labels, np.int64, len(items))
        self._by_kind = np.argsort(self.kinds, kind="stable")

    def at(self, number: int) -> Placed:
        for split in KEPT_FIRST:
            if number < len(self.order[split]):
                return Placed(split, number, self.order[split][number])
            number -= len(self.order[split])
        raise IndexError

    def copies_of(self, number: int) -> list[Placed]:
        """The images with the same pixels as this one, itself among them."""
        kind = self.kinds[number]
        first, end = np.searchsorted(self.kinds, (kind, kind + 1), sorter=self._by_kind)
        return [self.at(each) for each in self._by_kind[first:end].tolist()]

    def with_copies(self) -> Iterator[list[Placed]]:
        """The images that are there more than once, copies together."""
        counts = np.bincount(self.kinds)
        for number in self.firsts[counts[self.kinds[self.firsts]] > 1].tolist():
            yield self.copies_of(number)


def about_copies(order: dict[str, list[Item]], folder: Path, progress: Progress) -> list[Finding]:
    """Images that are there more than once, exactly or nearly; their arrays lie in `folder`."""
    crowd = Crowd(order)
    return [*_exact(crowd), *_near(crowd, folder, progress)]


def _exact(crowd: Crowd) -> list[Finding]:
    in_test, across, within, tested = Copies(), Copies(), Copies(), Copies()
    for group in crowd.with_copies():
        test = [placed for placed in group if placed.split == TEST]
        seen = group[len(test) :]
        if len(test) > 1:
            tested.add(len(test) - 1, [], test[:4])
        if test and seen:
            in_test.add(len(test), seen, [test[0], seen[0]])
        if len({placed.item.label for placed in seen}) > 1:
            across.add(len(seen), seen, seen[:4])
        elif len(seen) > 1:
            within.add(len(seen) - 1, seen[1:], seen[:4])
    weight = weight_of_seen(in_test.count, crowd.tested)
    return [
        *in_test.found("copies_in_test", weight, images=crowd.tested),
        *across.found("copies_across"),
        *within.found("copies"),
        *tested.found("copied_within_test", NOTE),
    ]


def _near(crowd: Crowd, folder: Path, progress: Progress) -> list[Finding]:
    """Of copies the first is compared; what is said of it is said of all."""
    found_pairs, is_complete = alike(*_looks(crowd, folder, progress))
    pairs = crowd.firsts[found_pairs]
    first, second = pairs.T
    in_test, within = Copies(), Copies()
    known: set[int] = set()
    for test, seen in pairs[(first < crowd.tested) & (second >= crowd.tested)].tolist():
        in_test.add(test not in known, crowd.copies_of(seen), [crowd.at(test), crowd.at(seen)])
        known.add(test)
    is_trained = (first >= crowd.tested) & (crowd.labels[first] == crowd.labels[second])
    for left_out, stays in keep_one(pairs[is_trained]):
        group = crowd.copies_of(left_out)
        within.add(len(group), group, [crowd.at(stays), crowd.at(left_out)])
    weight = weight_of_seen(in_test.count, crowd.tested)
    return [
        *in_test.found("near_copies_in_test", weight, images=crowd.tested),
        *within.found("near_copies"),
        *([] if is_complete else [found("too_many_alike", NOTE)]),
    ]


def _looks(crowd: Crowd, folder: Path, progress: Progress) -> tuple[Hashes, Pixels]:
    """The hash and the small copy of the first of each kind."""
    count = len(crowd.firsts)
    hashes = np.zeros(count, dtype=np.uint64)
    images = chain.from_iterable(images_in(folder / f"{s}-images.npy") for s in KEPT_FIRST)
    is_first = np.zeros(len(crowd.kinds), dtype=bool)
    is_first[crowd.firsts] = True
    small = bytearray()
    for done, pixels in enumerate(compress(images, is_first)):
        progress(done, count, "", CHECKING)
        hashes[done], copy = look_of(pixels)
        small += copy
    return hashes, np.frombuffer(small, dtype=np.uint8).reshape(count, -1)


def images_in(path: Path) -> Iterator[Pixels]:
    """The images of an array, uint8 (C, H, W), one after the other; not mapped, to save memory."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        (count, *shape), _order, _kind = np.lib.format.read_array_header_1_0(file)
        size = int(np.prod(shape))
        for start in range(0, count, BATCH):
            some = min(BATCH, count - start)
            batch = np.frombuffer(file.read(some * size), dtype=np.uint8)
            yield from batch.reshape(some, *shape)
