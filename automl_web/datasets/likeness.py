"""Which images look alike: a perceptual hash finds the pairs, a small copy of the image confirms them.

C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, describes the
hash; M. Norouzi, A. Punjani and D. Fleet, "Fast Exact Search in Hamming Space with Multi-Index
Hashing", 2014, the search: two hashes of 64 bits that differ in at most RADIUS bits agree in one of
RADIUS + 1 bands, so only images that share a band are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import imagehash
import numpy as np
import scipy.fftpack  # noqa: F401 - imagehash asks for it at the first hash: too late in a confined process
from PIL import Image

BITS = 64
RADIUS = 6
"""Bits in which the hashes of two images that look alike may differ."""

SIDE = 8
"""Pixels of a side of the small copy."""

DIFFERENCE = 6.0
"""Gray levels, of 255, by which two small copies may differ on average."""

NEIGHBOURS = 2_000
"""With how many others of its band an image is compared: in honest data far fewer share one."""

BLOCK = 20_000
"""Pairs that are compared at a time, which bounds the memory."""

MOST_PAIRS = 1_000_000
"""Pairs after which the search ends: a fix takes these away, and the next version is searched again."""

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Places = np.ndarray[Any, np.dtype[np.int64]]


def look_of(pixels: Pixels) -> tuple[int, bytes]:
    """The hash of an image, uint8 (C, H, W), and its small copy: C * SIDE * SIDE bytes."""
    array = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    image = Image.fromarray(np.ascontiguousarray(array))
    bits = np.packbits(imagehash.phash(image).hash)
    return int.from_bytes(bits.tobytes()), image.resize(
        (SIDE, SIDE), Image.Resampling.BOX
    ).tobytes()


def alike(hashes: Hashes, copies: Pixels) -> Places:
    """Pairs (first, second) of images that look alike, first < second, in order; int64 (n, 2).

    `copies` are the small copies, uint8 (images, bytes).
    """
    found = [np.empty((0, 2), dtype=np.int64)]
    missing = MOST_PAIRS
    for near in _near(hashes):
        differences = np.abs(copies[near[:, 0]].astype(np.int16) - copies[near[:, 1]])
        found.append(near[differences.mean(axis=1) <= DIFFERENCE])
        missing -= len(found[-1])
        if missing <= 0:
            break
    return np.unique(np.concatenate(found), axis=0)


def _near(hashes: Hashes) -> Iterator[Places]:
    """Pairs whose hashes differ in at most RADIUS bits, some at a time; a pair may come again."""
    for band in np.array_split(np.arange(BITS, dtype=np.uint64), RADIUS + 1):
        keys = (hashes >> band[0]) & np.uint64((1 << len(band)) - 1)
        order = np.lexsort([hashes, keys])
        for pairs in _sharing(keys[order], order):
            differing = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]])
            yield pairs[differing <= RADIUS]


def _sharing(keys: Hashes, order: Places) -> Iterator[Places]:
    """Pairs of images in `order` whose sorted keys are the same: each with its next, and so on."""
    for distance in range(1, min(NEIGHBOURS, len(keys))):
        (places,) = np.nonzero(keys[distance:] == keys[:-distance])
        if not len(places):
            return
        for some in np.array_split(places, 1 + len(places) // BLOCK):
            yield np.sort(np.stack([order[some], order[some + distance]], axis=1), axis=1)


def keep_one(pairs: Places, count: int) -> list[tuple[int, int]]:
    """Which of `count` images to leave out, each with the one that stays and looks like it.

    The earlier one stays. Only an image that looks like one that stays is left out, so of a film
    whose pictures change slowly some are kept.
    """
    stays = np.ones(count, dtype=bool)
    left_out: list[tuple[int, int]] = []
    for first, second in pairs.tolist():
        if stays[first] and stays[second]:
            stays[second] = False
            left_out.append((second, first))
    return left_out
