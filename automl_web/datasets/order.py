"""What the decoder is asked for, and what comes of it; told as JSON between two processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

Progress = Callable[[int, int, str], None]
"""Told how many of how many items are read, and the name of the one that comes next.

Also called where that stands still, as a heartbeat.
"""


@dataclass(frozen=True)
class Order:
    """Prepare the file at `upload`, which was called `name`, into `folder`.

    `kind` is the kind of data, empty if it has to be recognised; `options` are those of the kind.
    `earlier` is the folder of the version that this one mends: its test part stays the test part.
    """

    upload: Path
    folder: Path
    name: str = ""
    kind: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    earlier: Path | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        document = json.loads(text)
        for name in ("upload", "folder", "earlier"):
            document[name] = Path(document[name]) if document[name] else None
        return cls(**document)


@dataclass(frozen=True)
class Prepared:
    """What came of a file: the hash of its content, how many items, what there is to say, the kind."""

    digest: str
    items: int
    facts: dict[str, Any]
    kind: str = "images"
