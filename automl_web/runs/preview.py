"""What a search space holds, shown by drawing from it: some candidates, and how large they are."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_web.datasets.models import Version
from automl_web.runs.models import SearchSpace
from search.architecture.cell_space import CellSpace
from search.history import Candidate
from search.metrics import METRICS
from search.problems.image_space import HYPERPARAMETERS
from search.space import Space
from search.training.candidates import blueprint

SHOWN, COUNTED = 6, 300
"""Candidates that are shown, and those that are counted: enough for a median, within a moment."""

USUAL = ((3, 32, 32), 10)
"""Shape of an image and number of classes, where a project has no dataset yet."""


@dataclass(frozen=True)
class Spread:
    """A counted metric over the candidates drawn."""

    name: str
    title: str
    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Preview:
    """Some candidates of a space, what of their hyper-parameters differs, and the spread of their costs."""

    shape: str
    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    genotypes: Sequence[tuple[str, str]]
    counted: int
    spreads: Sequence[Spread]


def preview(found: SearchSpace) -> Preview:
    """Draw from the space as it is saved, always the same for the same space."""
    shape, classes = _data(found)
    rng = np.random.default_rng(0)
    drawn = _drawn(found.document, shape, classes, rng)
    costs = [dict(blueprint(candidate, shape, classes).costs) for candidate in drawn]
    names = [n for n in HYPERPARAMETERS if len({_text(c.config.get(n)) for c in drawn}) > 1]
    return Preview(
        shape=" x ".join(map(str, shape)),
        names=names,
        rows=[[c.config.get(name) for name in names] for c in drawn[:SHOWN]] if names else [],
        genotypes=[(c.genotype, _words(c.genotype)) for c in drawn[:2] if c.genotype],
        counted=len(drawn),
        spreads=[_spread(name, [cost[name] for cost in costs]) for name in ("params", "macs")],
    )


def _data(found: SearchSpace) -> tuple[tuple[int, int, int], int]:
    """The images of the project's latest dataset."""
    ready = Version.objects.filter(dataset__project=found.project, state=Version.State.READY)
    version = ready.order_by("-created_at").first()
    if version is None:
        return USUAL
    facts = version.facts
    return (facts["channels"], facts["height"], facts["width"]), len(version.classes)


def _drawn(
    document: dict[str, Any], shape: tuple[int, int, int], classes: int, rng: np.random.Generator
) -> list[Candidate]:
    training = Space.from_json(document.get("training", document))
    cells = None
    if "architecture" in document:
        cells = CellSpace.from_json(document["architecture"], shape, classes)
    return [
        Candidate(training.sample(rng), cells.sample(rng) if cells else None)
        for _ in range(COUNTED)
    ]


def _spread(name: str, values: Sequence[float]) -> Spread:
    median = statistics.median(values)
    return Spread(name, METRICS[name].title, min(values), median, max(values))


def _text(value: Any) -> str:
    return json.dumps(value)


def _words(genotype: str) -> str:
    """The cells in a line each, for those whom no drawing reaches."""
    cells = json.loads(genotype)["cells"]
    return "; ".join(f"{name}: {json.dumps(cell['nodes'])}" for name, cell in cells.items())
