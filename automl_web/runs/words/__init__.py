"""Architectures in words, for those whom no drawing reaches: the catalogue by kind of genotype."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from automl_web.runs.words import cell_net, chain, hier, macro_dag, nb201, neat, residual

WORDS: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "cell_net": cell_net.words,
    "chain": chain.words,
    "residual": residual.words,
    "nb201": nb201.words,
    "hier": hier.words,
    "macro_dag": macro_dag.words,
    "neat": neat.words,
}
"""Sentences that tell a parsed genotype, a part of it each: one file, and one line here."""


def words(genotype: str) -> list[str]:
    """The sentences that tell a canonical genotype; none of a kind that has no words."""
    document = json.loads(genotype)
    tell = WORDS.get(document["kind"])
    return tell(document) if tell else []
