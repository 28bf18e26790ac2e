"""Text on the disk, clean and in one encoding, so that none of it has to lie in memory."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from automl_web.datasets.encodings import BROKEN, decoded, encoding_of, pieces_of
from automl_web.datasets.refusals.of_text import NotTextError, TooMuchTextError

MOST_BYTES = 512 * 2**20
"""Of text in one upload: it is streamed, so that only patience and the disk set a limit."""

PIECE_BYTES = 2**20
TOLERATED = 50
"""One control character in so many is a slip; more of them, and the file is no text."""

CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the scratch file, in bytes."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read: where its text lies, its encoding, and what was mended in it."""

    stretch: Stretch
    codec: str
    controls: int = 0
    broken: int = 0


class Scratch:
    """A file of text in UTF-8 that grows at its end and is read anywhere."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.end = 0
        self._last = "\n"

    def add(self, text: str) -> None:
        content = text.encode()
        self._file.write(content)
        self.end += len(content)
        self._last = text[-1:] or self._last
        if self.end > MOST_BYTES:
            raise TooMuchTextError(limit=MOST_BYTES // 2**20)

    def close_line(self) -> None:
        """End the last line, so that what comes next does not go on in it."""
        if self._last != "\n":
            self.add("\n")

    def read(self, stretch: Stretch) -> Iterator[str]:
        """The text of a stretch, a piece at a time; pieces end where words do, if they ever do."""
        self._file.flush()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        for at in range(stretch.start, stretch.end, PIECE_BYTES):
            size = min(PIECE_BYTES, stretch.end - at)
            text = rest + decoder.decode(os.pread(self._file.fileno(), size, at))
            cut = len(text) if at + size == stretch.end else last_space(text)
            yield text[:cut]
            rest = text[cut:]

    def raw(self, stretch: Stretch) -> bytes:
        """The bytes of a short stretch."""
        self._file.flush()
        return os.pread(self._file.fileno(), stretch.size, stretch.start)

    def text(self, stretch: Stretch, most: int = PIECE_BYTES) -> str:
        """The first `most` bytes of a stretch as one text."""
        return self.raw(Stretch(stretch.start, min(stretch.end, stretch.start + most))).decode(
            errors="ignore"
        )

    def character_at(self, place: int) -> int:
        """Where a character begins, at this place or just behind it."""
        for byte in self.raw(Stretch(place, place + 4)):
            if byte & 0xC0 != 0x80:  # else it goes on with a character
                return place
            place += 1
        return place

    def take(self, file: BinaryIO, codec: str = "") -> Reading:
        """Add the text of a file; raises NotTextError if there is none in it."""
        codec = codec or encoding_of(pieces_of(file))
        start, characters, controls, broken = self.end, 0, 0, 0
        for text in decoded(pieces_of(file), codec):
            clean, left_out = CONTROLS.subn("", text)
            characters += len(text)
            controls += left_out
            broken += clean.count(BROKEN)
            self.add(clean)
        if controls * TOLERATED > characters:
            raise NotTextError
        return Reading(Stretch(start, self.end), codec, controls, broken)


def last_space(text: str) -> int:
    """Where the last word of a text begins; its end if it has no space."""
    at = max(text.rfind(" "), text.rfind("\n"), text.rfind("\t"))
    return at + 1 or len(text)


def decoded_text(content: bytes, codec: str, most: int) -> str:
    """The first `most` characters or so of a short file; raises NotTextError if it is no text."""
    text = next(decoded([content[: 4 * most]], codec), "")
    if len(CONTROLS.findall(text)) * TOLERATED > len(text):
        raise NotTextError
    return text[:most]
