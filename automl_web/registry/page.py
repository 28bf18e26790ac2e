"""What a model's page says whatever the kind of data: what the model costs, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from automl_web.registry.models import ModelVersion, Problem

COSTS = ("macs", "size_bytes", "latency_ms", "netscore")
"""What the page tells of a model beside its accuracy and its parameters, where it is known."""


@dataclass(frozen=True)
class Use:
    """A way to use a model: what it needs, in a sentence, and some lines of Python."""

    sentence: str
    code: str


def costs(model: ModelVersion) -> list[tuple[str, float]]:
    """Metrics and values of what the model costs."""
    return [(name, model.values[name]) for name in COSTS if name in model.values]


def problem_of(model: ModelVersion) -> str:
    """What is missing and what to do, in the reader's language; empty if nothing is."""
    sentences = {
        Problem.EXPORT_FAILED: _(
            "The model could not be exported, so there is nothing to download. The site's log says "
            "why. Try again, or ask the person who runs the site."
        ),
        Problem.FEW_ITEMS: _(
            "No ONNX model is offered: to show that it agrees with the one that was trained takes "
            "256 items, and this dataset has fewer. The other files can be used."
        ),
        Problem.ONNX_DIFFERS: _(
            "No ONNX model is offered: its outputs differed from those of the one that was trained "
            "by more than 0.0001. The other files can be used."
        ),
    }
    return sentences[Problem(model.problem)] if model.problem else ""
