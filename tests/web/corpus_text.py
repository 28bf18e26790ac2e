"""Odd and hostile texts, and what becomes of each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.web.cases import BOMB, Case
from tests.web.hostile import image
from tests.web.hostile_zips import only, raw
from tests.web.texts import paragraphs, running_text, table

NO_TEXT = "This file is no plain text"
NOTHING = "There is no text to learn from"
TOO_SHORT = "This text is too short to learn from"

PROSE = running_text()[:150_000]
STICKS = "".join(
    f"a stick of {n} inches that is as long,{('long', 'short')[n % 2]}\n" for n in range(300)
).encode()


def taken(content: bytes, *warns: str, upload: str = "odd.txt") -> Case:
    return Case(raw(content), upload=upload, kind="text", warns=frozenset(warns))


def refused(content: bytes, says: str, upload: str = "odd.txt") -> Case:
    return Case(raw(content), says, upload=upload)


def unfolding(path: Path) -> Path:
    """A zip of some kilobytes that unpacks to 120 MB of zeros, named as texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(f"{number}.txt", bytes(10 * 2**20))
    return path


def rows(text: str) -> bytes:
    """A good table of texts, and behind it some more."""
    return (table(paragraphs()) + text).encode()


TEXTS: dict[str, Callable[[], Case]] = {
    "no byte by the name of txt": lambda: refused(b"", "This file is empty."),
    "every byte by the name of txt": lambda: refused(bytes(range(256)) * 99, NO_TEXT),
    "an image by the name of txt": lambda: refused(image(1, 64), NO_TEXT),
    "one letter a million times": lambda: refused(b"a" * 2**20, NOTHING),
    "a text with some zeros": lambda: taken(
        PROSE.replace("function", "func\0tion").encode(), "control_characters"
    ),
    "one line of prose without an end": lambda: taken(PROSE.replace("\n", " ").encode()),
    "one word of a megabyte": lambda: taken(b"abcdefgh" * 2**17 + b"\n", upload="odd.md"),
    "UTF-16 with a second mark inside": lambda: taken(
        PROSE[:70_000].encode("utf-16") + PROSE[70_000:].encode("utf-16"), "control_characters"
    ),
    "a text of Windows": lambda: taken(
        PROSE.replace("e", "é").encode("cp1252", "ignore"), "guessed_encoding"
    ),
    "a text that bears scripts and templates": lambda: taken(
        b"<script>alert(1)</script>{{ 7 * 7 }}{% debug %}%(name)s\n" * 4000,
        "lines_in_test",
        "boilerplate",
    ),
    "a text from right to left": lambda: taken(
        "\u202e\u05e9\u05dc\u05d5\u05dd, \u200f1 2 3.\n".encode() * 9999,
        "lines_as_rows",
    ),
    "a zip of texts that unfold a thousandfold": lambda: Case(unfolding, BOMB),
    "a zip of texts one of which is none": lambda: Case(
        only({"a.txt": PROSE.encode(), "b.txt": image(1, 64)}),
        kind="text",
        warns=frozenset({"skipped"}),
    ),
    "a table of formulas": lambda: taken(
        rows("".join(f"=cmd|' /C calc {n}'!A0 and so on,@SUM(A1)\n" for n in range(60))),
        "rows_as_texts",
        upload="odd.csv",
    ),
    "a table with a text of ten megabytes": lambda: taken(
        rows('"' + "many words " * 10**6 + '",types\n'),
        "cut_texts",
        "rows_as_texts",
        upload="odd.csv",
    ),
    "a table with a quote that is never closed": lambda: taken(
        b'text,label\n"a stick of 9 inches that is long,long\n' + STICKS,
        "unknown_tokens",
        "rows_as_texts",
        upload="odd.csv",
    ),
    "a table with zeros in it": lambda: taken(
        rows("a text with\0 zeros in it\0,types\n"), "rows_as_texts", upload="odd.csv"
    ),
}
