"""Architectures as plain JSON: read and checked, written in one canonical form, and hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from search.architecture.ops import OPS
from search.message import Message

Edge = tuple[str, int]
"""An operation and the state that it is applied to."""

LONGEST = 50_000
"""Characters of a genotype."""

MOST_NODES, MOST_CELLS, MOST_CHANNELS, MOST_EDGES = 12, 40, 512, 14
"""Nodes of a cell, cells of a network, channels of its first cell, edges into a node."""

MOST_BLOCKS, WIDEST_BLOCK, WIDEST_HEAD = 40, 1024, 4096
"""Blocks of a chain, channels of a block or of the stem, and of the last convolution."""

REDUCTIONS = (0, 1, 2)
STEMS = ("conv3",)


class GenotypeError(ValueError):
    """This is not a genotype; `message` says in a sentence what is wrong."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def parse(text: str | Mapping[str, Any]) -> dict[str, Any]:
    """Read a genotype in its canonical structure, or raise GenotypeError.

    The pairs of a node are sorted by source and operation, `concat` is sorted, and the number of
    cells is `L`; a genotype that counts the normal cells between reductions, `N`, is converted.
    """
    document = _object(_loaded(text) if isinstance(text, str) else text, "The genotype")
    _one_of(document.get("v"), (1,), "The version v")
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _error(
            "The kind %(kind)s cannot be built; choose from %(known)s.",
            kind=_shown(kind),
            known=", ".join(KINDS),
        )
    return {"v": 1, "kind": kind, **KINDS[kind](document)}


def canonical(document: str | Mapping[str, Any]) -> str:
    """The one text of a genotype: equal networks up to the order of a sum have equal texts."""
    return json.dumps(parse(document), sort_keys=True, separators=(",", ":"))


def key(genotype: str | Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(genotype).encode()).hexdigest()


def node_edges(node: Any) -> tuple[Edge, ...]:
    """The edges into a node of a parsed cell, in canonical order."""
    if isinstance(node, Mapping):
        return tuple((op, source) for source, op in node["in"])
    return tuple(zip(node[::2], node[1::2], strict=True))


def node_of(edges: Iterable[Edge]) -> Any:
    """A node in canonical form: `[op, source, op, source]`, or the long form unless it sums two edges."""
    ordered = sorted(edges, key=lambda edge: (edge[1], edge[0]))
    if len(ordered) == 2:
        return [part for edge in ordered for part in edge]
    return {"combine": "add", "in": [[source, op] for op, source in ordered]}


def loose_ends(nodes: Iterable[Any], inputs: int = 2) -> list[int]:
    """The nodes, as states, that no node reads."""
    edges = [node_edges(node) for node in nodes]
    used = {source for into in edges for _, source in into}
    return [state for state in range(inputs, inputs + len(edges)) if state not in used]


def _cell_net(document: Mapping[str, Any]) -> dict[str, Any]:
    _fields(document, "The genotype", ("v", "kind", "cells", "skeleton"))
    skeleton = _skeleton(document["skeleton"])
    cells = _object(document["cells"], "cells")
    # A cell that stands nowhere in the network is left out, so that it does not tell two apart.
    names = ("normal", "reduce") if skeleton["reductions"] else ("normal",)
    _fields(cells, "cells", names, ("reduce",))
    return {"cells": {name: _cell(cells[name], name) for name in names}, "skeleton": skeleton}


def _skeleton(given: Any) -> dict[str, Any]:
    skeleton = _object(given, "skeleton")
    count = "N" if "N" in skeleton else "L"
    _fields(skeleton, "skeleton", ("C", count, "reductions"), ("stem",))
    reductions = _one_of(skeleton["reductions"], REDUCTIONS, "skeleton: reductions")
    cells = _whole(skeleton[count], 1, MOST_CELLS, f"skeleton: {count}")
    if count == "N":
        cells = (reductions + 1) * cells + reductions
    return {
        "C": _whole(skeleton["C"], 1, MOST_CHANNELS, "skeleton: C"),
        "L": _whole(cells, reductions + 1, MOST_CELLS, "skeleton: L"),
        "reductions": reductions,
        "stem": _one_of(skeleton.get("stem", "conv3"), STEMS, "skeleton: stem"),
    }


def _cell(given: Any, name: str) -> dict[str, Any]:
    cell = _object(given, f"The cell {name}")
    _fields(cell, f"The cell {name}", ("nodes", "concat"), ("inputs",))
    inputs = _whole(cell.get("inputs", 2), 1, 2, f"The cell {name}: inputs")
    listed = _list(cell["nodes"], 1, MOST_NODES, f"The cell {name}: nodes")
    nodes = [_node(node, inputs + i, f"{name}, node {inputs + i}") for i, node in enumerate(listed)]
    states = inputs + len(nodes)
    where = f"The cell {name}: concat"
    concat = [_whole(i, 0, states - 1, where) for i in _list(cell["concat"], 1, states, where)]
    if len(set(concat)) < len(concat):
        raise _error("%(where)s names a state twice.", where=where)
    return {"inputs": inputs, "nodes": nodes, "concat": sorted(concat)}


