"""Cells in words: of each cell what its nodes add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from search.architecture.cells import CONCAT, combine_of, node_edges
from search.architecture.ops import OPS


def words(document: Mapping[str, Any]) -> list[str]:
    """A sentence a cell."""
    titles = {"normal": gettext("Normal cell"), "reduce": gettext("Reduction cell")}
    cells = document["cells"].items()
    return [f"{titles[name]}: {'; '.join(_nodes(cell))}." for name, cell in cells]


def _nodes(cell: Mapping[str, Any]) -> Iterator[str]:
    for number, node in enumerate(cell["nodes"], cell["inputs"]):
        joins = gettext("node %(node)s joins %(what)s")
        adds = gettext("node %(node)s adds %(what)s")
        yield (joins if combine_of(node) == CONCAT else adds) % {
            "node": number,
            "what": gettext(" and ").join(
                gettext("%(op)s of %(source)s") % {"op": gettext(OPS[op].title), "source": source}
                for op, source in node_edges(node)
            ),
        }
