"""Networks of convolutions that read any layers before them. Zoph & Le, "Neural architecture search with
reinforcement learning", ICLR 2017, sections 3.1 to 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import RELU, conv, norm
from search.architecture.reading import (
    a_list,
    a_whole,
    an_object,
    check_fields,
    genotype_error,
    one_of,
)

MOST_LAYERS, MOST_FILTERS = 40, 512
SIDES, STRIDES = (1, 3, 5, 7), (1, 2, 3)
"""Heights and widths of a filter, and steps."""


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The layers in canonical form, what they read sorted, or GenotypeError."""
    check_fields(document, "The genotype", ("v", "kind", "layers"))
    listed = a_list(document["layers"], 1, MOST_LAYERS, "layers")
    return {"layers": [_layer(given, i) for i, given in enumerate(listed, start=1)]}


def _layer(given: Any, number: int) -> dict[str, Any]:
    where = f"Layer {number}"
    layer = an_object(given, where)
    check_fields(layer, where, ("kh", "kw", "f", "from"), ("s",))
    listed = a_list(layer["from"], 1, number, f"{where}: from")
    sources = [a_whole(i, 0, number - 1, f"{where}: from") for i in listed]
    if len(set(sources)) < len(sources):
        raise genotype_error("%(where)s reads a layer twice.", where=where)
    return {
        "kh": one_of(layer["kh"], SIDES, f"{where}: kh"),
        "kw": one_of(layer["kw"], SIDES, f"{where}: kw"),
        "f": a_whole(layer["f"], 1, MOST_FILTERS, f"{where}: f"),
        "s": one_of(layer.get("s", 1), STRIDES, f"{where}: s"),
        "from": sorted(sources),
    }


def macro_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `macro_dag` for images of `shape` (C, H, W), to logits (classes,).

    What a layer reads is joined channel by channel, smaller images with zeros around them; layers
    that no other reads are joined before the end (section 3.3). 0 is the image. Once an image is
    small, steps become 1.
    """
    draft, states = Draft(shape), [INPUT]
    for number, layer in enumerate(document["layers"], start=1):
        name = f"layer{number}"
        source = joined(draft, f"{name}_reads", [states[i] for i in layer["from"]])
        channels, *sides = draft.shapes[source]
        stride = layer["s"] if min(sides) >= SMALLEST else 1
        kernel = (layer["kh"], layer["kw"])
        steps = (conv(channels, layer["f"], kernel, stride), norm(layer["f"]), RELU)
        states.append(draft.follow(name, source, steps))
    used = {i for layer in document["layers"] for i in layer["from"]}
    loose = [state for i, state in enumerate(states) if i and i not in used]
    return draft.classify(joined(draft, "loose", loose), classes, dropout)


def joined(draft: Draft, name: str, states: Sequence[str]) -> str:
    """States side by side, channel by channel, each with zeros around it up to the largest."""
    if len(states) == 1:
        return states[0]
    shapes = [draft.shapes[state] for state in states]
    height, width = max(s[1] for s in shapes), max(s[2] for s in shapes)
    padded = []
    for place, (state, (_, high, wide)) in enumerate(zip(states, shapes, strict=True)):
        if (high, wide) == (height, width):
            padded.append(state)
            continue
        top, left = (height - high) // 2, (width - wide) // 2
        around = (left, width - wide - left, top, height - high - top)
        padded.append(draft.add(f"{name}_pad{place}", "pad", (state,), {"around": around}))
    return draft.add(name, "concat", padded)
