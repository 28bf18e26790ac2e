"""In which letters a text from outside is written: what its bytes say, else the likeliest guess."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from automl_web.datasets.refusals.of_text import NotTextError

CHOICES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "iso8859-15": "Latin-9",
    "koi8-r": "KOI8-R",
    "shift_jis": "Shift JIS",
    "euc_kr": "EUC-KR",
    "gb18030": "GB 18030",
    "big5": "Big5",
}
"""The encodings that a person may choose among, by Python's names; a name is the same everywhere."""

GUESS = "cp1252"
"""What bytes are taken for that are no UTF-8: by far the most of such files are of Windows."""

HEAD_BYTES = 2**16
PIECE_CHARACTERS, PIECE_BYTES = 2**18, 2**20

_MARKS = (  # the longer first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BROKEN = "\ufffd"
"""What stands for a letter that cannot be read."""

_MENDED = 10
"""UTF-8 with one broken letter in so many that are not ASCII is still UTF-8."""

_NULS = 0.3
"""The share of NULs among every second byte that marks UTF-16 of a script with an alphabet."""


def encoding_of(pieces: Iterable[bytes]) -> str:
    """Python's name of the encoding of a file that comes in pieces; all of them are looked at.

    Raises NotTextError if the file is of bytes that are no text in any encoding known here.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    foreign = broken = 0
    for number, piece in enumerate(pieces):
        if number == 0 and (told := _told(piece[:HEAD_BYTES])):
            return told
        text = decoder.decode(piece)
        if not text.isascii():
            broken += text.count(BROKEN)
            foreign += len(text) - len(text.encode("ascii", "ignore"))
    cut_off = bool(decoder.decode(b"", final=True))
    return GUESS if (broken + cut_off) * _MENDED > foreign else "utf-8"


def _told(head: bytes) -> str:
    """What the first bytes say: a mark, or the NULs of UTF-16 without one; else nothing."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    even, odd = (2 * head[start::2].count(0) / max(len(head), 1) for start in (0, 1))
    if odd > _NULS > 2 * even:
        return "utf-16-le"
    if even > _NULS > 2 * odd:
        return "utf-16-be"
    if even + odd > _NULS:
        raise NotTextError
    return ""


def is_guess(codec: str) -> bool:
    """Whether nothing in a file says that it is of this encoding."""
    return codec == GUESS


def title(codec: str) -> str:
    """What people call it."""
    family = next((name for name in ("utf-8", "utf-16", "utf-32") if codec.startswith(name)), codec)
    return CHOICES.get(family, family.upper())


def opened(pieces: Iterable[bytes], codec: str) -> io.TextIOWrapper:
    """The text as a file, with every end of a line as a line feed, and what is broken as U+FFFD."""
    rest = iter(pieces)
    first = next(rest, b"")
    if codec == "utf-16" and not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le"  # which people mean who choose it for a file that does not tell
    file = io.BufferedReader(_Pieces(chain([first], rest)))
    return io.TextIOWrapper(file, codec, errors="replace")


def decoded(pieces: Iterable[bytes], codec: str) -> Iterator[str]:
    """The text, a piece at a time."""
    file = opened(pieces, codec)
    while text := file.read(PIECE_CHARACTERS):
        yield text


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """What is in a file, from its start."""
    file.seek(0)
    while piece := file.read(PIECE_BYTES):
        yield piece


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands in
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
