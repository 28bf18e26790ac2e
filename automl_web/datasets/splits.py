"""Which images are for training, for validation and for the one test at the end."""

from __future__ import annotations

from automl_web.datasets.layout import SPLITS, TEST, TRAIN, VALIDATION, Item, Layout
from automl_web.datasets.refusals import TooFewImagesError

CARVED = 0.15
"""The part of the training images of each class that becomes a split which did not come along."""

MINIMUM = 5
"""Different training images that a class needs, so that each split gets some."""


def carve(layout: Layout) -> dict[str, list[Item]]:
    """The items of each split by class and content; splits that were given are kept as they are.

    What is missing is carved from the training images by the order of their hashes: the same images
    give the same split, and copies of one image stay together. Raises TooFewImagesError.
    """
    missing = [split for split in (TEST, VALIDATION) if split not in layout.given]
    for label in layout.classes:
        _carve_class(layout, label, missing)
    order: dict[str, list[Item]] = {split: [] for split in SPLITS}
    for item in sorted(layout.items, key=lambda i: (i.label, i.digest)):
        order[item.split].append(item)
    return order


def _carve_class(layout: Layout, label: str, missing: list[str]) -> None:
    train = [i for i in layout.items if i.label == label and i.split == TRAIN]
    different = sorted({item.digest for item in train})
    if len(different) < MINIMUM:
        raise TooFewImagesError(name=label[:200], count=len(different), minimum=MINIMUM)
    size = max(1, round(CARVED * len(different)))
    target = {
        digest: split
        for number, split in enumerate(missing)
        for digest in different[number * size : (number + 1) * size]
    }
    for item in train:
        item.split = target.get(item.digest, TRAIN)
