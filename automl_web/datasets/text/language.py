"""Running text for a language model: cut into parts, and written as tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.datasets.parts import SPLITS, TEST, TRAIN
from automl_web.datasets.refusals.of_text import TooShortTextError
from automl_web.datasets.text.arrays import Growing
from automl_web.datasets.text.lines import Hashes, hashes_of, without
from automl_web.datasets.text.scratch import Stretch
from automl_web.datasets.text.stretches import Document, Parts, Places, cut, end_near, places
from automl_web.datasets.text.units import unit_of_language
from automl_web.datasets.text.vocabulary import Counts, Vocabulary
from automl_web.datasets.text.work import Meta, Outcome, Work, shortened
from search.training.text.meta import LANGUAGE

MINIMUM = 2_000
"""Bytes that there must be: less does not even fill a batch."""

LEAST = 100
"""Tokens that each part needs, once lines have been left out."""

TESTED = "items.json"
"""Where the test part lies, by documents: so a version that mends this one finds it again."""

SAMPLE = 600  # characters of each part that the page shows
GUESSED_FROM = 2**18  # bytes


@dataclass(frozen=True)
class Divided:
    """Running text whose parts are known, read as often as is needed."""

    work: Work
    documents: list[Document]
    parts: Parts

    def size(self, *names: str) -> int:
        """Bytes of these parts."""
        return sum(stretch.size for name in names for stretch in self.parts[name])

    def pieces(self, name: str) -> Iterator[str]:
        """The text of a part as it is learnt from; `once`, without lines of the test part."""
        if name == TRAIN and self.work.choices.once:
            return without(self._pieces(name), self._tested)
        return self._pieces(name)

    def _pieces(self, name: str) -> Iterator[str]:
        lowercase = self.work.choices.lowercase
        for stretch in self.parts[name]:
            for piece in self.work.scratch.read(stretch):
                yield piece.lower() if lowercase else piece

    @cached_property
    def _tested(self) -> Hashes:
        return hashes_of(self._pieces(TEST))

    @property
    def given(self) -> list[str]:
        """The parts that came along as files."""
        told = {document.part for document in self.documents}
        return [name for name in SPLITS if name in told and len(told) > 1]

    def beginning(self, name: str) -> str:
        """The beginning of a part, to guess from."""
        return self.work.scratch.text(self.parts[name][0], GUESSED_FROM)

    def sample(self, name: str) -> str:
        """Some text in the middle of a part: it begins with contents and notes, as often as not."""
        stretch = max(self.parts[name], key=lambda each: each.size)
        start = end_near(self.work.scratch, stretch, (stretch.start + stretch.end) // 2)
        text = self.work.scratch.text(Stretch(start, stretch.end), 4 * SAMPLE)
        return shortened(text.strip(), SAMPLE)


def divided(work: Work, documents: list[Document]) -> Divided:
    """The text in parts, none of which may be empty; raises TooShortTextError."""
    whole = sum(document.stretch.size for document in documents)
    tested = earlier_places(work.earlier)
    parts = cut(documents, work.scratch, work.choices.shares, tested) if whole >= MINIMUM else {}
    if not all(parts.get(name) for name in SPLITS):
        raise TooShortTextError(count=whole, minimum=MINIMUM)
    return Divided(work, documents, parts)


def write(text: Divided) -> Outcome:
    """Write the arrays, and tell what is in them."""
    work, documents = text.work, text.documents
    vocabulary = _vocabulary(text)
    meta = Meta(LANGUAGE, work.choices.lowercase, vocabulary, {})
    digest, unknown = meta.new_digest(), dict[str, float]()
    done, total = text.size(TRAIN), text.size(TRAIN, *SPLITS)
    for name in SPLITS:
        pieces = work.told(text.pieces(name), total, done)
        count, unknown[name] = write_tokens(work.folder, name, pieces, vocabulary, digest)
        meta.counts[name] = count
        done += text.size(name)
        if count < LEAST:
            raise TooShortTextError(count=count, minimum=LEAST)
    meta.write(work.folder)
    tested = json.dumps(places(documents, text.parts[TEST]), ensure_ascii=False)
    (work.folder / TESTED).write_text(tested, "utf-8")
    facts = {
        **meta.facts(),
        "counts": meta.counts,
        "unknown": unknown,
        "documents": len(documents),
        "given": text.given,
        "samples": {name: [{"text": text.sample(name)}] for name in SPLITS},
    }
    return Outcome(digest.hexdigest(), sum(meta.counts.values()), facts)


def earlier_places(folder: Path | None) -> Places:
    """What the test part of an earlier version was; nothing if that was not of running text."""
    path = folder / TESTED if folder else None
    if path is None or not path.exists():
        return []
    return [(name, start, end) for name, start, end in json.loads(path.read_text("utf-8"))]


def _vocabulary(text: Divided) -> Vocabulary:
    sample = text.beginning(TRAIN)
    unit = text.work.choices.unit or unit_of_language(sample, text.size(*SPLITS))
    counts = Counts(unit)
    for piece in text.work.told(text.pieces(TRAIN), text.size(TRAIN, *SPLITS)):
        counts.add(piece)
    return Vocabulary.of(counts)


def write_tokens(
    folder: Path, name: str, pieces: Iterator[str], vocabulary: Vocabulary, digest: Any
) -> tuple[int, float]:
    """Write the tokens of a part, int32 (T,), and add them to the digest.

    Returns how many they are, and the share of them that is unknown.
    """
    unknown = 0
    with Growing(folder / f"{name}-tokens.npy", np.int32) as file:
        for piece in pieces:
            numbers = vocabulary.numbers(piece)
            unknown += int(np.count_nonzero(numbers == 0))
            digest.update(file.add(numbers))
    digest.update(f"{name} {file.length}".encode())
    return file.length, unknown / max(file.length, 1)
