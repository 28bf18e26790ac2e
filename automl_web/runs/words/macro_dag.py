"""Convolutions that read any layers before them, in words: of each its filter, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext


def words(document: Mapping[str, Any]) -> list[str]:
    """One sentence."""
    told = gettext("Layers: %(what)s.")
    return [told % {"what": "; ".join(_layers(document["layers"]))}]


def _layers(layers: list[Mapping[str, Any]]) -> Iterator[str]:
    for number, layer in enumerate(layers, start=1):
        sources = gettext(" and ").join(
            str(source) if source else gettext("the image") for source in layer["from"]
        )
        text = gettext(
            "layer %(number)s has %(f)s filters of %(kh)s x %(kw)s with stride %(s)s and reads "
            "%(sources)s"
        )
        yield text % {**layer, "number": number, "sources": sources}
