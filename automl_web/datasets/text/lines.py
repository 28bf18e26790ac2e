"""Lines that come again: boilerplate within a text, and lines of the test part that are trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONG = 40
"""Characters of a line that does not come again by chance."""

OFTEN = 5
"""A long line that occurs so many times is boilerplate."""

COUNTED = 200_000
"""Different lines that are counted at once; beyond, those that occurred least are forgotten."""

CUT = 2**16
"""Characters after which a line is taken to end, whether it does or not."""


Hashes = frozenset[int]
"""Of lines; they hold within one process only."""


@dataclass(frozen=True)
class Repeated:
    """Lines that occur often, the most frequent first, and their share of the text's characters."""

    lines: list[str]
    share: float


def lines_of(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that are long, without the spaces around them."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from (line for each in whole if len(line := each.strip()) >= LONG)
        if len(rest) > CUT:
            rest = ""
    if len(rest.strip()) >= LONG:
        yield rest.strip()


def hashes_of(pieces: Iterable[str]) -> Hashes:
    """What the long lines of a text are known by."""
    return frozenset(map(hash, lines_of(pieces)))


def without(pieces: Iterable[str], lines: Hashes) -> Iterator[str]:
    """The text without long lines that are among these."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield "".join(f"{line}\n" for line in whole if not _is_among(line, lines))
        if len(rest) > CUT:
            yield rest
            rest = ""
    if not _is_among(rest, lines):
        yield rest


def _is_among(line: str, lines: Hashes) -> bool:
    plain = line.strip()
    return len(plain) >= LONG and hash(plain) in lines


def repeated(pieces: Iterable[str], characters: int) -> Repeated:
    """The boilerplate in a text of so many characters."""
    counts: Counter[str] = Counter()
    for line in lines_of(pieces):
        counts[line[:LONG]] += 1  # the rest may tell a page number
        while len(counts) > COUNTED:
            least = min(counts.values())
            counts = Counter({line: n for line, n in counts.items() if n > least})
    often = [(line, n) for line, n in counts.most_common() if n >= OFTEN]
    return Repeated([line for line, _n in often], sum(LONG * n for _line, n in often) / characters)


def seen_before(trained: Iterable[str], tested: Iterable[str]) -> tuple[int, int, list[str]]:
    """How many long lines of the test part are trained on, of how many, and some of them."""
    wanted = Counter(hash(line) for line in lines_of(tested))
    found: set[int] = set()
    some: list[str] = []
    for line in lines_of(trained):
        key = hash(line)
        if key in wanted and key not in found:
            found.add(key)
            if len(some) < OFTEN:
                some.append(line)
    return sum(wanted[key] for key in found), wanted.total(), some
