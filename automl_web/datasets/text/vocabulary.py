"""Which tokens count: those that the training part has often enough; all others are one, the unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from automl_web.datasets.refusals.of_text import EmptyTextError
from search.training.text.meta import CHARACTERS, WORDS
from search.training.text.tokens import UNKNOWN, WORD

MOST = {WORDS: 10_000, CHARACTERS: 4_000}
"""Of words as many as usual, because a language model weighs all of them at each word (Zaremba,
Sutskever and Vinyals, "Recurrent neural network regularization", 2014); of characters as many as a
Chinese newspaper has.
"""

MINIMUM = 2
"""A token that occurs once has taught nothing, and a part without unknowns would not teach them."""

FEWEST = 2
"""Tokens that it takes to say anything: one alone, such as a space, is always the next."""

COUNTED = 500_000
"""Different tokens that are counted at once, which takes some 100 MB; beyond, the rarest are forgotten
(as in Manku and Motwani, "Approximate frequency counts over data streams", 2002).
"""

CODES = 0x110000  # code points that there are in Unicode

Tokens = np.ndarray[Any, np.dtype[np.int32]]


class Counts:
    """How often each token of a text occurs that is told piece by piece."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self._counts: Counter[str] = Counter()

    def add(self, text: str) -> None:
        self._counts.update(text if self.unit == CHARACTERS else WORD.findall(text))
        while len(self._counts) > COUNTED:
            least = min(self._counts.values())
            self._counts = Counter({t: n for t, n in self._counts.items() if n > least})

    def most(self) -> Iterator[tuple[str, int]]:
        """Tokens and their numbers, the most frequent first, those of one number in their order."""
        yield from sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that count, the most frequent first behind the unknown, and how often each occurs."""

    unit: str
    tokens: tuple[str, ...]
    frequencies: tuple[int, ...]

    @classmethod
    def of(cls, counts: Counts) -> Vocabulary:
        """The tokens that were counted often enough; raises EmptyTextError if they say nothing."""
        often = ((token, n) for token, n in counts.most() if n >= MINIMUM and token != UNKNOWN)
        kept = list(islice(often, MOST[counts.unit] - 1))
        if len(kept) < FEWEST:
            raise EmptyTextError
        return cls(counts.unit, (UNKNOWN, *(t for t, _ in kept)), (0, *(n for _, n in kept)))

    def numbers(self, text: str) -> Tokens:
        """The numbers of the text's tokens, 0 for the unknown."""
        if self.unit == CHARACTERS:
            return self._of_codes[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)]
        found = WORD.findall(text)
        return np.fromiter((self._of_words.get(w, 0) for w in found), np.int32, len(found))

    @cached_property
    def _of_codes(self) -> Tokens:
        table = np.zeros(CODES, dtype=np.int32)
        table[[ord(token) for token in self.tokens]] = range(len(self.tokens))
        return table

    @cached_property
    def _of_words(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.tokens)}
