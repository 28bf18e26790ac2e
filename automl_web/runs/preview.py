"""What a search space holds, shown by drawing from it: some candidates, and how large they are."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext

from automl_web.datasets.models import Version
from automl_web.projects.models import Project
from automl_web.runs.models import SearchSpace
from automl_web.runs.words import words
from search.architecture.spaces import space_of
from search.history import Candidate
from search.problems import KINDS
from search.space import Space
from search.training.candidates import blueprint

Shape = tuple[int, int, int]

SHOWN, DRAWN_CELLS = 8, 3
"""Candidates in the table, and architectures that are drawn."""

LEAST, MOST, SECONDS = 200, 2000, 1.5
"""Candidates counted: at least so many, at most so many, and in between as many as fit the time."""

USUAL: tuple[Shape, int] = ((3, 32, 32), 10)
"""Shape of an image and number of classes, where a project has no dataset yet."""


@dataclass(frozen=True)
class Spread:
    """A counted metric over the candidates drawn."""

    name: str
    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Design:
    """An architecture that was drawn: in words, too, and what it costs."""

    genotype: str
    words: Sequence[str]
    costs: Mapping[str, float]


@dataclass(frozen=True)
class Preview:
    """Some candidates, what of their hyper-parameters differs, and the spread of all that were drawn."""

    dataset: Version | None
    shape: str
    classes: int
    titles: Sequence[str]
    rows: Sequence[Sequence[Any]]
    designs: Sequence[Design]
    counted: int
    spreads: Sequence[Spread]


def preview(space: SearchSpace, document: Mapping[str, Any]) -> Preview:
    """Draw from the space that `document` describes; the first candidates are always the same ones.

    They are counted if they are networks for images: what others cost depends on the data.
    """
    kind = KINDS[space.kind]
    version = _latest(space.project, space.kind) if kind.has_architectures else None
    shape, classes = _data(version) if version else USUAL
    drawn, costs = [], []
    for candidate in _candidates(document, shape, classes):
        drawn.append(candidate)
        if kind.has_architectures:
            costs.append(blueprint(candidate, shape, classes).costs)
    shown = drawn[:SHOWN]
    known = kind.hyperparameters
    names = [n for n in known if len({json.dumps(c.config.get(n)) for c in shown}) > 1]
    return Preview(
        dataset=version,
        shape=_sides(shape),
        classes=classes,
        titles=[gettext(known[name].title) for name in names],
        rows=[[c.config.get(name) for name in names] for c in shown] if names else [],
        designs=[
            Design(c.genotype, words(c.genotype), cost)
            for c, cost in zip(drawn[:DRAWN_CELLS], costs, strict=False)
            if c.genotype
        ],
        counted=len(drawn),
        spreads=[_spread(name, [c[name] for c in costs]) for name in ("params", "macs") if costs],
    )


def _latest(project: Project, kind: str) -> Version | None:
    ready = Version.objects.filter(dataset__project=project, kind=kind, state=Version.State.READY)
    return ready.order_by("-created_at").select_related("dataset").first()


def _data(version: Version) -> tuple[Shape, int]:
    facts = version.facts
    return (facts["channels"], facts["height"], facts["width"]), len(version.classes)


def _sides(shape: Shape) -> str:
    channels, height, width = shape
    return f"{width} x {height} x {channels}"


def _candidates(document: Mapping[str, Any], shape: Shape, classes: int) -> Iterator[Candidate]:
    """Candidates from the prior, for as long as there is time."""
    training = Space.from_json(document.get("training", document))
    cells = None
    if "architecture" in document:
        cells = space_of(document["architecture"], shape, classes)
    rng = np.random.default_rng(0)
    began = time.monotonic()
    for number in range(MOST):
        if number >= LEAST and time.monotonic() - began > SECONDS:
            return
        yield Candidate(training.sample(rng), cells.sample(rng) if cells else None)


def _spread(name: str, values: Sequence[float]) -> Spread:
    return Spread(name, min(values), statistics.median(values), max(values))
