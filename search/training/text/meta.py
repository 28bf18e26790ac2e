"""What is known of a prepared text without opening its tokens; no torch here, pages read it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGE, CLASSIFICATION = "language", "classification"
WORDS, CHARACTERS = "words", "characters"


@dataclass(frozen=True)
class Meta:
    """What `meta.json` says of a prepared folder; the first of the vocabulary stands for the unknown."""

    task: str
    unit: str
    vocabulary: tuple[str, ...]
    classes: tuple[str, ...]
    lowercase: bool

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Meta:
        return cls(
            task=document["task"],
            unit=document["unit"],
            vocabulary=tuple(document["vocabulary"]),
            classes=tuple(document["classes"]),
            lowercase=document["lowercase"],
        )


@lru_cache(maxsize=16)
def meta(folder: Path) -> Meta:
    """Read the `meta.json` of a prepared folder, once a process: a version never changes."""
    return Meta.of(json.loads((folder / "meta.json").read_text(encoding="utf-8")))
