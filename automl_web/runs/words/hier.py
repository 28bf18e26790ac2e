"""Motifs in words, level by level: of each motif what stands between its nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from search.architecture.hier import place_of
from search.architecture.ops import OPS


def words(document: Mapping[str, Any]) -> list[str]:
    """A sentence a motif."""
    title = gettext("Level %(level)s, motif %(motif)s of %(nodes)s nodes")
    return [
        (title % {"level": level["level"], "motif": place, "nodes": motif["n"]})
        + f": {'; '.join(_edges(motif)) or gettext('no edges')}."
        for level in document["levels"]
        for place, motif in enumerate(level["motifs"])
    ]


def _edges(motif: Mapping[str, Any]) -> Iterator[str]:
    for start, end, what in motif["edges"]:
        place = place_of(what)
        named = gettext(OPS[what].title) if place is None else gettext("motif %s") % place
        ends = {"start": start, "end": end, "what": named}
        yield gettext("%(what)s from node %(start)s to node %(end)s") % ends
