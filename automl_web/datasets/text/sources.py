"""The files of text in an upload: what each is for, by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from automl_web.datasets.archive import Member
from automl_web.datasets.kinds.text import ENDINGS
from automl_web.datasets.parts import MINIMUM, SPLIT_FOLDERS, TRAIN

_DIGITS = re.compile(r"(\d+)")
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Source:
    """A file of text in a zip, with the part of the data that its name says, if any, and its class."""

    member: Member
    part: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        return self.member.name


def sources_of(members: Sequence[Member], endings: tuple[str, ...] = ENDINGS) -> list[Source]:
    """The files with such endings, in the order of their names, chapter 2 before chapter 10."""
    kept = (member for member in members if member.name.lower().endswith(endings))
    members = sorted(kept, key=lambda member: _natural(member.name))
    depth = _wrapping([member.parts for member in members])
    inner = [member.parts[depth:] for member in members]
    if any(len(path) > 1 and _part(path[0]) == TRAIN for path in inner):
        return [
            Source(member, _part(path[0]), path[1] if len(path) > 2 else "")
            for member, path in zip(members, inner, strict=True)
        ]
    return [
        Source(member, label=path[0] if len(path) > 1 else "")
        for member, path in zip(members, inner, strict=True)
    ]


def has_classes(sources: Sequence[Source]) -> bool:
    """Whether folders seem to be classes: there are some, with enough files in each of two."""
    counted = Counter(source.label for source in sources if source.label)
    large = [label for label, files in counted.items() if files >= MINIMUM]
    return len(large) > 1 and counted.total() > len(sources) / 2


def with_parts(sources: Sequence[Source]) -> list[Source]:
    """The sources with the parts that the names of files say, as of train.txt and valid.txt.

    Unless there are one to train on and another, all are of the training part.
    """
    told = [replace(s, part=s.part or _part_of_file(s.member.parts[-1])) for s in sources]
    parts = {source.part for source in told} - {""}
    if TRAIN in parts and len(parts) > 1:
        return told
    return [replace(source, part=TRAIN) for source in sources]


def _part(folder: str) -> str:
    return SPLIT_FOLDERS.get(folder.lower(), "")


def _part_of_file(name: str) -> str:
    """The part that a word of the name means, as in `ptb.train.txt`; else none."""
    words = _LETTERS.findall(name.lower())
    return next((SPLIT_FOLDERS[word] for word in words if word in SPLIT_FOLDERS), "")


def _wrapping(paths: Sequence[tuple[str, ...]]) -> int:
    """How many folders wrap everything."""
    depth = 0
    while True:
        inside = {path[depth] for path in paths if len(path) > depth + 1}
        if len(inside) != 1 or any(len(path) == depth + 1 for path in paths):
            return depth
        if _part(next(iter(inside))):
            return depth
        depth += 1


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that orders numbers in names by their size."""
    parts = _DIGITS.split(name)
    return [(0, int(p), "") if n % 2 else (1, 0, p) for n, p in enumerate(parts)]
