"""A strip of a class's first images, made from the arrays."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from automl_web.datasets.models import Version

COUNT = 12
GAP = 2  # pixels between two
SMALL, LARGE = 40, 48  # a tiny image is enlarged to about this side, a large one made smaller


def tile_size(version: Version) -> tuple[int, int]:
    """Width and height of one thumbnail."""
    width, height = version.facts["width"], version.facts["height"]
    side = max(width, height)
    if side > LARGE:
        return max(1, width * LARGE // side), max(1, height * LARGE // side)
    factor = max(1, SMALL // side)
    return width * factor, height * factor


def strip_size(version: Version, images: int) -> tuple[int, int]:
    """Width and height of the strip of a class with so many training images."""
    width, height = tile_size(version)
    count = min(images, COUNT)
    return count * (width + GAP) - GAP, height


def strip(version: Version, index: int) -> bytes:
    """The PNG of class `index`: its first training images side by side, see-through between them."""
    labels = np.load(version.folder / "train-labels.npy", mmap_mode="r")
    first, end = np.searchsorted(labels, [index, index + 1])  # the arrays are ordered by class
    images = np.load(version.folder / "train-images.npy", mmap_mode="r")[first:end][:COUNT]
    width, height = tile_size(version)
    canvas = Image.new("RGBA", strip_size(version, len(images)))
    for number, pixels in enumerate(images):
        canvas.paste(_tile(pixels, width, height), (number * (width + GAP), 0))
    return _png(canvas)


def picture(version: Version, split: str, index: int) -> bytes:
    """The PNG of one image of a split, at the size it was prepared in."""
    images = np.load(version.folder / f"{split}-images.npy", mmap_mode="r")
    return _png(_image(images[index]))


def _png(image: Image.Image) -> bytes:
    encoded = BytesIO()
    image.save(encoded, format="PNG")
    return encoded.getvalue()


def _image(pixels: np.ndarray) -> Image.Image:
    """One image from uint8 (C, H, W)."""
    array = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(array))


def _tile(pixels: np.ndarray, width: int, height: int) -> Image.Image:
    """One image, uint8 (C, H, W), at the size of a tile."""
    image = _image(pixels)
    grows = width >= image.width
    how = Image.Resampling.NEAREST if grows else Image.Resampling.BILINEAR
    return image.resize((width, height), how)
