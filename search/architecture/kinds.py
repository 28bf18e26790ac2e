"""The kinds of genotypes, and the blueprint of any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from search.architecture.blueprint import Blueprint, Shape
from search.architecture.cells import cell_blueprint
from search.architecture.chains import mobile_blueprint
from search.architecture.genotype import parse

BLUEPRINTS: dict[str, Callable[..., Blueprint]] = {
    "cell_net": cell_blueprint,
    "chain": mobile_blueprint,
}


def blueprint_of(
    genotype: str | Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a genotype for images of `shape` (C, H, W), to logits (classes,).

    `dropout` is the share of features that training drops before the linear layer. Raises
    GenotypeError if this is not a genotype.
    """
    document = parse(genotype)
    return BLUEPRINTS[document["kind"]](document, shape, classes, dropout=dropout)