def _node(given: Any, state: int, where: str) -> Any:
    """A node that gives `state` and so may read the states before it."""
    if isinstance(given, Mapping):
        _fields(given, where, ("in",), ("combine",))
        _one_of(given.get("combine", "add"), ("add",), f"{where}: combine")
        pairs = [_list(pair, 2, 2, where) for pair in _list(given["in"], 1, MOST_EDGES, where)]
        edges = [(op, source) for source, op in pairs]
    else:
        flat = _list(given, 4, 4, where)
        edges = [(flat[0], flat[1]), (flat[2], flat[3])]
    return node_of((_op(op, where), _source(source, state, where)) for op, source in edges)


def _op(name: Any, where: str) -> str:
    if name == "none":
        raise _error(
            "%(where)s: 'none' means different things in different papers; write 'id' or 'zero'.",
            where=where,
        )
    if not isinstance(name, str) or name not in OPS:
        raise _error("%(where)s: there is no operation %(op)s.", where=where, op=_shown(name))
    return name


def _source(source: Any, state: int, where: str) -> int:
    if type(source) is not int or not 0 <= source < state:
        raise _error(
            "%(where)s: it cannot read state %(source)s; the states before it are 0 to %(last)s.",
            where=where,
            source=_shown(source),
            last=state - 1,
        )
    return source


def _chain(document: Mapping[str, Any]) -> dict[str, Any]:
    _fields(document, "The genotype", ("v", "kind", "stem", "blocks"), ("head",))
    blocks = _list(document["blocks"], 1, MOST_BLOCKS, "blocks")
    read = [_block(block, f"blocks: block {i + 1}") for i, block in enumerate(blocks)]
    _whole(sum(block["n"] for block in read), 0, MOST_BLOCKS, "blocks: the sum of n")
    return {
        "stem": _whole(document["stem"], 1, WIDEST_BLOCK, "stem"),
        "blocks": read,
        "head": _whole(document.get("head", 0), 0, WIDEST_HEAD, "head"),
    }


def _block(given: Any, where: str) -> dict[str, Any]:
    block = _object(given, where)
    _fields(block, where, ("op", "k", "e", "c", "n", "s"))
    return {
        "op": _one_of(block["op"], ("mbconv",), f"{where}: op"),
        "k": _one_of(block["k"], (3, 5, 7), f"{where}: k"),
        "e": _whole(block["e"], 1, 12, f"{where}: e"),
        "c": _whole(block["c"], 1, WIDEST_BLOCK, f"{where}: c"),
        "n": _whole(block["n"], 0, MOST_BLOCKS, f"{where}: n"),
        "s": _one_of(block["s"], (1, 2), f"{where}: s"),
    }


KINDS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "cell_net": _cell_net,
    "chain": _chain,
}
"""How the rest of each kind of genotype is read."""


def _loaded(text: str) -> Any:
    if len(text) > LONGEST:
        raise _error("A genotype has at most %(most)s characters.", most=LONGEST)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _error("A genotype is written in JSON, and this is not JSON.") from error


def _object(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _error(
            "%(where)s must be an object in braces, not %(given)s.",
            where=where,
            given=_shown(given),
        )
    return given


def _fields(
    given: Mapping[str, Any], where: str, needed: Collection[str], allowed: Collection[str] = ()
) -> None:
    for name in needed:
        if name not in given:
            raise _error("%(where)s lacks %(name)s.", where=where, name=name)
    for name in given:
        if name not in needed and name not in allowed:
            raise _error(
                "%(where)s has %(name)s, which nothing here reads.", where=where, name=_shown(name)
            )


def _list(given: Any, least: int, most: int, where: str) -> list[Any]:
    if not isinstance(given, list | tuple) or not least <= len(given) <= most:
        raise _error(
            "%(where)s must be a list of %(least)s to %(most)s, not %(given)s.",
            where=where,
            least=least,
            most=most,
            given=_shown(given),
        )
    return list(given)


def _whole(given: Any, least: int, most: int, where: str) -> int:
    if type(given) is not int or not least <= given <= most:
        raise _error(
            "%(where)s must be a whole number from %(least)s to %(most)s, not %(given)s.",
            where=where,
            least=least,
            most=most,
            given=_shown(given),
        )
    return given


def _one_of(given: Any, known: tuple[Any, ...], where: str) -> Any:
    if type(given) is not type(known[0]) or given not in known:
        raise _error(
            "%(where)s must be %(known)s, not %(given)s.",
            where=where,
            known=" / ".join(map(str, known)),
            given=_shown(given),
        )
    return given


def _shown(given: Any) -> str:
    """What a person wrote, cut short."""
    text = json.dumps(given, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


def _error(text: str, **values: Any) -> GenotypeError:
    return GenotypeError(Message(text, values))
