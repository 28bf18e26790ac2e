"""Text as tokens, words or characters, and back: the same in preparing data and in asking a model."""

from __future__ import annotations

import re
from collections.abc import Iterable

from search.training.text.meta import CHARACTERS, WORDS

UNKNOWN = "\ufffd"
"""What stands in a vocabulary for all that is not in it."""

_LETTER = (  # with the marks that scripts write on and between letters, which Python takes for none
    r"[\w\u0300-\u036f\u0591-\u05bd\u0610-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u200c\u200d]"
)
WORD = re.compile(
    rf"<\w+>|\d{{1,30}}(?:[.,]\d{{1,30}})+|\w{_LETTER}{{,63}}(?:['\u2019]{_LETTER}{{1,63}})?|[^\w\s]|\n"
)
"""A mark as `<unk>`, a number, a word, a punctuation mark, or the end of a line."""

NO_SPACE_BEFORE = re.compile(r" ([,.;:!?)\]}%”»…]|\n)")
NO_SPACE_AFTER = re.compile(r"([(\[{“«\n]) ")


def tokens(text: str, unit: str) -> list[str]:
    """The tokens of a text; those of unit `characters` are the text itself, one by one."""
    return list(text) if unit == CHARACTERS else WORD.findall(text)


def joined(parts: Iterable[str], unit: str) -> str:
    """Tokens as a text to read; of words, spaces stand where prose has them."""
    if unit != WORDS:
        return "".join(parts)
    text = NO_SPACE_BEFORE.sub(r"\1", " ".join(parts))
    return NO_SPACE_AFTER.sub(r"\1", text)
