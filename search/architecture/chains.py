"""Networks whose layers follow one another: the small one that is always there, and MobileNets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import RELU, RELU6, Step, Steps, conv, norm
from search.architecture.reading import a_list, a_whole, an_object, check_fields, one_of

MOST_BLOCKS, WIDEST_BLOCK, WIDEST_HEAD = 40, 1024, 4096
"""Blocks of a chain, channels of a block or of the stem, and of the last convolution."""

CONV, DWCONV, MBCONV = "conv", "dwconv", "mbconv"
OPS = (MBCONV, CONV, DWCONV)
SKIPS = ("id", "pool", "zero")
SQUEEZES = (0, 0.25)
"""Of a block: what it does, what it adds of its input, and the width of squeeze and excitation by that of
its input. Tan et al., "MnasNet", 2019, section 4.1."""

WIDEST = 4
"""Layers are at most this many times as wide as the first."""


def chain_blueprint(
    shape: Shape, classes: int, *, layers: int, width: int, dropout: float
) -> Blueprint:
    """Map images of `shape`, being channels, height and width, to logits (classes,).

    Each layer convolves, normalises and rectifies; it is pooled and the next one doubled while the
    image is large enough, so that 8 x 8 digits and 96 x 96 photographs both work. The layers are
    named by their number.
    """
    steps: list[Step] = []
    channels, height, broad = shape
    side, wide = min(height, broad), width
    for _ in range(layers):
        steps += (conv(channels, wide, 3), norm(wide), RELU)
        channels = wide
        if side >= SMALLEST:
            steps.append(Step("max", {"kernel": 2, "stride": 2, "padding": 0}))
            side, wide = side // 2, min(2 * wide, WIDEST * width)
    steps += (Step("global_avg"), Step("flatten"), Step("dropout", {"share": dropout}))
    steps.append(Step("linear", {"inputs": channels, "outputs": classes}))
    draft, last = Draft(shape), INPUT
    for number, step in enumerate(steps):
        last = draft.add(str(number), step.kind, (last,), step.settings)
    return draft.finish()


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Stem, blocks and head of a chain in canonical form, or GenotypeError."""
    check_fields(document, "The genotype", ("v", "kind", "stem", "blocks"), ("head",))
    blocks = a_list(document["blocks"], 1, MOST_BLOCKS, "blocks")
    read = [_read_block(block, f"blocks: block {i + 1}") for i, block in enumerate(blocks)]
    a_whole(sum(block["n"] for block in read), 0, MOST_BLOCKS, "blocks: the sum of n")
    return {
        "stem": a_whole(document["stem"], 1, WIDEST_BLOCK, "stem"),
        "blocks": read,
        "head": a_whole(document.get("head", 0), 0, WIDEST_HEAD, "head"),
    }


def _read_block(given: Any, where: str) -> dict[str, Any]:
    block = an_object(given, where)
    expands = ("e",) if block.get("op") in (None, MBCONV) else ()
    check_fields(block, where, ("op", "k", "c", "n", "s", *expands), ("se", "skip"))
    read = {
        "op": one_of(block["op"], OPS, f"{where}: op"),
        "k": one_of(block["k"], (3, 5, 7), f"{where}: k"),
        "c": a_whole(block["c"], 1, WIDEST_BLOCK, f"{where}: c"),
        "n": a_whole(block["n"], 0, MOST_BLOCKS, f"{where}: n"),
        "s": one_of(block["s"], (1, 2), f"{where}: s"),
    }
    if expands:
        read["e"] = a_whole(block["e"], 1, 12, f"{where}: e")
    # What is usual is left out, so that it does not tell two texts apart.
    if block.get("se", 0) != 0:
        read["se"] = one_of(block["se"], SQUEEZES[1:], f"{where}: se")
    if one_of(block.get("skip", "id"), SKIPS, f"{where}: skip") != "id":
        read["skip"] = block["skip"]
    return read


def mobile_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `chain` of inverted residual blocks, for images of `shape` (C, H, W).

    Sandler et al., "MobileNetV2", 2018, table 2. Once the image is small its strides become 1.
    """
    draft, width = Draft(shape), document["stem"]
    last = draft.follow("stem", INPUT, _stage(shape[0], width, 3, _stride(shape, 2)))
    for number, block in enumerate(document["blocks"]):
        for repeat in range(block["n"]):
            stride = _stride(draft.shapes[last], 1 if repeat else block["s"])
            last = _block(draft, f"block{number}_{repeat}", last, block, stride)
    if document["head"]:
        steps = _stage(draft.shapes[last][0], document["head"], 1)
        last = draft.follow("head", last, steps)
    return draft.classify(last, classes, dropout)


def _block(draft: Draft, name: str, source: str, block: Mapping[str, Any], stride: int) -> str:
    """Expand, convolve each channel, project linearly, and add the input where it fits (section 3).

    A depthwise block is one that expands nothing; a plain convolution mixes all channels at once.
    """
    inputs, outputs, kernel = draft.shapes[source][0], block["c"], block["k"]
    squeezed = int(max(1, inputs * block.get("se", 0)))
    if block["op"] == CONV:
        last = draft.follow(name, source, _stage(inputs, outputs, kernel, stride))
        last = _excited(draft, name, last, squeezed) if "se" in block else last
        return _skipped(draft, name, source, last, block, stride)
    expand = block.get("e", 1)
    inner = expand * inputs
    steps: Steps = _stage(inputs, inner, 1) if expand > 1 else ()
    steps += _stage(inner, inner, kernel, stride, groups=inner)
    project = (conv(inner, outputs, 1), norm(outputs))
    if "se" in block:
        last = _excited(draft, name, draft.follow(name, source, steps), squeezed)
        last = draft.follow(f"{name}_project", last, project)
    else:
        last = draft.follow(name, source, steps + project)
    return _skipped(draft, name, source, last, block, stride)


def _excited(draft: Draft, name: str, state: str, squeezed: int) -> str:
    """Squeeze and excitation, Hu et al. 2018: every channel times a factor that all of them decide."""
    channels = draft.shapes[state][0]
    steps = (
        Step("global_avg"),
        Step("flatten"),
        Step("linear", {"inputs": channels, "outputs": squeezed}),
        RELU,
        Step("linear", {"inputs": squeezed, "outputs": channels}),
        Step("sigmoid"),
    )
    return draft.add(f"{name}_se", "scale", (state, draft.follow(f"{name}_squeeze", state, steps)))


def _skipped(
    draft: Draft, name: str, source: str, last: str, block: Mapping[str, Any], stride: int
) -> str:
    """Add what the block has read, as it is or pooled, where that fits."""
    skip = block.get("skip", "id")
    if skip == "pool" and draft.shapes[source][0] == draft.shapes[last][0]:
        pool = Step("avg", {"kernel": 3, "stride": stride, "padding": 1})
        source = draft.follow(f"{name}_pool", source, (pool,))
    fits = draft.shapes[last] == draft.shapes[source]
    return draft.add(name, "add", (source, last)) if fits and skip != "zero" else last


def _stage(inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1) -> Steps:
    return (conv(inputs, outputs, kernel, stride, groups=groups), norm(outputs), RELU6)


def _stride(shape: Shape, wanted: int) -> int:
    return wanted if min(shape[1:]) >= SMALLEST else 1
