"""What there is to say about a dataset: facts, and warnings that the page turns into sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.datasets.layout import SPLITS, TEST, Item, Layout
from automl_web.datasets.unreadable import DAMAGED, NOT_AN_IMAGE, NOT_IN_A_CLASS, TOO_LARGE

FEW_IMAGES = 50
IMBALANCE = 10
LONGEST_NAME = 40

Finding = list[Any]
"""A code and its values, as JSON."""


def facts_of(layout: Layout, order: dict[str, list[Item]], meta: dict[str, Any]) -> dict[str, Any]:
    """All that the page says, as JSON."""
    counts = {split: _per_class(order[split], meta["classes"]) for split in SPLITS}
    images = sum(len(items) for items in order.values())
    return {
        "classes": meta["classes"],
        "counts": counts,
        "channels": meta["channels"],
        "height": meta["height"],
        "width": meta["width"],
        "images": images,
        "bytes": images * meta["channels"] * meta["height"] * meta["width"],
        "given": list(layout.given),
        "skipped": {"count": layout.skipped, "first": layout.first_skipped},
        "warnings": [
            *_about_classes(counts, meta["classes"]),
            *_about_images(layout, meta),
            *_about_copies(order),
        ],
    }


def _per_class(items: list[Item], classes: list[str]) -> list[int]:
    counted = Counter(item.label for item in items)
    return [counted[name] for name in classes]


def _about_classes(counts: dict[str, list[int]], classes: list[str]) -> list[Finding]:
    sizes = dict(zip(classes, map(sum, zip(*counts.values(), strict=True)), strict=True))
    few = [name for name in classes if sizes[name] < FEW_IMAGES]
    found: list[Finding] = []
    if few:
        example = min(few, key=lambda name: sizes[name])
        values = {"count": len(few), "name": example, "images": sizes[example]}
        found.append(["few_images", {**values, "enough": FEW_IMAGES}])
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    if sizes[large] > IMBALANCE * sizes[small]:
        ratio = round(sizes[large] / sizes[small])
        found.append(["imbalance", {"large": large, "small": small, "ratio": ratio}])
    return found + _about_names(classes)


def _about_names(classes: list[str]) -> list[Finding]:
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for name in classes:
        plain = " ".join(name.split()).casefold()
        if not plain:
            found.append(["blank_name", {}])
        elif plain in seen:
            found.append(["similar_names", {"name": seen[plain], "other": name}])
        seen.setdefault(plain, name)
    return found


def _about_images(layout: Layout, meta: dict[str, Any]) -> list[Finding]:
    found: list[Finding] = []
    headers = [item.header for item in layout.items]
    sides = (meta["width"], meta["height"])
    resized = sum((h.width, h.height) != sides for h in headers)
    if resized:
        values = {"count": resized, "width": sides[0], "height": sides[1]}
        found.append(["resized", values])
    gray = sum(h.is_gray for h in headers)
    if 0 < gray < len(headers):
        found.append(["mixed_colours", {"gray": gray, "images": len(headers)}])
    moving = sum(h.is_moving for h in headers)
    if moving:
        found.append(["moving", {"count": moving}])
    if layout.skipped:
        found.append(["skipped", {"count": layout.skipped}])
    return found


def _about_copies(order: dict[str, list[Item]]) -> list[Finding]:
    """Images of the test part that the search also sees: they make the final score too good."""
    seen = {i.digest for split in SPLITS if split != TEST for i in order[split]}
    copies = sum(item.digest in seen for item in order[TEST])
    return [["copies_in_test", {"count": copies, "images": len(order[TEST])}]] if copies else []


def sentence_of(warning: Finding) -> str:
    """What a warning says to a person, in their language."""
    code, values = warning
    count = values.get("count", 0)
    sentences: dict[str, str] = {
        "few_images": ngettext(
            "Class “%(name)s” has %(images)s images. Below about %(enough)s the result will mostly "
            "be luck. Add images, merge it with another class, or go on.",
            "%(count)s classes have fewer than %(enough)s images; “%(name)s” has only %(images)s. "
            "For them the result will mostly be luck. Add images, merge classes, or go on.",
            count,
        ),
        "imbalance": _(
            "Class “%(large)s” has %(ratio)s times as many images as “%(small)s”. A model can look "
            "good by ignoring the small class. Add images to it, or look at it on its own."
        ),
        "resized": ngettext(
            "%(count)s image had another size and was brought to %(width)s by %(height)s pixels.",
            "%(count)s images had another size and were brought to %(width)s by %(height)s pixels.",
            count,
        ),
        "mixed_colours": _(
            "%(gray)s of %(images)s images are gray and the others coloured, so all are taken as "
            "coloured. If a class is mostly gray, the model may learn just that."
        ),
        "similar_names": _(
            "Classes “%(name)s” and “%(other)s” differ only in capitals or spaces. If they are one, "
            "give them one name and upload again."
        ),
        "blank_name": _(
            "One class has a name of spaces only, which nobody can see. Give it a name and upload "
            "again, or go on."
        ),
        "moving": ngettext(
            "%(count)s image moves; only its first picture was taken.",
            "%(count)s images move; only the first picture of each was taken.",
            count,
        ),
        "skipped": ngettext(
            "%(count)s file could not be used and was skipped. The others are fine.",
            "%(count)s files could not be used and were skipped. The others are fine.",
            count,
        ),
        "copies_in_test": ngettext(
            "%(count)s of %(images)s test images is also among those trained on, so the test "
            "score will be a little too good. Remove one of the two copies.",
            "%(count)s of %(images)s test images are also among those trained on, so the test "
            "score will be too good. Remove one of the two copies of each.",
            count,
        ),
    }
    return sentences[code] % _shortened(values)


def _shortened(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with long names cut, so that a sentence can still be read."""
    return {
        key: f"{value[:LONGEST_NAME]}…"
        if isinstance(value, str) and len(value) > LONGEST_NAME
        else value
        for key, value in values.items()
    }


def reason_of(reason: str) -> str:
    """Why a file was skipped, in the reader's language."""
    reasons = {
        DAMAGED: _("cannot be read: damaged, or not what its name says"),
        TOO_LARGE: _(
            "is too large: at most 50 million pixels, 64 MB as a file and 200 MB in memory"
        ),
        NOT_AN_IMAGE: _("is no PNG, JPEG, BMP, GIF or WebP image"),
        NOT_IN_A_CLASS: _("does not lie in a class folder"),
    }
    return reasons[reason]
