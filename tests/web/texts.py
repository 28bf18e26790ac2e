"""Texts that any machine has: the documentation that comes with Python, as one text and as paragraphs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from pydoc_data.topics import topics

TOLD_APART = 4
SHORTEST = 60  # characters of a paragraph that says something

Labelled = tuple[str, str]
"""A text and its class."""


def running_text() -> str:
    """Some hundred kilobytes of English prose: Python's language reference."""
    return "\n\n".join(str(text) for text in topics.values())


def paragraphs(classes: int = TOLD_APART) -> list[Labelled]:
    """Some hundred different paragraphs of the longest chapters, each with the name of its chapter."""
    longest = sorted(topics, key=lambda name: -len(topics[name]))[:classes]
    found: dict[str, str] = {}
    for name in longest:
        for paragraph in str(topics[name]).split("\n\n"):
            if len(paragraph) >= SHORTEST:
                found.setdefault(" ".join(paragraph.split()), name)
    return list(found.items())


def table(rows: Iterable[Labelled], separator: str = ",") -> str:
    """The paragraphs as a table of texts and classes."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["text", "label"])
    writer.writerows(rows)
    return file.getvalue()


def written(path: Path, text: str, codec: str = "utf-8") -> Path:
    path.write_bytes(text.encode(codec))
    return path
