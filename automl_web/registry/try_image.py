"""Trying a model: an image goes in, and what the model takes it for comes out."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from PIL import Image

from automl_web.datasets.images.decoding import Pixels, Shape
from automl_web.registry.answer import NoAnswerError, probabilities
from automl_web.registry.guesses import Guess, likeliest
from automl_web.registry.models import ModelVersion
from automl_web.registry.try_form import ImageForm, KeptInMemory

SIDE = 192  # pixels on the screen that a small image is enlarged to


@dataclass(frozen=True)
class Answer:
    """The image as the model sees it, a data URL and its size on the screen; the likeliest classes."""

    picture: str
    width: int
    height: int
    guesses: list[Guess]
    others: int


def try_it(request: HttpRequest, found: ModelVersion) -> HttpResponse:
    """The form, and below it what the model says of the image that was sent."""
    handler = KeptInMemory(request)
    request.upload_handlers = [handler]
    return _try_it(request, found, handler)


@csrf_protect
def _try_it(request: HttpRequest, found: ModelVersion, handler: KeptInMemory) -> HttpResponse:
    facts = found.run.dataset.facts
    shape = Shape(facts["channels"], facts["height"], facts["width"])
    shown = {"model": found, "run": found.run, "shape": shape}
    if request.method != "POST":
        return render(request, "registry/try_image.html", shown | {"form": ImageForm(shape)})
    form = ImageForm(shape, request.POST, request.FILES, is_too_large=handler.is_too_large)
    answer = _answer(found, form) if form.is_valid() else None
    status = 200 if answer else 422
    shown |= {"form": form, "answer": answer}
    return render(request, "registry/try_image.html", shown, status=status)


def _answer(found: ModelVersion, form: ImageForm) -> Answer | None:
    """What the model says of the form's image; None, told beside the field, if it cannot be asked."""
    image: Pixels = form.cleaned_data["image"]
    try:
        shares = probabilities(found, image)
    except NoAnswerError as error:
        form.add_error("image", str(error.told))
        return None
    guesses, others = likeliest(found, shares)
    _channels, height, width = image.shape
    scale = max(1, SIDE // max(height, width))
    return Answer(_picture(image), scale * width, scale * height, guesses, others)


def _picture(image: Pixels) -> str:
    """A data URL of the PNG of an image, uint8 (C, H, W)."""
    array = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    encoded = BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(encoded, format="PNG")
    return "data:image/png;base64," + b64encode(encoded.getvalue()).decode()
