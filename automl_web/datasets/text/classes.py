"""Texts with their classes: drawn into parts, and written as tokens, offsets and labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.datasets.parts import SPLITS, TEST, TRAIN
from automl_web.datasets.text.arrays import Growing
from automl_web.datasets.text.items import Items, Numbers, column
from automl_web.datasets.text.parts import LEFT_OUT, drawn, thin
from automl_web.datasets.text.units import unit_of_texts
from automl_web.datasets.text.vocabulary import Counts, Vocabulary
from automl_web.datasets.text.work import Meta, Outcome, Work, shortened
from search.training.text.meta import CLASSIFICATION

TESTED = "test-items.npy"
"""The origins of the test texts: so a version that mends this one finds them again."""

GUESSED_FROM = 500  # texts
SAMPLES, SAMPLE = 3, 300  # texts of each part that the page shows, and characters of each


@dataclass(frozen=True)
class Drawn:
    """Texts whose parts are known: for each part their places among `items`, in the arrays' order.

    So many were `thinned` out of the training part.
    """

    work: Work
    items: Items
    places: dict[str, Numbers]
    classes: list[str]
    given: list[str]
    thinned: int

    def labels(self, name: str) -> Numbers:
        """The classes of the texts of a part, by their numbers in `classes`."""
        number = {each: index for index, each in enumerate(self.classes)}
        table = np.array([number.get(each, LEFT_OUT) for each in self.items.classes])
        return np.asarray(table[column(self.items.labels)[self.places[name]]], dtype=np.int64)

    def pieces(self, name: str) -> Iterator[str]:
        """The texts of a part as they are learnt from."""
        for place in self.places[name]:
            text = self.text(int(place))
            yield text.lower() if self.work.choices.lowercase else text

    def text(self, place: int) -> str:
        return self.work.scratch.text(self.items.stretch(place))

    def size(self, *names: str) -> int:
        """Bytes of the texts of these parts."""
        sizes = np.diff(column(self.items.ends))
        return sum(int(sizes[self.places[name]].sum()) for name in names)

    def per_class(self, name: str) -> list[int]:
        """How many texts of each class a part has."""
        counts: list[int] = np.bincount(self.labels(name), minlength=len(self.classes)).tolist()
        return counts


def write(texts: Drawn) -> Outcome:
    """Write the arrays, and tell what is in them."""
    work, items = texts.work, texts.items
    vocabulary = _vocabulary(texts)
    meta = Meta(CLASSIFICATION, work.choices.lowercase, vocabulary, {}, texts.classes)
    digest, unknown = meta.new_digest(), dict[str, float]()
    done, total = texts.size(TRAIN), texts.size(TRAIN, *SPLITS)
    for name in SPLITS:
        pieces = work.told(texts.pieces(name), total, done)
        unknown[name] = _write_part(work.folder, name, pieces, vocabulary, digest)
        labels = texts.labels(name)
        with Growing(work.folder / f"{name}-labels.npy", np.int64) as file:
            digest.update(file.add(labels))
        meta.counts[name] = len(labels)
        done += texts.size(name)
    meta.write(work.folder)
    with Growing(work.folder / TESTED, np.int64) as file:
        file.add(column(items.origins)[texts.places[TEST]])
    facts = {
        **meta.facts(),
        "counts": meta.counts,
        "per_class": {name: texts.per_class(name) for name in SPLITS},
        "unknown": unknown,
        "given": texts.given,
        "samples": {name: _samples(texts, name) for name in SPLITS},
    }
    return Outcome(digest.hexdigest(), sum(meta.counts.values()), facts)


def divided(work: Work, items: Items, given: list[str]) -> Drawn:
    """The texts in parts; raises TooFewTextsError and TooFewTextGroupsError."""
    tested = earlier_origins(work.earlier)
    part = drawn(items, given, work.choices.shares, tested, once=work.choices.once)
    thinned = thin(items, part, work.choices.balance)
    labels = column(items.labels)
    used = set(np.unique(labels[part != LEFT_OUT]).tolist())
    classes = sorted(name for number, name in enumerate(items.classes) if number in used)
    rank = np.argsort(np.argsort(items.classes)) if items.classes else labels
    order = np.lexsort((column(items.origins), column(items.texts), rank[labels]))
    places = {name: order[part[order] == index] for index, name in enumerate(SPLITS)}
    return Drawn(work, items, places, classes, given, thinned)


def earlier_origins(folder: Path | None) -> Numbers:
    """The origins of the test texts of an earlier version; none if that had no such texts."""
    path = folder / TESTED if folder else None
    if path is None or not path.exists():
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.load(path), dtype=np.int64)


def _vocabulary(texts: Drawn) -> Vocabulary:
    places = texts.places[TRAIN]
    spread = places[:: max(1, len(places) // GUESSED_FROM)]
    sample = "".join(texts.text(int(place))[:SAMPLE] for place in spread)
    counts = Counts(texts.work.choices.unit or unit_of_texts(sample))
    for text in texts.work.told(texts.pieces(TRAIN), texts.size(TRAIN, *SPLITS)):
        counts.add(text)
    return Vocabulary.of(counts)


def _write_part(
    folder: Path, name: str, texts: Iterator[str], vocabulary: Vocabulary, digest: Any
) -> float:
    """Write the tokens of the texts one behind the other, int32 (T,), and where each begins and the last
    ends, int64 (N+1,); the share of tokens that is unknown."""
    unknown, ends = 0, [0]
    with Growing(folder / f"{name}-tokens.npy", np.int32) as file:
        for text in texts:
            numbers = vocabulary.numbers(text)
            unknown += int(np.count_nonzero(numbers == 0))
            digest.update(file.add(numbers))
            ends.append(file.length)
    with Growing(folder / f"{name}-offsets.npy", np.int64) as offsets:
        digest.update(offsets.add(np.array(ends)))
    return unknown / max(file.length, 1)


def _samples(texts: Drawn, name: str) -> list[dict[str, str]]:
    """Some texts of a part, spread over its classes."""
    places, labels = texts.places[name].tolist(), texts.labels(name).tolist()
    spread = np.linspace(0, len(places) - 1, min(SAMPLES, len(places))).astype(int)
    return [
        {"text": shortened(texts.text(places[at]), SAMPLE), "label": texts.classes[labels[at]]}
        for at in spread.tolist()
    ]
