"""Architectures as plain JSON: read and checked, written in one canonical form, hashed, and built."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from search.architecture.blueprint import Blueprint, Shape
from search.architecture.kinds import KINDS
from search.architecture.reading import an_object, genotype_error, one_of, shown

LONGEST = 50_000
"""Characters of a genotype."""


def parse(text: str | Mapping[str, Any]) -> dict[str, Any]:
    """Read a genotype in its canonical structure, or raise GenotypeError.

    What may be written in several ways, such as the order of a sum, is written in one.
    """
    document = an_object(_loaded(text) if isinstance(text, str) else text, "The genotype")
    one_of(document.get("v"), (1,), "The version v")
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise genotype_error(
            "The kind %(kind)s cannot be built; choose from %(known)s.",
            kind=shown(kind),
            known=", ".join(KINDS),
        )
    return {"v": 1, "kind": kind, **KINDS[kind].read(document)}


def canonical(document: str | Mapping[str, Any]) -> str:
    """The one text of a genotype: equal networks up to the order of a sum have equal texts."""
    return json.dumps(parse(document), sort_keys=True, separators=(",", ":"))


def key(genotype: str | Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(genotype).encode()).hexdigest()


def blueprint_of(
    genotype: str | Mapping[str, Any], shape: Shape, classes: int, *, dropout: float = 0.0
) -> Blueprint:
    """The network of a genotype for images of `shape` (C, H, W), to logits (classes,).

    `dropout` is the share of features that training drops before the linear layer. Raises
    GenotypeError if this is not a genotype of such a network.
    """
    document = parse(genotype)
    draw = KINDS[document["kind"]].blueprint
    if draw is None:
        raise genotype_error("This is no network for images: it reads the features of a table.")
    return draw(document, shape, classes, dropout=dropout)


def _loaded(text: str) -> Any:
    if len(text) > LONGEST:
        raise genotype_error("A genotype has at most %(most)s characters.", most=LONGEST)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise genotype_error("A genotype is written in JSON, and this is not JSON.") from error
