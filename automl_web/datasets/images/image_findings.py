"""What the Data Doctor finds in images, and the facts that their page tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from automl_web.datasets.classes import about_balance
from automl_web.datasets.findings import NOTE, WARNING, Finding, found
from automl_web.datasets.images.copies import Placed, about_copies, example_of
from automl_web.datasets.images.decoding import Header
from automl_web.datasets.images.layout import Item, Layout
from automl_web.datasets.order import Progress
from automl_web.datasets.parts import SPLITS, TRAIN

FEW_IMAGES = 50
ODD_RATIO = 2
"""How much wider or higher than the common image one is in its proportions."""

ODD_SIDE = 4
"""How much larger or smaller than the common image one is, by its longer side."""

RARE = 0.1
"""The share of all images up to which those of another size are odd ones, and not just mixed."""

UNNAMED = "unnamed"
"""What a class without a name is called by the fix."""

FEW_FILES = 3
"""Skipped files on the card; the page lists more of them further down."""

MUCH = 0.05
"""The share of skipped files from which on a look is worth while."""


def facts_of(
    layout: Layout,
    order: dict[str, list[Item]],
    meta: dict[str, Any],
    folder: Path,
    progress: Progress,
) -> dict[str, Any]:
    """All that the page says, as JSON; the arrays of `order` lie in `folder`."""
    counts = {split: _per_class(order[split], meta["classes"]) for split in SPLITS}
    images = sum(len(items) for items in order.values())
    return {
        "task": "classification",
        "classes": meta["classes"],
        "counts": counts,
        "channels": meta["channels"],
        "height": meta["height"],
        "width": meta["width"],
        "images": images,
        "bytes": images * meta["channels"] * meta["height"] * meta["width"],
        "given": list(layout.given),
        "skipped": {"count": layout.skipped, "first": layout.first_skipped},
        "findings": [
            *_about_skipped(layout),
            *about_copies(order, folder, progress),
            *_about_small_classes(order, layout.small),
            *about_balance(Counter(item.label for item in order[TRAIN]), layout.thinned),
            *_about_names(meta["classes"]),
            *_about_sizes(order, meta),
            *_about_colours(order, is_gray=meta["channels"] == 1),
            *_about_moving(order),
        ],
    }


def _per_class(items: list[Item], classes: list[str]) -> list[int]:
    counted = Counter(item.label for item in items)
    return [counted[name] for name in classes]


def _placed(order: dict[str, list[Item]]) -> Iterator[Placed]:
    """All images, one after the other: a list of them would take much of the memory there is."""
    return (Placed(s, index, item) for s in SPLITS for index, item in enumerate(order[s]))


def _about_skipped(layout: Layout) -> list[Finding]:
    if not layout.skipped:
        return []
    is_much = layout.skipped > MUCH * (layout.skipped + len(layout.items))
    examples = [
        {"file": name, "reason": reason} for name, reason in layout.first_skipped[:FEW_FILES]
    ]
    weight = WARNING if is_much else NOTE
    return [found("skipped", weight, examples=examples, count=layout.skipped)]


def _about_small_classes(order: dict[str, list[Item]], left_out: list[str]) -> Iterator[Finding]:
    """Classes with few images, and those that had so few that they were `left_out`."""
    if left_out:
        values = {"name": left_out[0], "classes": left_out}
        yield found(
            "small_classes_left_out", WARNING, None, left_out, count=len(left_out), **values
        )
    sizes = Counter(each.item.label for each in _placed(order))
    few = sorted((name for name in sizes if sizes[name] < FEW_IMAGES), key=sizes.__getitem__)
    if not few:
        return
    of_class: dict[str, list[Placed]] = {name: [] for name in few}
    for each in _placed(order):
        if each.item.label in of_class:
            of_class[each.item.label].append(each)
    small = [each for group in of_class.values() for each in group]
    others_will_do = len(sizes) - len(few) >= 2
    fix = {"drop": [each.item.id for each in small]} if others_will_do else None
    examples = (example_of(of_class[name][:4]) for name in few)
    named = {"name": few[0], "images": sizes[few[0]], "enough": FEW_IMAGES, "classes": few}
    yield found("few_images", WARNING, fix, examples, count=len(few), **named)


def _about_names(classes: list[str]) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for name in classes:
        plain = " ".join(name.split()).casefold()
        if not plain:
            fix = None if UNNAMED in classes else {"merge": {name: UNNAMED}}
            findings.append(found("blank_name", fix=fix, into=UNNAMED))
        elif plain in seen:
            fix = {"merge": {name: seen[plain]}} if len(classes) > 2 else None
            findings.append(found("similar_names", fix=fix, name=seen[plain], other=name))
        seen.setdefault(plain, name)
    return findings


def _about_sizes(order: dict[str, list[Item]], meta: dict[str, Any]) -> list[Finding]:
    headers = [item.header for split in SPLITS for item in order[split]]
    width = round(median(header.width for header in headers))
    height = round(median(header.height for header in headers))
    odd = [each for each in _placed(order) if _is_odd(each.item.header, width, height)]
    findings: list[Finding] = []
    if 0 < len(odd) <= RARE * len(headers):
        fix = {"drop": [each.item.id for each in odd]}
        values = {"count": len(odd), "width": width, "height": height}
        findings.append(found("outlying_sizes", WARNING, fix, map(_alone, odd), **values))
    sides = (meta["width"], meta["height"])
    others = sum((header.width, header.height) != sides for header in headers)
    if others:
        findings.append(found("resized", NOTE, count=others, width=sides[0], height=sides[1]))
    return findings


def _is_odd(header: Header, width: int, height: int) -> bool:
    proportions = (header.width / header.height) / (width / height)
    sides = max(header.width, header.height) / max(width, height)
    return not (1 / ODD_RATIO <= proportions <= ODD_RATIO and 1 / ODD_SIDE <= sides <= ODD_SIDE)


def _alone(placed: Placed) -> dict[str, Any]:
    return example_of([placed])


def _about_colours(order: dict[str, list[Item]], *, is_gray: bool) -> Iterator[Finding]:
    """Gray images among coloured ones, unless all are taken as gray."""
    gray = sum(each.item.header.is_gray for each in _placed(order))
    images = sum(map(len, order.values()))
    values = {"gray": gray, "images": images}
    if 0 < gray < images and not is_gray:
        examples = (_alone(each) for each in _placed(order) if each.item.header.is_gray)
        yield found("mixed_colours", WARNING, {"gray": True}, examples, **values)


def _about_moving(order: dict[str, list[Item]]) -> Iterator[Finding]:
    moving = [each.item.id for each in _placed(order) if each.item.header.is_moving]
    if moving:
        examples = (_alone(each) for each in _placed(order) if each.item.header.is_moving)
        yield found("moving", NOTE, {"drop": moving}, examples, count=len(moving))
