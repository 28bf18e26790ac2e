"""Texts to be classified: each lies on the disk, and a few numbers of it in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from automl_web.datasets.classes import merged
from automl_web.datasets.parts import SPLITS, TRAIN
from automl_web.datasets.refusals.of_text import TooManyLabelsError, TooManyTextsError
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.scratch import CONTROLS, Scratch, Stretch

MOST_TEXTS = 1_000_000
"""In one upload: what is kept in memory of so many takes some 150 MB."""

MOST_CLASSES = 1_000
LONGEST = 2**16
"""Characters of a text; what comes behind is cut off, for no network here reads so far."""

Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Item:
    """A text on its way in: its name or number in the upload, and what tells it from others there."""

    name: str
    text: str
    label: str
    part: str = TRAIN
    group: str = ""
    origin: str = ""


@dataclass
class Items:
    """What is known of the texts, one number each a text; `classes` are named in the order of labels.

    `texts`, `origins` and `groups` are hashes: equal texts have equal ones.
    """

    names: list[str] = field(default_factory=list)
    ends: array[int] = field(default_factory=lambda: array("q", [0]))
    labels: array[int] = field(default_factory=lambda: array("i"))
    parts: array[int] = field(default_factory=lambda: array("b"))
    texts: array[int] = field(default_factory=lambda: array("q"))
    origins: array[int] = field(default_factory=lambda: array("q"))
    groups: array[int] = field(default_factory=lambda: array("q"))
    classes: list[str] = field(default_factory=list)
    empty: int = 0
    unlabelled: int = 0
    cut: int = 0
    ragged: int = 0

    def __len__(self) -> int:
        return len(self.names)

    @property
    def pairs(self) -> Numbers:
        """A number for each text with its class, (N,): equal where both are."""
        both = np.stack([column(self.texts), column(self.labels)])
        return np.asarray(np.unique(both, axis=1, return_inverse=True)[1], dtype=np.int64)

    def stretch(self, index: int) -> Stretch:
        """Where the text lies on the disk."""
        return Stretch(self.ends[index], self.ends[index + 1])


def gathered(found: Iterable[Item], scratch: Scratch, choices: Choices) -> Items:
    """Take in the texts, but those without words or a class, and those that are to be left out.

    Raises TooManyTextsError and TooManyLabelsError.
    """
    items = Items()
    numbers: dict[str, int] = {}
    for item in found:
        text, label = cleaned(item.text), merged(item.label.strip(), choices.merge)
        if item.name in choices.drop or label in choices.without:
            continue
        if not text or not label:
            items.empty += not text
            items.unlabelled += bool(text)
            continue
        items.cut += len(text) > LONGEST
        number = numbers.setdefault(label, len(numbers))
        _add(items, number, item, text[:LONGEST], scratch)
        if len(items) > MOST_TEXTS:
            raise TooManyTextsError(limit=MOST_TEXTS)
    if len(numbers) > MOST_CLASSES:
        raise TooManyLabelsError(count=len(numbers), limit=MOST_CLASSES)
    items.classes = list(numbers)
    return items


def _add(items: Items, number: int, item: Item, text: str, scratch: Scratch) -> None:
    scratch.add(text)
    items.names.append(item.name)
    items.ends.append(scratch.end)
    items.labels.append(number)
    items.parts.append(SPLITS.index(item.part))
    items.texts.append(hashed(text))
    items.origins.append(hashed(item.origin or text))
    items.groups.append(hashed(item.group) if item.group else 0)


def cleaned(text: str) -> str:
    """A text without control characters, and without spaces around it."""
    return CONTROLS.sub("", text).strip()


def hashed(text: str) -> int:
    """A number that other texts have not."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def column(values: array[int]) -> Numbers:
    """The numbers as an array."""
    return np.asarray(values, dtype=np.int64)
