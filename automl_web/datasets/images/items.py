"""What is kept of the images of a version beside their pixels: their names, and which are the test part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from automl_web.datasets.images.copies import images_in
from automl_web.datasets.images.layout import Item
from automl_web.datasets.parts import TEST

FILE = "items.json"
NAME_LENGTH = 200

IsTest = Callable[[Item], bool]


def write_items(folder: Path, order: dict[str, list[Item]], share: float) -> None:
    """Write the names of the files in the order of the arrays, and the ids of the test items.

    `share` is the share of the test part that was asked for.
    """
    names = {split: [i.member.name[-NAME_LENGTH:] for i in items] for split, items in order.items()}
    document = {"share": share, "test": [item.id for item in order[TEST]], "names": names}
    (folder / FILE).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def earlier_test(folder: Path | None, share: float) -> IsTest | None:
    """Tells the items that were the test part of the version in `folder`, and are to be it again.

    None if there is no such version, or if another share of it is asked for now.
    """
    if folder is None:
        return None
    file = folder / FILE
    if not file.exists():  # prepared before names were kept: its pixels tell
        images = images_in(folder / f"{TEST}-images.npy")
        digests = {hashlib.sha256(image.tobytes()).digest() for image in images}
        return lambda item: item.digest in digests
    document = json.loads(file.read_text(encoding="utf-8"))
    ids = set(document["test"])
    return (lambda item: item.id in ids) if document["share"] == share else None
