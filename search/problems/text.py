"""Text: language models, and classifiers of short texts, by recurrent networks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search.history import Candidate
from search.method import Constraint, Objective, Problem
from search.metrics import METRICS
from search.problems.fidelities import TRAIN_FRACTION, epochs
from search.problems.kind import Kind
from search.problems.text_space import HYPERPARAMETERS, OF_LANGUAGE
from search.space import Space
from search.training.text.costs import counted
from search.training.text.meta import LANGUAGE, meta
from search.training.text.recipe import Recipe


def text_problem(
    document: Mapping[str, Any],
    data: Path,
    objectives: Sequence[str] = ("val_perplexity",),
    limits: Mapping[str, float] | None = None,
) -> Problem:
    """Find the best network and training on a prepared text, by the metrics `objectives`.

    `document` is a search space as ConfigSpace's JSON; what has no effect on the task of the data is
    not searched. `limits` bounds metrics. Raises SpaceError if the document describes no space.
    """

    def count(candidate: Candidate) -> dict[str, float]:
        return counted(Recipe.of(candidate.config), meta(data))

    return Problem(
        kind="text",
        space=Space.from_json(_with_effect(document, meta(data).task)),
        evaluate="search.training.text.evaluate:evaluate",
        objectives=tuple(Objective(name, METRICS[name].maximise) for name in objectives),
        limits=tuple(Constraint(name, bound) for name, bound in (limits or {}).items()),
        fidelities=(epochs(HYPERPARAMETERS), TRAIN_FRACTION),
        data=data,
        count=count,
    )


def _with_effect(document: Mapping[str, Any], task: str) -> Mapping[str, Any]:
    """The space without hyper-parameters that the task does not read, and without rules about them."""
    if task == LANGUAGE:
        return document
    names = {json.dumps(name) for name in OF_LANGUAGE}

    def kept(entries: Sequence[Any]) -> list[Any]:
        return [e for e in entries if not any(name in json.dumps(e) for name in names)]

    return {
        key: kept(value) if isinstance(value, list) else value for key, value in document.items()
    }


TEXT = Kind(
    name="text",
    title="Text",
    tasks={
        "language": (
            "val_perplexity",
            "params",
            "val_loss",
            "macs",
            "size_bytes",
            "latency_ms",
        ),
        "classification": (
            "val_accuracy",
            "params",
            "val_balanced_accuracy",
            "val_loss",
            "macs",
            "size_bytes",
            "latency_ms",
        ),
    },
    hyperparameters=HYPERPARAMETERS,
    problem=text_problem,
    export="search.training.text.export",
    predict="search.training.text.predict",
)
