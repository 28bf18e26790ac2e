"""Networks that grew unit by unit, weights and all. Stanley & Miikkulainen, "Evolving neural networks
through augmenting topologies", 2002, section 3.1: a genome lists links, each with its historical number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.architecture.reading import (
    a_list,
    a_whole,
    an_object,
    check_fields,
    genotype_error,
    one_of,
)

Array = np.ndarray[Any, Any]

MOST_ENDS, MOST_UNITS, MOST_LINKS, MOST_NUMBER = 2000, 400, 900, 10**9
"""Inputs or outputs, units between them, links, and the largest number of a unit or a link."""

STEEPNESS = 4.9
"""Of the sigmoid, as in the paper: nearly linear between -0.5 and 0.5."""

SETTLING = 8
"""Steps after which a network with a cycle is asked; one without is asked when all has passed through."""

ACTS = ("sigmoid",)
LARGEST = 1e6


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Ends, units and links in canonical form, sorted by their numbers, or GenotypeError.

    The last input is the constant 1. A unit that no link names is left out.
    """
    check_fields(document, "The genotype", ("v", "kind", "inputs", "outputs", "nodes", "genes"))
    inputs, outputs = (_ids(document[name], name) for name in ("inputs", "outputs"))
    units = [_unit(unit) for unit in a_list(document["nodes"], 0, MOST_UNITS, "nodes")]
    ids = [*inputs, *outputs, *(unit["id"] for unit in units)]
    if len(set(ids)) < len(ids):
        raise genotype_error("Two units have the same number.")
    targets = set(ids) - set(inputs)
    genes = [_gene(g, ids, targets) for g in a_list(document["genes"], 0, MOST_LINKS, "genes")]
    for name, of in (("numbers", ("innov",)), ("ends", ("in", "out"))):
        if len({tuple(gene[part] for part in of) for gene in genes}) < len(genes):
            raise genotype_error("Two links have the same %(what)s.", what=name)
    named = {gene[end] for gene in genes for end in ("in", "out")}
    return {
        "inputs": inputs,
        "outputs": outputs,
        "nodes": sorted((u for u in units if u["id"] in named), key=lambda unit: unit["id"]),
        "genes": sorted(genes, key=lambda gene: gene["innov"]),
    }


def _ids(given: Any, name: str) -> list[int]:
    return [a_whole(i, 0, MOST_NUMBER, name) for i in a_list(given, 1, MOST_ENDS, name)]


def _unit(given: Any) -> dict[str, Any]:
    unit = an_object(given, "nodes: a unit")
    check_fields(unit, "nodes: a unit", ("id",), ("act",))
    act = one_of(unit.get("act", "sigmoid"), ACTS, "nodes: act")
    return {"id": a_whole(unit["id"], 0, MOST_NUMBER, "nodes: id"), "act": act}


def _gene(given: Any, ids: list[int], targets: set[int]) -> dict[str, Any]:
    gene = an_object(given, "genes: a link")
    check_fields(gene, "genes: a link", ("innov", "in", "out", "w", "on"))
    if gene["in"] not in ids or gene["out"] not in targets:
        raise genotype_error(
            "A link leads from a unit to one that is no input, and both are listed."
        )
    weight = gene["w"]
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not math.isfinite(weight) or abs(weight) > LARGEST:
        raise genotype_error("The weight of a link is a number.")
    return {
        "innov": a_whole(gene["innov"], 0, MOST_NUMBER, "genes: innov"),
        "in": a_whole(gene["in"], 0, MOST_NUMBER, "genes: in"),
        "out": a_whole(gene["out"], 0, MOST_NUMBER, "genes: out"),
        "w": float(weight),
        "on": one_of(gene["on"], (True, False), "genes: on"),
    }


@dataclass(frozen=True, eq=False)
class Units:
    """A network as matrices: in each of `steps` every unit sums what it reads, and squashes the sum.

    `given` (I, U) are the weights from the inputs, the constant last, `between` (U, U) those among
    units; the outputs are the first O of the U units.
    """

    given: Array
    between: Array
    outputs: int
    steps: int

    @property
    def links(self) -> int:
        """Weights that are not nought: parameters, and multiplications of a step."""
        return int(np.count_nonzero(self.given) + np.count_nonzero(self.between))

    def __call__(self, inputs: Array) -> Array:
        """Features (N, I - 1), to outputs between 0 and 1, float64 (N, O)."""
        received = inputs @ self.given[:-1] + self.given[-1]
        state = squashed(received)
        if not self.between.any():
            return state[:, : self.outputs]
        state = np.zeros_like(received)
        for _ in range(self.steps):
            state = squashed(received + state @ self.between)
        return state[:, : self.outputs]


def squashed(sums: Array) -> Array:
    """1 / (1 + exp(-4.9 x)), section 4.1, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * STEEPNESS * sums)))


def units_of(inputs: int, outputs: int, sources: Array, targets: Array, weights: Array) -> Units:
    """The network of the links that are on; units are numbered, inputs first, then outputs."""
    ids = np.unique(np.concatenate([sources, targets]))
    hidden = ids[ids >= inputs + outputs]
    count = outputs + len(hidden)
    given, between = np.zeros((inputs, count)), np.zeros((count, count))
    to = _places(targets, inputs, outputs, hidden)
    outside = sources < inputs
    given[sources[outside], to[outside]] = weights[outside]
    within = _places(sources[~outside], inputs, outputs, hidden)
    between[within, to[~outside]] = weights[~outside]
    return Units(given, between, outputs, steps_through(within, to[~outside], count))


def _places(ids: Array, inputs: int, outputs: int, hidden: Array) -> Array:
    """Where units stand among those that are no inputs."""
    found = ids - inputs
    inside = ids >= inputs + outputs
    found[inside] = outputs + np.searchsorted(hidden, ids[inside])
    return np.asarray(found)


def steps_through(sources: Array, targets: Array, count: int) -> int:
    """Steps until what goes in has passed through all units; `SETTLING` if it goes in circles."""
    depth = np.zeros(count, dtype=np.int64)
    for _ in range(count + 1):
        before = depth.copy()
        np.maximum.at(depth, targets, depth[sources] + 1)
        if (depth == before).all():
            return int(depth.max(initial=0)) + 1
    return SETTLING


def units(document: Mapping[str, Any]) -> Units:
    """The network of a parsed `neat`; its numbers may be any, so they are counted anew."""
    ids = [*document["inputs"], *document["outputs"], *(u["id"] for u in document["nodes"])]
    place = {unit: number for number, unit in enumerate(ids)}
    on = [gene for gene in document["genes"] if gene["on"]]
    sources, targets = (
        np.array([place[gene[end]] for gene in on], dtype=np.int64) for end in ("in", "out")
    )
    weights = np.array([gene["w"] for gene in on], dtype=np.float64)
    counts = len(document["inputs"]), len(document["outputs"])
    return units_of(*counts, sources, targets, weights)
