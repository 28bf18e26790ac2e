"""Residual networks in words: the first convolution, and then group by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext


def words(document: Mapping[str, Any]) -> list[str]:
    """One sentence."""
    begin = gettext("Residual network: begins with %(stem)s channels")
    told = [begin % {"stem": document["stem"]}, *map(_group, document["groups"])]
    return [f"{'; '.join(told)}."]


def _group(group: Mapping[str, Any]) -> str:
    text = ngettext(
        "%(blocks)s block of %(c)s channels and %(branches)s branches",
        "%(blocks)s blocks of %(c)s channels and %(branches)s branches",
        group["blocks"],
    )
    return text % group
