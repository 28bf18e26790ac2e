"""From the paths in a zip to classes and splits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_web.datasets.archive import Member
from automl_web.datasets.images.decoding import Header
from automl_web.datasets.parts import SPLIT_FOLDERS, SPLITS, TRAIN
from automl_web.datasets.refusals.of_files import NestedZipError
from automl_web.datasets.refusals.of_images import NoImagesError, OneClassError, TooManyClassesError
from automl_web.datasets.unreadable import NOT_AN_IMAGE, NOT_IN_A_CLASS

MAX_CLASSES = 1_000
SHOWN = 20
"""Skipped files that are told by name; the others are only counted."""

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


NO_HEADER = Header(0, 0, is_gray=False)


@dataclass(slots=True)
class Item:
    """An image on its way into the arrays.

    Surveyed, it has its header; decoded, its pixels' hash and their place in the scratch file. Items
    of one `group`, if they have any, belong together: they must not lie in two parts.
    """

    member: Member
    split: str
    label: str
    group: str = ""
    header: Header = NO_HEADER
    digest: bytes = b""
    place: int = -1

    @property
    def id(self) -> str:
        """What options name it by: the same for all versions of one file, at whatever size."""
        return hashlib.blake2b(self.member.name.encode(), digest_size=8).hexdigest()


@dataclass
class Layout:
    """The images found, the splits that came along, how many files were skipped, and the first of them.

    `drawn_anew` says that the parts were drawn although some were there. Where a list in the zip
    gives the classes, they stand in its column `label`, and as many lines as there are
    `contradictions` say of an image what another line does not; `contradicted` has the ids of those
    images. `small` are the classes that had too few images, and `thinned` counts what large ones had
    too much of. `listed` tells of the list, and `groupings` how the images could be grouped, both as
    JSON.
    """

    items: list[Item] = field(default_factory=list)
    given: tuple[str, ...] = ()
    drawn_anew: bool = False
    skipped: int = 0
    first_skipped: list[tuple[str, str]] = field(default_factory=list)
    label: str = ""
    contradictions: int = 0
    contradicted: dict[str, None] = field(default_factory=dict)
    small: list[str] = field(default_factory=list)
    thinned: int = 0
    listed: dict[str, Any] = field(default_factory=dict)
    groupings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return sorted({item.label for item in self.items})

    def skip(self, member: Member, reason: str) -> None:
        self.skipped += 1
        if len(self.first_skipped) < SHOWN:
            self.first_skipped.append((member.name, reason))


def arrange(members: Sequence[Member]) -> Layout:
    """Sort images into classes and splits; raises a ContentError if there are no two classes."""
    depth = _wrapping([m.parts for m in members if looks_like_an_image(m)])
    has_splits = _has_splits([m.parts[depth:] for m in members if looks_like_an_image(m)])
    layout = Layout()
    for member in members:
        _place(layout, member, member.parts[depth:], has_splits)
    _check(layout, members)
    if has_splits:
        layout.given = tuple(s for s in SPLITS if any(i.split == s for i in layout.items))
    return layout


def looks_like_an_image(member: Member) -> bool:
    return member.parts[-1].lower().endswith(IMAGE_ENDINGS)


def _wrapping(paths: list[tuple[str, ...]]) -> int:
    """How many folders wrap everything: those that all images share and that still hold folders."""
    depth = 0
    while True:
        inside = [path for path in paths if len(path) > depth + 1]
        shared = {path[depth] for path in inside}
        deeper = any(len(path) > depth + 2 for path in inside)
        if len(shared) != 1 or not deeper or shared.pop().lower() in SPLIT_FOLDERS:
            return depth
        depth += 1


def _has_splits(paths: list[tuple[str, ...]]) -> bool:
    """Whether the top folders are splits: one of them is for training, and it holds folders."""
    return any(len(path) > 2 and SPLIT_FOLDERS.get(path[0].lower()) == TRAIN for path in paths)


def _place(layout: Layout, member: Member, path: tuple[str, ...], has_splits: bool) -> None:
    split: str | None = TRAIN
    if has_splits:
        split, path = SPLIT_FOLDERS.get(path[0].lower() if path else ""), path[1:]
    if not looks_like_an_image(member):
        if len(path) > 1:  # a list or a read-me beside the class folders needs no word
            layout.skip(member, NOT_AN_IMAGE)
    elif split is None or len(path) < 2:
        layout.skip(member, NOT_IN_A_CLASS)
    else:
        layout.items.append(Item(member, split, path[0]))


def _check(layout: Layout, members: Sequence[Member]) -> None:
    if not layout.items:
        for member in members:
            if member.parts[-1].lower().endswith(".zip"):
                raise NestedZipError(name=member.name[:200])
        raise NoImagesError
    check_classes(layout.classes)


def check_classes(classes: list[str]) -> None:
    if not classes:
        raise NoImagesError
    if len(classes) == 1:
        raise OneClassError(name=classes[0][:200])
    if len(classes) > MAX_CLASSES:
        raise TooManyClassesError(count=len(classes), limit=MAX_CLASSES)
