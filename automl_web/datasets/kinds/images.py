"""Images to be told apart: a zip of class folders, or of images and a list of their classes."""

from __future__ import annotations

from automl_web.datasets.kinds.intake import Glance, Intake

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


def _recognises(glance: Glance) -> bool:
    return glance.is_zip and glance.has(*ENDINGS)


IMAGES = Intake(
    name="images",
    recognises=_recognises,
    prepare="automl_web.datasets.images.prepare:prepare",
    memory=320 * 2**20,  # 200,000 images, the most there can be in a zip, take 290 MB
    page="automl_web.datasets.images.page:facts_of",
    template="datasets/images.html",
    summary="automl_web.datasets.images.page:summary",
    model_page="automl_web.registry.image_pages:shown",
    model_template="registry/confusion.html",
    try_view="automl_web.registry.try_image:try_it",
    correct="automl_web.datasets.images.form:ImageForm",
)
