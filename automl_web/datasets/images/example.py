"""The example dataset: 1,797 handwritten digits that come with scikit-learn, as a zip of class folders."""

from __future__ import annotations

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image
from sklearn.datasets import load_digits

from automl_web.accounts.models import User
from automl_web.datasets.models import Version
from automl_web.datasets.store import add_dataset, keep
from automl_web.projects.models import Project

BRIGHTEST = 16  # scikit-learn's digits have 17 levels of gray


def create_example(project: Project, user: User) -> Version:
    """Add the digits to `project` the way an upload is added."""
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, delete=False) as file:
        path = Path(file.name)
    write_digits(path)
    return add_dataset(keep(project, user, path, "digits.zip"), _("Handwritten digits"), user)


def write_digits(path: Path) -> None:
    """Write the zip: a folder a digit, 8 by 8 gray PNG images."""
    digits = load_digits()
    images = (digits.images * (255 / BRIGHTEST)).round().astype(np.uint8)
    with zipfile.ZipFile(path, "w") as archive:
        for number, (image, label) in enumerate(zip(images, digits.target, strict=True)):
            encoded = BytesIO()
            Image.fromarray(image).save(encoded, format="PNG")
            archive.writestr(f"{label}/{number:04}.png", encoded.getvalue())
