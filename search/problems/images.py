"""Image classification: what is optimised when a person uploads class folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search.architecture.spaces import space_of
from search.decisions import Architectures
from search.history import Candidate
from search.method import Constraint, Objective, Problem
from search.metrics import METRICS
from search.problems.fidelities import TRAIN_FRACTION, epochs
from search.problems.image_space import HYPERPARAMETERS
from search.problems.kind import ARCHITECTURE_COSTS, Kind
from search.space import Space
from search.training.candidates import blueprint
from search.training.meta import meta


def image_problem(
    document: Mapping[str, Any],
    data: Path,
    objectives: Sequence[str] = ("val_accuracy",),
    limits: Mapping[str, float] | None = None,
) -> Problem:
    """Find the best network and training on a prepared folder, by the metrics `objectives`.

    `document` is a search space: ConfigSpace's JSON of the hyper-parameters, or a set of architectures
    with such a space for their training. `limits` bounds metrics. Raises SpaceError if the document
    describes no space.
    """

    def count(candidate: Candidate) -> dict[str, float]:
        known = meta(data)
        return blueprint(candidate, known.shape, len(known.classes)).costs

    return Problem(
        kind="images",
        space=Space.from_json(document.get("training", document)),
        evaluate="search.training.images:evaluate",
        objectives=tuple(Objective(name, METRICS[name].maximise) for name in objectives),
        limits=tuple(Constraint(name, bound) for name, bound in (limits or {}).items()),
        fidelities=(epochs(HYPERPARAMETERS), TRAIN_FRACTION),
        data=data,
        count=count,
        architectures=_architectures(document, data),
    )


def _architectures(document: Mapping[str, Any], data: Path) -> Architectures | None:
    if "architecture" not in document:
        return None
    known = meta(data)
    return space_of(document["architecture"], known.shape, len(known.classes))


IMAGES = Kind(
    name="images",
    title="Images",
    tasks={"classification": ("val_accuracy", "params", "val_loss", *ARCHITECTURE_COSTS[1:])},
    hyperparameters=HYPERPARAMETERS,
    problem=image_problem,
    export="search.training.export",
    predict="search.training.predict",
    has_architectures=True,
)
