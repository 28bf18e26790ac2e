"""What the decoder is asked for, and what comes of it; told as JSON between two processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

READING, CHECKING = "reading", "checking"
"""What is done with the items: first they are prepared, then the Data Doctor looks at them."""

READING_TEXT, CHECKING_TEXT = "reading_text", "checking_text"
"""The same with one long text, of which kilobytes are counted."""


class Progress(Protocol):
    """Told how far it is, which it also is where that stands still, as a heartbeat."""

    def __call__(self, done: int, total: int, name: str, stage: str = READING, /) -> None:
        """`done` of `total` items; the one that comes next is called `name`."""


def in_silence(_done: int, _total: int, _name: str, _stage: str = READING, /) -> None:
    """Progress that nobody asked for."""


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
