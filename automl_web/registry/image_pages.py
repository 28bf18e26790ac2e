"""What a model's page says of a classifier of images: how good it is, and how to use it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.registry import confusion
from automl_web.registry.models import ModelVersion
from automl_web.registry.page import Use
from automl_web.runs.templatetags.figures import metric


def shown(model: ModelVersion) -> dict[str, Any]:
    facts = model.run.dataset.facts
    shape = facts["channels"], facts["height"], facts["width"]
    uses = [Use(_("The weights, with model.py and PyTorch alone:"), weights_code(*shape))]
    if model.onnx_offered:
        sentence = _("The ONNX model needs neither this site nor PyTorch:")
        uses.insert(0, Use(sentence, code(*shape)))
    return {"sentence": _sentence(model), "uses": uses, **confusion.shown(model)}


def _sentence(model: ModelVersion) -> str:
    images = confusion.tested(model)
    text = ngettext(
        "Right on %(accuracy)s of %(images)s test image that no search has seen.",
        "Right on %(accuracy)s of %(images)s test images that no search has seen.",
        images,
    )
    accuracy = metric(model.values.get("test_accuracy"), "test_accuracy")
    return text % {"accuracy": accuracy, "images": images}


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
