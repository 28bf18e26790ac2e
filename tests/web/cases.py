"""What becomes of an upload, and short ways to say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.hostile import image
from tests.web.hostile_zips import Entry, beside_honest, files

Maker = Callable[[Path], Path]

NOT_A_ZIP = "This is not a zip file."
ENDS_EARLY = "This zip file ends too early."
DAMAGED_ZIP = "This zip file is damaged"
POINTS_OUTSIDE = "a name that points outside of it"
TWICE = "twice, so it is unclear which one counts"
NO_IMAGE = "No image was found in class folders."
ONE_CLASS = "Only one class was found"
BOMB = "far larger than honest files of its size can be"
SPECIAL = "neither a file nor a folder"

DAMAGED, TOO_LARGE, NO_PICTURE = "damaged", "too_large", "not_an_image"


@dataclass(frozen=True)
class Case:
    """An upload; it is refused with a sentence that holds `says`, or taken if that is empty.

    Taken, it has `images` images, its warnings are among `warns`, and `skipped` was left out.
    `upload` is what the file is called, and `kind` what it is taken for.
    """

    make: Maker
    says: str = ""
    images: int = 40
    skipped: dict[str, str] = field(default_factory=dict)
    warns: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset({"cat", "dog"})
    upload: str = "odd.zip"
    kind: str = "images"


def refused(make: Maker, says: str) -> Case:
    return Case(make, says)


def skips(content: bytes, reason: str, name: str = "cat/odd.png") -> Case:
    """One file beside good images is left out for this reason."""
    return Case(files({name: content}), skipped={name: reason})


def takes(content: bytes, *warns: str, name: str = "cat/odd.png") -> Case:
    """One file beside good images is odd, and used."""
    return Case(files({name: content}), images=41, warns=frozenset(warns))


def named(*classes: str, warns: frozenset[str] = frozenset()) -> Case:
    """Classes of these names are taken as they are."""
    make = files({}, classes=classes)
    return Case(make, images=20 * len(classes), warns=warns, classes=frozenset(classes))


def points_outside(name: str) -> Case:
    return refused(beside_honest(Entry(name.encode(), image(1))), POINTS_OUTSIDE)
