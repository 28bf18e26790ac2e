"""Networks that grew unit by unit, in words: how many units and links they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext


def words(document: Mapping[str, Any]) -> list[str]:
    """One sentence."""
    on = sum(gene["on"] for gene in document["genes"])
    told = gettext(
        "Network of %(inputs)s inputs, the constant among them, %(outputs)s outputs, %(units)s units "
        "between them, %(on)s links, and %(off)s that are turned off."
    )
    counts = {name: len(document[name]) for name in ("inputs", "outputs")}
    off = len(document["genes"]) - on
    return [told % {**counts, "units": len(document["nodes"]), "on": on, "off": off}]
