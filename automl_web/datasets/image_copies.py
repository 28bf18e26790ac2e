"""What the Data Doctor finds of images that are the same, or nearly so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.datasets.findings import NOTE, SHOWN, WARNING, Finding, found, weight_of_seen
from automl_web.datasets.layout import TEST, TRAIN, VALIDATION, Item
from automl_web.datasets.likeness import Pixels, alike, keep_one, look_of
from automl_web.datasets.order import CHECKING, Progress

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


def about_copies(order: dict[str, list[Item]], folder: Path, progress: Progress) -> list[Finding]:
    """Images that are there more than once, exactly or nearly; their arrays lie in `folder`."""
    same: dict[bytes, list[Placed]] = defaultdict(list)
    for split in KEPT_FIRST:
        for index, item in enumerate(order[split]):
            same[item.digest].append(Placed(split, index, item))
    tested = len(order[TEST])
    return [*_exact(same.values(), tested), *_near(list(same.values()), tested, folder, progress)]


def _exact(groups: Iterable[list[Placed]], tested: int) -> list[Finding]:
    in_test, across, within = Copies(), Copies(), Copies()
    for group in groups:
        if len(group) == 1:
            continue
        test = [placed for placed in group if placed.split == TEST]
        seen = group[len(test) :]
        if test and seen:
            in_test.add(len(test), seen, [test[0], seen[0]])
        if len({placed.item.label for placed in seen}) > 1:
            across.add(len(seen), seen, seen[:4])
        elif len(seen) > 1:
            within.add(len(seen) - 1, seen[1:], seen[:4])
    return [
        *in_test.found("copies_in_test", weight_of_seen(in_test.count, tested), images=tested),
        *across.found("copies_across"),
        *within.found("copies"),
    ]


def _near(
    groups: list[list[Placed]], tested: int, folder: Path, progress: Progress
) -> list[Finding]:
    """Of each group of copies the first is compared; what is said of it is said of all."""
    firsts = [group[0] for group in groups]
    pairs, is_complete = alike(*_looks(firsts, folder, progress))
    is_test = np.array([placed.split == TEST for placed in firsts])
    number: dict[str, int] = {}  # of each class, because names may be long
    label = np.array([number.setdefault(p.item.label, len(number)) for p in firsts])
    first, second = pairs.T
    in_test, within = Copies(), Copies()
    known: set[int] = set()
    for test, seen in pairs[is_test[first] & ~is_test[second]].tolist():
        in_test.add(int(test not in known), groups[seen], [firsts[test], firsts[seen]])
        known.add(test)
    trained = pairs[~is_test[first] & (label[first] == label[second])]
    for left_out, stays in keep_one(trained, len(firsts)):
        within.add(len(groups[left_out]), groups[left_out], [firsts[stays], firsts[left_out]])
    return [
        *in_test.found("near_copies_in_test", weight_of_seen(in_test.count, tested), images=tested),
        *within.found("near_copies"),
        *([] if is_complete else [found("too_many_alike", NOTE)]),
    ]


def _looks(
    firsts: list[Placed], folder: Path, progress: Progress
) -> tuple[np.ndarray[Any, np.dtype[np.uint64]], Pixels]:
    """The hash and the small copy of each image."""
    wanted = {(placed.split, placed.index): number for number, placed in enumerate(firsts)}
    hashes = np.zeros(len(firsts), dtype=np.uint64)
    copies: list[bytes] = [b""] * len(firsts)
    done = 0
    for split in KEPT_FIRST:
        for index, pixels in enumerate(images_in(folder / f"{split}-images.npy")):
            number = wanted.get((split, index))
            if number is not None:
                progress(done, len(firsts), "", CHECKING)
                done += 1
                hashes[number], copies[number] = look_of(pixels)
    return hashes, np.frombuffer(b"".join(copies), dtype=np.uint8).reshape(len(firsts), -1)


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
