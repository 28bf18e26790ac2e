"""What a model's page says: the confusion matrix, what is confused most, and how to use the model."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from automl_web.registry.models import ModelVersion, Problem

LARGEST_MATRIX = 30
"""Classes beyond which a matrix is no longer readable, so that only the worst confusions are told."""

SHOWN_CONFUSIONS = 5
COSTS = ("macs", "size_bytes", "latency_ms", "netscore")
"""What the page tells of a model beside its accuracy and its parameters, where it is known."""


@dataclass(frozen=True)
class Cell:
    """How many images of a true class were taken for a class, and how strong that looks, 0 to 4."""

    count: int
    is_right: bool
    heat: int


@dataclass(frozen=True)
class Confusion:
    """Images of one class that were taken for another."""

    count: int
    true: str
    predicted: str


def matrix(model: ModelVersion, classes: list[str]) -> list[tuple[str, list[Cell]]]:
    """The rows of the matrix, a true class each; empty if there are too many."""
    if len(classes) > LARGEST_MATRIX:
        return []
    return [
        (name, [_cell(count, i == j, sum(row)) for j, count in enumerate(row)])
        for i, (name, row) in enumerate(zip(classes, model.confusion, strict=False))
    ]


def _cell(count: int, is_right: bool, total: int) -> Cell:
    """Heat is the share of the row in quarters, begun ones counting: one image can be seen already."""
    return Cell(count, is_right, -(-4 * count // total) if total else 0)


def confusions(model: ModelVersion, classes: list[str]) -> list[Confusion]:
    """What is most often taken for what."""
    wrong = [
        Confusion(count, classes[i], classes[j])
        for i, row in enumerate(model.confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(wrong, key=lambda confusion: -confusion.count)[:SHOWN_CONFUSIONS]


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
        Problem.FEW_IMAGES: _(
            "No ONNX model is offered: to show that it agrees with PyTorch takes 256 images, and "
            "this dataset has fewer. The weights can be used."
        ),
        Problem.ONNX_DIFFERS: _(
            "No ONNX model is offered: its outputs differed from PyTorch's by more than 0.0001. "
            "The weights can be used."
        ),
    }
    return sentences[Problem(model.problem)] if model.problem else ""


def code(channels: int, height: int, width: int) -> str:
    """A few lines of Python that use the ONNX model on an image."""
    mode, order = ("L", "[None, None]") if channels == 1 else ("RGB", ".transpose(2, 0, 1)[None]")
    return f"""\
import json

import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("model.onnx")
classes = json.load(open("model.json", encoding="utf-8"))["classes"]
image = Image.open("image.png").convert("{mode}").resize(({width}, {height}))
images = (np.asarray(image, dtype=np.float32) / 255){order}
(probabilities,) = session.run(None, {{"images": images}})
print(classes[probabilities[0].argmax()], probabilities[0].max())
"""


def weights_code(channels: int, height: int, width: int) -> str:
    """A few lines of Python that rebuild the network from its code and its weights."""
    return f"""\
import torch
from model import CLASSES, load  # model.py, which needs torch alone

model = load("weights.safetensors")
images = torch.rand(1, {channels}, {height}, {width})  # values from 0 to 1
probabilities = model(images)
print(CLASSES[int(probabilities[0].argmax())])
"""
