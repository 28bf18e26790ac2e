"""One upload of text on its way: what is asked for, where it is worked, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automl_web.datasets.order import READING_TEXT, Progress
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.scratch import Scratch, last_space
from automl_web.datasets.text.vocabulary import Vocabulary

TELL_EVERY = 2**18  # bytes
SHOWN = 20
"""Skipped files that are told by name; the others are only counted."""


@dataclass
class Read:
    """How the files of an upload were read: how many, in which encodings, and which could not be."""

    files: int = 0
    codecs: list[str] = field(default_factory=list)
    controls: int = 0
    broken: int = 0
    skipped: int = 0
    first_skipped: list[tuple[str, str]] = field(default_factory=list)

    def skip(self, name: str, reason: str) -> None:
        self.skipped += 1
        if len(self.first_skipped) < SHOWN:
            self.first_skipped.append((name, reason))

    def took(self, codec: str) -> None:
        self.files += 1
        if codec not in self.codecs:
            self.codecs.append(codec)


@dataclass(frozen=True)
class Work:
    """`folder` becomes the version; `earlier` is that of the version which this one mends."""

    scratch: Scratch
    folder: Path
    choices: Choices
    progress: Progress
    earlier: Path | None
    read: Read = field(default_factory=Read)

    def told(
        self, pieces: Iterable[str], total: int, done: int = 0, stage: str = READING_TEXT
    ) -> Iterator[str]:
        """The pieces of a text; how far it is told as progress now and then, in kilobytes."""
        next_ = done
        for piece in pieces:
            if done >= next_:
                self.progress(done // 1024, max(total // 1024, 1), "", stage)
                next_ = done + TELL_EVERY
            done += len(piece.encode())
            yield piece


@dataclass(frozen=True)
class Outcome:
    """What was written: the hash of it, how many items, and what the page says."""

    digest: str
    items: int
    facts: dict[str, Any]


@dataclass
class Meta:
    """What `meta.json` says of the arrays beside it."""

    task: str
    lowercase: bool
    vocabulary: Vocabulary
    counts: dict[str, int]
    classes: list[str] = field(default_factory=list)

    def new_digest(self) -> Any:
        """The hash of what the numbers in the arrays mean, to which those are added."""
        meaning = [
            self.task,
            self.lowercase,
            self.vocabulary.unit,
            self.vocabulary.tokens,
            self.classes,
        ]
        return hashlib.sha256(json.dumps(meaning).encode())

    def write(self, folder: Path) -> None:
        document = {
            "kind": "text",
            "task": self.task,
            "unit": self.vocabulary.unit,
            "vocabulary": self.vocabulary.tokens,
            "classes": self.classes,
            "counts": self.counts,
            "lowercase": self.lowercase,
        }
        (folder / "meta.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")

    def facts(self) -> dict[str, Any]:
        """What the page says of it."""
        pairs = zip(self.vocabulary.tokens, self.vocabulary.frequencies, strict=True)
        return {
            "task": self.task,
            "classes": self.classes,
            "unit": self.vocabulary.unit,
            "lowercase": self.lowercase,
            "vocabulary": {
                "size": len(self.vocabulary.tokens) - 1,
                "has_capitals": any(t != t.lower() for t in self.vocabulary.tokens),
                "first": [pair for _, pair in zip(range(SHOWN + 1), pairs, strict=False)][1:],
            },
        }


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, which ends where a word does."""
    if len(text) <= most:
        return text
    return f"{text[: last_space(text[:most])].rstrip()}…"
