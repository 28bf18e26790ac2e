"""The catalogue of the kinds of genotypes: how each is read, and the network that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from search.architecture import cells, chains, hier, macro, nb201, neat, residual
from search.architecture.blueprint import Blueprint


@dataclass(frozen=True)
class Kind:
    """A kind of genotype: one file, and one line here.

    `read` gives the fields of a document beside version and kind in canonical form, or raises
    GenotypeError; `blueprint` takes such a document, the shape of the images, the number of classes
    and `dropout`, and gives the network. A kind that brings its weights along has none.
    """

    read: Callable[[Mapping[str, Any]], dict[str, Any]]
    blueprint: Callable[..., Blueprint] | None


KINDS: dict[str, Kind] = {
    "cell_net": Kind(cells.read, cells.cell_blueprint),
    "chain": Kind(chains.read, chains.mobile_blueprint),
    "macro_dag": Kind(macro.read, macro.macro_blueprint),
    "hier": Kind(hier.read, hier.hier_blueprint),
    "residual": Kind(residual.read, residual.residual_blueprint),
    "nb201": Kind(nb201.read, nb201.nb201_blueprint),
    "neat": Kind(neat.read, None),
}
