"""Networks of motifs within motifs. Liu et al., "Hierarchical representations for efficient architecture
search", ICLR 2018, section 2: the motifs of a level are small graphs whose edges are motifs of the level
below, and those of level 1 are the operations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from search.architecture.blueprint import INPUT, SMALLEST, Blueprint, Draft, Shape
from search.architecture.ops import OPS, RELU, Step, Steps, conv, conv_norm, norm, steps_of
from search.architecture.reading import (
    a_list,
    a_whole,
    an_object,
    check_fields,
    genotype_error,
    one_of,
    shown,
)

Motif = Mapping[str, Any]
"""`n` nodes, 0 the source and n - 1 the sink, and its edges [i, j, what], i < j; other pairs have none."""

Levels = Sequence[Mapping[str, Any]]

MOST_LEVELS, MOST_MOTIFS, MOST_NODES, MOST_STACKED, MOST_CHANNELS = 4, 12, 12, 8, 512
"""Levels above the operations, motifs of a level, nodes of a motif, cells of a stage, first channels."""

MOST_OPERATIONS = 1500
"""In the whole network once every motif is written out: levels multiply."""

STEMS = ("conv3",)


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Levels and skeleton in canonical form, the edges sorted, or GenotypeError."""
    check_fields(document, "The genotype", ("v", "kind", "levels", "skeleton"))
    skeleton = _skeleton(document["skeleton"])
    levels: list[dict[str, Any]] = []
    for level, given in enumerate(a_list(document["levels"], 1, MOST_LEVELS, "levels"), start=2):
        below = len(levels[-1]["motifs"]) if levels else 0
        levels.append(_level(given, level, below))
    a_list(levels[-1]["motifs"], 1, 1, "The motifs of the highest level")
    stacked = skeleton["N"] * (skeleton["reductions"] + 1)
    if operations(levels) * stacked > MOST_OPERATIONS:
        raise genotype_error(
            "The network would have more than %(most)s operations.", most=MOST_OPERATIONS
        )
    return {"levels": levels, "skeleton": skeleton}


def _skeleton(given: Any) -> dict[str, Any]:
    skeleton = an_object(given, "skeleton")
    check_fields(skeleton, "skeleton", ("C", "N", "reductions"), ("stem",))
    return {
        "C": a_whole(skeleton["C"], 1, MOST_CHANNELS, "skeleton: C"),
        "N": a_whole(skeleton["N"], 1, MOST_STACKED, "skeleton: N"),
        "reductions": one_of(skeleton["reductions"], (0, 1, 2), "skeleton: reductions"),
        "stem": one_of(skeleton.get("stem", "conv3"), STEMS, "skeleton: stem"),
    }


def _level(given: Any, level: int, below: int) -> dict[str, Any]:
    where = f"Level {level}"
    fields = an_object(given, where)
    check_fields(fields, where, ("level", "motifs"))
    one_of(fields["level"], (level,), f"{where}: level")
    listed = a_list(fields["motifs"], 1, MOST_MOTIFS, f"{where}: motifs")
    motifs = [_motif(m, level, below, f"{where}, motif {i}") for i, m in enumerate(listed)]
    return {"level": level, "motifs": motifs}


