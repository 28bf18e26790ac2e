"""What the Data Doctor finds in images."""

from __future__ import annotations

from collections import Counter
from typing import Any

from automl_web.datasets.findings import NOTE, Finding, found
from automl_web.datasets.layout import SPLITS, TEST, Item, Layout

FEW_IMAGES = 50
IMBALANCE = 10


def facts_of(layout: Layout, order: dict[str, list[Item]], meta: dict[str, Any]) -> dict[str, Any]:
    """All that the page says, as JSON."""
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
        "findings": findings_of(layout, order, meta),
    }


def findings_of(
    layout: Layout, order: dict[str, list[Item]], meta: dict[str, Any]
) -> list[Finding]:
    """All findings in the images of `layout`, which lie in the arrays as `order` says."""
    counts = {split: _per_class(order[split], meta["classes"]) for split in SPLITS}
    return [
        *_about_classes(counts, meta["classes"]),
        *_about_images(layout, meta),
        *_about_copies(order),
    ]


def _per_class(items: list[Item], classes: list[str]) -> list[int]:
    counted = Counter(item.label for item in items)
    return [counted[name] for name in classes]


def _about_classes(counts: dict[str, list[int]], classes: list[str]) -> list[Finding]:
    sizes = dict(zip(classes, map(sum, zip(*counts.values(), strict=True)), strict=True))
    few = [name for name in classes if sizes[name] < FEW_IMAGES]
    findings: list[Finding] = []
    if few:
        example = min(few, key=lambda name: sizes[name])
        values = {"count": len(few), "name": example, "images": sizes[example]}
        findings.append(found("few_images", **values, enough=FEW_IMAGES))
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    if sizes[large] > IMBALANCE * sizes[small]:
        ratio = round(sizes[large] / sizes[small])
        findings.append(found("imbalance", large=large, small=small, ratio=ratio))
    return findings + _about_names(classes)


def _about_names(classes: list[str]) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for name in classes:
        plain = " ".join(name.split()).casefold()
        if not plain:
            findings.append(found("blank_name"))
        elif plain in seen:
            findings.append(found("similar_names", name=seen[plain], other=name))
        seen.setdefault(plain, name)
    return findings


def _about_images(layout: Layout, meta: dict[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    headers = [item.header for item in layout.items]
    sides = (meta["width"], meta["height"])
    resized = sum((h.width, h.height) != sides for h in headers)
    if resized:
        findings.append(found("resized", NOTE, count=resized, width=sides[0], height=sides[1]))
    gray = sum(h.is_gray for h in headers)
    if 0 < gray < len(headers):
        findings.append(found("mixed_colours", gray=gray, images=len(headers)))
    moving = sum(h.is_moving for h in headers)
    if moving:
        findings.append(found("moving", NOTE, count=moving))
    if layout.skipped:
        findings.append(found("skipped", count=layout.skipped))
    return findings


def _about_copies(order: dict[str, list[Item]]) -> list[Finding]:
    """Images of the test part that the search also sees: they make the final score too good."""
    seen = {i.digest for split in SPLITS if split != TEST for i in order[split]}
    copies = sum(item.digest in seen for item in order[TEST])
    if not copies:
        return []
    return [found("copies_in_test", count=copies, images=len(order[TEST]))]
