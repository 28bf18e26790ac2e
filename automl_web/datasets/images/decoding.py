"""Decoding one image from outside into pixels, with limits."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from automl_web.datasets.unreadable import DAMAGED, TOO_LARGE, UnreadableError

MAX_PIXELS = 50_000_000
MAX_MEMORY = 200 * 2**20
"""Bytes that decoding one image may take: four a pixel, but more where a format needs the whole twice."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
MOVING = {"PNG", "GIF", "WEBP"}
BAND_PIXELS = 2**18
WEBP_BYTES = 16  # a pixel: two canvases of libwebp, the copy that it hands over, and Pillow's image
JPEG_BYTES = 2  # a sample of a progressive photograph, which has all its coefficients in memory

_GRAY_MODES = {"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "F"}
_PHOTOGRAPHS = {"JPEG", "MPO"}  # some cameras put a second picture behind the first: MPO
_ORIENTATION = 0x0112
_SIDEWAYS = {5, 6, 7, 8}

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself before it is decoded; sides in pixels, turned upright."""

    width: int
    height: int
    is_gray: bool
    is_moving: bool = False


@dataclass(frozen=True)
class Shape:
    """What all images of a dataset are brought to."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        """Bytes of one image."""
        return self.channels * self.height * self.width


def header(data: bytes | UnreadableError) -> Header:
    """Read the header only; raises UnreadableError, also one that was handed on instead of the data."""
    with _opened(data) as image:
        width, height = image.size
        if _is_sideways(image):
            width, height = height, width
        return Header(width, height, image.mode in _GRAY_MODES, _is_moving(image))


def pixels(data: bytes | UnreadableError, shape: Shape) -> Pixels:
    """Decode into `shape`, as uint8 (C, H, W); raises UnreadableError. Of a moving image, the first."""
    mode = "L" if shape.channels == 1 else "RGB"
    with _opened(data) as image:
        try:
            upright = _upright(image, shape)
            flat = _shrunk(upright, mode, shape)
            if flat.size != (shape.width, shape.height):
                flat = flat.resize((shape.width, shape.height), Image.Resampling.BILINEAR)
            array = np.asarray(flat, dtype=np.uint8)
        except MemoryError as error:
            raise UnreadableError(TOO_LARGE) from error
        except Exception as error:  # whatever a broken file makes Pillow raise
            raise UnreadableError(DAMAGED) from error
    return array.reshape(shape.height, shape.width, shape.channels).transpose(2, 0, 1)


def _opened(data: bytes | UnreadableError) -> Image.Image:
    if isinstance(data, UnreadableError):
        raise data
    if _webp_pixels(data) * WEBP_BYTES > MAX_MEMORY:  # opening it would take its canvases already
        raise UnreadableError(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as error:
        raise UnreadableError(TOO_LARGE) from error
    except Exception as error:  # whatever a broken file makes Pillow raise
        raise UnreadableError(DAMAGED) from error
    area = image.width * image.height
    coefficients = area * len(image.getbands()) if "progressive" in image.info else 0
    if area > MAX_PIXELS or coefficients * JPEG_BYTES > MAX_MEMORY:
        image.close()
        raise UnreadableError(TOO_LARGE)
    return image


def _webp_pixels(data: bytes) -> int:
    """How many pixels a WebP image says it has, 0 if it is none (RFC 9649, section 2)."""
    kind = data[12:16] if data[:4] == b"RIFF" and len(data) >= 30 else b""
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return (width + 1) * (height + 1)
    if kind == b"VP8L":
        both = int.from_bytes(data[21:25], "little")
        return ((both & 0x3FFF) + 1) * ((both >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        return width * height
    return 0


def _is_sideways(image: Image.Image) -> bool:
    """Whether a photograph's own note says that it lies on its side; a broken note says nothing."""
    if image.format not in _PHOTOGRAPHS:
        return False
    try:
        return image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except Exception:  # noqa: BLE001 - whatever a broken file makes Pillow raise
        return False


def _is_moving(image: Image.Image) -> bool:
    try:
        return image.format in MOVING and bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - whatever a broken file makes Pillow raise
        return False


def _upright(image: Image.Image, shape: Shape) -> Image.Image:
    if image.format not in _PHOTOGRAPHS:
        return image
    side = max(shape.width, shape.height)
    image.draft(None, (side, side))  # a large photograph is decoded small at once
    return ImageOps.exif_transpose(image)


def _shrunk(image: Image.Image, mode: str, shape: Shape) -> Image.Image:
    """The image in `mode`, and smaller by a whole factor if it is far larger than `shape`.

    A large one is converted in bands: the whole of it in another mode would need its memory again.
    """
    factor = min(
        image.width // (2 * shape.width),
        image.height // (2 * shape.height),
        BAND_PIXELS // image.width,
    )
    if factor < 2 or image.width * image.height <= 4 * BAND_PIXELS:
        return _flat(image, mode)
    rows = BAND_PIXELS // (image.width * factor) * factor
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        small.paste(_flat(band, mode).reduce(factor), (0, top // factor))
    return small


def _flat(image: Image.Image, mode: str) -> Image.Image:
    """Convert to `mode`, with what is transparent on white and 16 bits brought to 8."""
    if image.mode.startswith("I;16"):
        wide = np.asarray(image)
        return Image.fromarray((wide >> 8).astype(np.uint8)).convert(mode)
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert(mode)
    return image.convert(mode)
