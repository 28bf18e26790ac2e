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
            yield ", ".join([_block(block), *_beside(block)])


def _block(block: Mapping[str, Any]) -> str:
    """How many blocks of which kind."""
    if block["op"] == "conv":
        text = ngettext(
            "%(n)s convolution to %(c)s channels, %(k)s x %(k)s",
            "%(n)s convolutions to %(c)s channels, %(k)s x %(k)s",
            block["n"],
        )
    elif block["op"] == "dwconv":
        text = ngettext(
            "%(n)s depthwise convolution to %(c)s channels, %(k)s x %(k)s",
            "%(n)s depthwise convolutions to %(c)s channels, %(k)s x %(k)s",
            block["n"],
        )
    else:
        text = ngettext(
            "%(n)s inverted residual block to %(c)s channels, %(k)s x %(k)s, "
            "which expands %(e)s times",
            "%(n)s inverted residual blocks to %(c)s channels, %(k)s x %(k)s, "
            "which expand %(e)s times",
            block["n"],
        )
    return text % block


def _beside(block: Mapping[str, Any]) -> Iterator[str]:
    """What else is unusual of a block."""
    if "se" in block:
        yield gettext("with squeeze and excitation")
    if block.get("skip") == "pool":
        yield gettext("its input pooled and added")
    if block.get("skip") == "zero":
        yield gettext("its input not added")
