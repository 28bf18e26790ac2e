"""Which images look alike: a perceptual hash finds the pairs, a small copy of the image confirms them.

The hash is described by C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010. The search is that of M. Norouzi, A. Punjani and D. Fleet, "Fast Exact Search in
Hamming Space with Multi-Index Hashing", 2014: two hashes that differ in at most RADIUS bits differ in
at most RADIUS // BANDS bits of one of BANDS bands, so only images that nearly share a band are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import imagehash
import numpy as np
import scipy.fftpack  # noqa: F401 - imagehash asks for it at the first hash: too late in a confined process
from PIL import Image

BITS, BANDS = 64, 5
RADIUS = 8
"""Bits in which the hashes of two images that look alike may differ.

In 60,000 photographs (CIFAR-10) pairs up to here are nearly all the same picture, saved again or in
other colours; from 10 on other pictures come in.
"""

SIDE = 8
"""Pixels of a side of the small copy."""

DIFFERENCE = 16.0
"""Gray levels, of 255, by which two small copies may differ on average: other colours are allowed."""

CROWDED, DIFFERENCE_IN_A_CROWD = 0.5, 6.0
"""With so many pairs of close hashes an image, what is shown has few shapes, as handwriting has; there
two copies may differ less. In 60,000 photographs it is a fifth of that, in 1,797 digits five times."""

BLOCK = 15_000
"""Pairs that are compared at a time, which bounds the memory."""

MOST_COMPARED, MOST_PAIRS = 1_000_000_000, 1_000_000
"""Pairs that are compared, or found, before the search ends; honest data stays far below."""

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Keys = np.ndarray[Any, np.dtype[np.uint16]]
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


def alike(hashes: Hashes, copies: Pixels) -> tuple[Places, bool]:
    """Pairs (first, second) of images that look alike, first < second, in order; int64 (n, 2).

    `copies` are the small copies, uint8 (images, bytes). Also says whether all could be compared.
    """
    found, differences = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)]
    compared = close = pairs = 0
    for some in _sharing_a_band(hashes):
        compared += len(some)
        near = some[np.bitwise_count(hashes[some[:, 0]] ^ hashes[some[:, 1]]) <= RADIUS]
        if not len(near):
            continue
        difference = np.abs(copies[near[:, 0]].astype(np.int16) - copies[near[:, 1]]).mean(axis=1)
        found.append(near[difference <= DIFFERENCE])
        differences.append(difference[difference <= DIFFERENCE])
        close, pairs = close + len(near), pairs + len(found[-1])
        if compared > MOST_COMPARED or pairs > MOST_PAIRS:
            break
    in_a_crowd = close > CROWDED * len(hashes)
    allowed = DIFFERENCE_IN_A_CROWD if in_a_crowd else DIFFERENCE
    confirmed = np.concatenate(found)[np.concatenate(differences) <= allowed]
    in_order = np.unique(np.sort(confirmed, axis=1), axis=0)
    return in_order, compared <= MOST_COMPARED and pairs <= MOST_PAIRS


def _sharing_a_band(hashes: Hashes) -> Iterator[Places]:
    """Pairs of images that share a band but for one bit, some at a time; a pair may come again."""
    for band in np.array_split(np.arange(BITS, dtype=np.uint64), BANDS):
        keys = ((hashes >> band[0]) & np.uint64((1 << len(band)) - 1)).astype(np.uint16)
        order = np.argsort(keys)
        for flip in (0, *(1 << bit for bit in range(len(band)))):
            for first, second in _differing_in(keys[order], flip):
                yield np.stack([order[first], order[second]], axis=1)


def _differing_in(keys: Keys, flip: int) -> Iterator[tuple[Places, Places]]:
    """Places, in the sorted keys, of pairs of keys that are the same but for the bits of `flip`."""
    others = keys ^ np.uint16(flip)
    start = np.maximum(np.searchsorted(keys, others), np.arange(1, len(keys) + 1))  # each pair once
    counts = np.maximum(np.searchsorted(keys, others, "right") - start, 0)
    total = np.cumsum(counts)
    before = total - counts
    cuts = np.searchsorted(total, np.arange(BLOCK, total[-1], BLOCK))
    for places in np.split(np.arange(len(keys)), cuts):
        first = np.repeat(places, counts[places])
        if len(first):
            nth = np.arange(len(first)) + before[places[0]] - before[first]
            yield first, start[first] + nth


def keep_one(pairs: Places) -> list[tuple[int, int]]:
    """Which images to leave out, each with the one that stays and looks like it.

    The earlier one stays. Only an image that looks like one that stays is left out, so of a film
    whose pictures change slowly some are kept.
    """
    left_out: dict[int, int] = {}
    for first, second in pairs.tolist():
        if first not in left_out:
            left_out.setdefault(second, first)
    return list(left_out.items())
