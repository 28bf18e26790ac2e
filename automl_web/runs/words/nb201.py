"""Cells of six edges in words: the edges, and the network that they are stacked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from search.architecture.nb201 import EDGES
from search.architecture.ops import ACTIVATIONS, OPS


def words(document: Mapping[str, Any]) -> list[str]:
    """A sentence for the cell and one for the rest; edges that are zero are left out."""
    edge = gettext("%(op)s from node %(start)s to node %(end)s")
    edges = [
        edge % {"op": gettext(OPS[op].title), "start": start, "end": end}
        for op, (start, end) in zip(document["edges"], EDGES, strict=True)
        if op != "zero"
    ]
    network = gettext(
        "Network: %(N)s cells a stage, %(C)s channels at first, %(act)s, images divided by %(divide)s."
    )
    cell = f"{gettext('Cell')}: {'; '.join(edges) or gettext('no edges')}."
    activation = gettext(ACTIVATIONS[document["skeleton"]["act"]])
    return [cell, network % {**document["skeleton"], "act": activation}]
