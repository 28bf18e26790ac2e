"""Cutting one long text into parts: never shuffled, because what follows what is all there is to learn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from automl_web.datasets.parts import SPLITS, TEST, TRAIN, VALIDATION
from automl_web.datasets.text.scratch import Scratch, Stretch

WINDOW = 2**15
"""Bytes around the wanted place in which the end of a paragraph or line is looked for."""

_ENDS = (re.compile(rb"\n\n+"), re.compile(rb"\n"), re.compile(rb"[.!?] "), re.compile(rb" "))
"""What is cut at: the first of these that is there."""

Parts = dict[str, list[Stretch]]


@dataclass(frozen=True)
class Document:
    """A file of running text: its name, the part that its name says, where its text lies, and its hash."""

    name: str
    part: str
    stretch: Stretch
    digest: int


Places = Sequence[tuple[str, int, int]]
"""Stretches by the names of documents, and where in each they start and end."""


def cut(
    documents: Sequence[Document], scratch: Scratch, shares: Mapping[str, float], tested: Places
) -> Parts:
    """The stretches of each part; parts that came along are kept as they are.

    What is missing is cut from the end of the training text, at ends of paragraphs or lines, the test
    part last. `tested` is what was the test part of an earlier version, and is it again.
    """
    parts = {
        name: [d.stretch for d in documents if d.part == name and d.stretch.size] for name in SPLITS
    }
    whole = sum(stretch.size for stretch in parts[TRAIN])
    if not parts[TEST]:
        parts[TEST] = _found(documents, tested)
        parts[TRAIN] = _without(parts[TRAIN], parts[TEST])
    for name in (TEST, VALIDATION):
        if not parts[name]:
            size = round(shares[name] * whole)
            parts[TRAIN], parts[name] = _tail(parts[TRAIN], size, scratch)
    return parts


def places(documents: Sequence[Document], stretches: Iterable[Stretch]) -> Places:
    """Where the stretches lie in the documents."""
    return [
        (
            d.name,
            max(s.start, d.stretch.start) - d.stretch.start,
            min(s.end, d.stretch.end) - d.stretch.start,
        )
        for s in stretches
        for d in documents
        if s.start < d.stretch.end and d.stretch.start < s.end
    ]


def _found(documents: Sequence[Document], tested: Places) -> list[Stretch]:
    """The stretches of these places that lie in training documents."""
    starts = {d.name: d.stretch for d in documents if d.part == TRAIN}
    return [
        Stretch(starts[name].start + start, min(starts[name].start + end, starts[name].end))
        for name, start, end in tested
        if name in starts
    ]


def _without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    left = list(stretches)
    for out in taken:
        cuts = [
            (Stretch(s.start, min(s.end, out.start)), Stretch(max(s.start, out.end), s.end))
            for s in left
        ]
        left = [piece for pair in cuts for piece in pair if piece.end > piece.start]
    return left


def _tail(
    stretches: Sequence[Stretch], size: int, scratch: Scratch
) -> tuple[list[Stretch], list[Stretch]]:
    """The stretches without their last `size` bytes or so, and those."""
    before, tail = list(stretches), list[Stretch]()
    while before and size > 0:
        last = before.pop()
        if last.size <= size and before:
            tail.insert(0, last)
            size -= last.size
            continue
        middle = end_near(scratch, last, max(last.end - size, last.start + 1))
        before += [Stretch(last.start, middle)]
        tail = [Stretch(middle, last.end), *tail]
        break
    return before, [stretch for stretch in tail if stretch.size]


def end_near(scratch: Scratch, stretch: Stretch, wanted: int) -> int:
    """Where a paragraph, else a line, a sentence or a word ends that is near the wanted place."""
    reach = min(WINDOW, stretch.size // 20)
    start, end = max(stretch.start, wanted - reach), min(stretch.end, wanted + reach)
    around = scratch.raw(Stretch(start, end))
    for pattern in _ENDS:
        ends = [start + found.end() for found in pattern.finditer(around)]
        inner = [at for at in ends if stretch.start < at < stretch.end]
        if inner:
            return min(inner, key=lambda at: abs(at - wanted))
    return scratch.character_at(wanted)


def hash_of(scratch: Scratch, stretch: Stretch) -> int:
    """A number that documents with another text have not."""
    digest = blake2b(digest_size=8)
    for piece in scratch.read(stretch):
        digest.update(piece.encode())
    return int.from_bytes(digest.digest(), "little", signed=True)