def _motif(given: Any, level: int, below: int, where: str) -> dict[str, Any]:
    motif = an_object(given, where)
    check_fields(motif, where, ("n", "edges"))
    nodes = a_whole(motif["n"], 2, MOST_NODES, f"{where}: n")
    edges: dict[tuple[int, int], str] = {}
    for edge in a_list(motif["edges"], 0, nodes * (nodes - 1) // 2, f"{where}: edges"):
        start, end, what = a_list(edge, 3, 3, f"{where}: an edge")
        a_whole(end, 1, nodes - 1, f"{where}: the end of an edge")
        a_whole(start, 0, end - 1, f"{where}: the start of an edge")
        if (start, end) in edges:
            raise genotype_error("%(where)s has two edges between the same nodes.", where=where)
        edges[start, end] = _what(what, level, below, where)
    return {"n": nodes, "edges": [[i, j, what] for (i, j), what in sorted(edges.items())]}


def _what(given: Any, level: int, below: int, where: str) -> str:
    """The name of an operation, or of a motif of the level below."""
    known = choices(level, tuple(op for op in OPS if op != "zero"), below)
    if not isinstance(given, str) or given not in known:
        raise genotype_error(
            "%(where)s: an edge is an operation, or a motif of the level below, not %(given)s.",
            where=where,
            given=shown(given),
        )
    return given


def choices(level: int, ops: tuple[str, ...], below: int) -> tuple[str, ...]:
    """What an edge of a level may be: the operations, above them one of so many motifs."""
    return ops if level == 2 else tuple(f"m{level - 1}.{place}" for place in range(below))


def place_of(what: str) -> int | None:
    """Which motif of the level below an edge is; None for an operation."""
    found = re.fullmatch(r"m\d+\.(\d+)", what)
    return int(found[1]) if found else None


def operations(levels: Levels) -> int:
    """How many operations the highest motif has once all below it are written out."""
    counts: list[int] = []
    for level in levels:
        counts = [
            sum(1 if (p := place_of(what)) is None else counts[p] for _, _, what in m["edges"])
            for m in level["motifs"]
        ]
    return counts[0]


def live_edges(levels: Levels) -> list[list[list[tuple[int, int, str]]]]:
    """By level and motif the edges on a way from source to sink; of a motif without one there are none.

    An edge that is such a motif is none either.
    """
    found: list[list[list[tuple[int, int, str]]]] = []
    for level in levels:
        below = found[-1] if found else []
        found.append([_live(motif, below) for motif in level["motifs"]])
    return found


def _live(motif: Motif, below: Sequence[Sequence[Any]]) -> list[tuple[int, int, str]]:
    passing = [
        (i, j, what)
        for i, j, what in motif["edges"]
        if (place := place_of(what)) is None or below[place]
    ]
    reached, leading = {0}, {motif["n"] - 1}
    for i, j, _ in sorted(passing, key=lambda edge: edge[1]):
        if i in reached:
            reached.add(j)
    for i, j, _ in sorted(passing, key=lambda edge: -edge[0]):
        if j in leading:
            leading.add(i)
    return [(i, j, what) for i, j, what in passing if i in reached and j in leading]


def hier_blueprint(
    document: Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a parsed `hier` for images of `shape` (C, H, W), to logits (classes,).

    A convolution, then stages of cells, each cell the highest motif; between stages a separable
    convolution halves the image and doubles the channels. A cell without a way through gives zeros.
    """
    skeleton, draft, live = document["skeleton"], Draft(shape), live_edges(document["levels"])
    channels = skeleton["C"]
    last = draft.follow("stem", INPUT, (conv(shape[0], channels, 3), norm(channels)))
    for stage in range(skeleton["reductions"] + 1):
        if stage:
            stride = 2 if min(draft.shapes[last][1:]) >= SMALLEST else 1
            last = draft.follow(f"reduce{stage}", last, _reduced(channels, stride))
            channels *= 2
        for cell in range(skeleton["N"]):
            last = _motif_drawn(draft, f"cell{stage}_{cell}", live, len(live) - 1, 0, last)
    return draft.classify(last, classes, dropout)


def _reduced(channels: int, stride: int) -> Steps:
    depthwise = conv(channels, channels, 3, stride, groups=channels)
    return (RELU, depthwise, conv(channels, 2 * channels, 1), norm(2 * channels))


def _motif_drawn(
    draft: Draft, name: str, live: Sequence[Any], level: int, place: int, source: str
) -> str:
    """Draw one use of a motif: its graph is shared by all uses, the weights are its own.

    What meets at a node is joined channel by channel and brought back to the width (section 2.3).
    """
    edges, channels = live[level][place], draft.shapes[source][0]
    if not edges:
        return draft.follow(name, source, (Step("zero", {"stride": 1}),))
    ends: dict[int, list[str]] = {}
    states = {0: source}
    for node in sorted({j for _, j, _ in edges}):
        for i, j, what in edges:
            if j == node:
                label = f"{name}_{i}to{j}"
                ends.setdefault(j, []).append(
                    _edge_drawn(draft, label, live, level, what, states[i])
                )
        states[node] = _merged(draft, f"{name}_merge{node}", ends[node], channels)
    return states[max(states)]


def _edge_drawn(
    draft: Draft, name: str, live: Sequence[Any], level: int, what: str, source: str
) -> str:
    place = place_of(what)
    if place is not None:
        return _motif_drawn(draft, name, live, level - 1, place, source)
    return draft.follow(name, source, steps_of(what, draft.shapes[source][0], 1))


def _merged(draft: Draft, name: str, ends: Sequence[str], channels: int) -> str:
    if len(ends) == 1:
        return ends[0]
    joined = draft.add(name, "concat", ends)
    return draft.follow(f"{name}_back", joined, conv_norm(len(ends) * channels, channels))
