"""What is known of a prepared dataset without opening its images; no torch here, pages read it too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Meta:
    """What `meta.json` says of a prepared folder; `mean` and `std` are per channel, of values in 0..1."""

    classes: tuple[str, ...]
    channels: int
    height: int
    width: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one image: channels, height and width."""
        return self.channels, self.height, self.width


@lru_cache(maxsize=16)
def meta(folder: Path) -> Meta:
    """Read the `meta.json` of a prepared folder, once a process: a version never changes."""
    document = json.loads((folder / "meta.json").read_text())
    return Meta(
        classes=tuple(document["classes"]),
        channels=document["channels"],
        height=document["height"],
        width=document["width"],
        mean=tuple(document["mean"]),
        std=tuple(document["std"]),
    )
