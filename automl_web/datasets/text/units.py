"""Whether a text is best taken as words or as characters, guessed from its length and script."""

from __future__ import annotations

import re

from search.training.text.meta import CHARACTERS, WORDS

LARGE = 5_000_000
"""Bytes of running text from which on words are learnt: below, most words are too rare to learn."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""

_MUCH = 0.3


def has_spaces(sample: str) -> bool:
    """Whether the script of a text parts words by spaces."""
    return len(_UNSPACED.findall(sample)) <= _MUCH * len(sample)


def unit_of_language(sample: str, size: int) -> str:
    """The unit for running text of so many bytes that begins so."""
    return WORDS if size >= LARGE and has_spaces(sample) else CHARACTERS


def unit_of_texts(sample: str) -> str:
    """The unit for texts that are told apart, of which this is a sample."""
    return WORDS if has_spaces(sample) else CHARACTERS
