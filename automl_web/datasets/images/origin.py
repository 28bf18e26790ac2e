"""What there is to say of where labels and parts of images come from."""

from __future__ import annotations

from typing import Any

from automl_web.datasets.findings import NOTE, WARNING, Finding, found
from automl_web.datasets.images.layout import Layout
from automl_web.datasets.images.options import ImageOptions

MUCH = 0.05
"""The share of lines that name no image from which on a look is worth while."""


def origin_of(layout: Layout, options: ImageOptions) -> dict[str, Any]:
    """The list of labels, how the images are grouped and could be, and the shares of the parts; as JSON."""
    return {
        "listed": layout.listed,
        "group": options.group,
        "groups": len({item.group for item in layout.items if item.group}),
        "groupings": layout.groupings,
        "shares": dict(options.shares),
    }


def about_origin(layout: Layout) -> list[Finding]:
    """What the Data Doctor says of labels from a list, and of a test part that is another one now."""
    findings: list[Finding] = []
    listed = layout.listed
    if listed and listed["is_used"]:
        missing, file = listed["rows"] - listed["found"], listed["file"]
        if missing:
            weight = WARNING if missing > MUCH * listed["rows"] else NOTE
            values = {"count": missing, "rows": listed["rows"], "file": file}
            findings.append(found("unmatched_names", weight, **values, listed=listed["stranger"]))
        if layout.contradictions:
            findings.append(
                found(
                    "listed_twice",
                    WARNING,
                    {"drop": list(layout.contradicted)},
                    count=layout.contradictions,
                    file=file,
                )
            )
    if layout.drawn_anew:
        findings.append(found("drawn_anew", NOTE))
    return findings
