"""Chains in words: the stem, and then each block that is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext


def words(document: Mapping[str, Any]) -> list[str]:
    """One sentence."""
    begin = gettext("Chain of blocks: begins with %(stem)s channels")
    told = [begin % {"stem": document["stem"]}, *_blocks(document["blocks"])]
    if document["head"]:
        told.append(gettext("ends with %(head)s channels") % {"head": document["head"]})
    return [f"{'; '.join(told)}."]


def _blocks(blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block["n"]:
            text = ngettext(
                "%(n)s inverted residual block to %(c)s channels, %(k)s x %(k)s, "
                "which expands %(e)s times",
                "%(n)s inverted residual blocks to %(c)s channels, %(k)s x %(k)s, "
                "which expand %(e)s times",
                block["n"],
            )
            yield text % block
