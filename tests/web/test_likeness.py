"""Images that look alike are found, and others are not taken for them."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance
from sklearn.datasets import load_digits

from automl_web.datasets.images.likeness import RADIUS, alike, keep_one, look_of

SAME = np.zeros((1, 64), dtype=np.uint8)


def photograph(seed: int, side: int = 32) -> Image.Image:
    """Soft blobs of colour, like a photograph from afar."""
    blobs = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(blobs).resize((side, side), Image.Resampling.BICUBIC)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).transpose(2, 0, 1)


def pairs_of(images: list[np.ndarray]) -> list[list[int]]:
    hashes, copies = zip(*map(look_of, images), strict=True)
    small = np.frombuffer(b"".join(copies), dtype=np.uint8).reshape(len(images), -1)
    pairs: list[list[int]] = alike(np.array(hashes, dtype=np.uint64), small)[0].tolist()
    return pairs


def by_comparing_all(hashes: list[int]) -> list[list[int]]:
    return [
        [first, second]
        for first in range(len(hashes))
        for second in range(first + 1, len(hashes))
        if (hashes[first] ^ hashes[second]).bit_count() <= RADIUS
    ]


@st.composite
def crowds(draw):
    """Hashes of which some are a few bits from others."""
    start = st.integers(0, 2**64 - 1)
    hashes = draw(st.lists(start, min_size=2, max_size=30))
    flips = st.lists(st.integers(0, 63), max_size=RADIUS + 3)
    for bits in draw(st.lists(flips, max_size=30)):
        origin = draw(st.sampled_from(hashes))
        for bit in bits:
            origin ^= 1 << bit
        hashes.append(origin)
    return hashes


@given(crowds())
@settings(max_examples=60, deadline=None)
def test_the_search_by_bands_finds_what_comparing_all_with_all_finds(hashes):
    copies = np.repeat(SAME, len(hashes), axis=0)
    found, is_complete = alike(np.array(hashes, dtype=np.uint64), copies)
    assert is_complete
    assert found.tolist() == by_comparing_all(hashes)


def saved_again(image: Image.Image) -> Image.Image:
    file = BytesIO()
    image.save(file, format="JPEG", quality=80)
    return Image.open(file)


def made_larger_and_small_again(image: Image.Image) -> Image.Image:
    return image.resize((96, 96)).resize(image.size)


def a_little_brighter(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.03)


@pytest.mark.parametrize("change", [saved_again, made_larger_and_small_again, a_little_brighter])
@pytest.mark.parametrize("seed", range(5))
def test_an_image_that_was_changed_a_little_is_found(change, seed):
    images = [photograph(seed), photograph(seed + 100), change(photograph(seed))]
    assert pairs_of([pixels(image) for image in images]) == [[0, 2]]


def test_different_photographs_are_not_alike():
    assert pairs_of([pixels(photograph(seed)) for seed in range(500)]) == []


def test_black_and_white_are_not_alike_although_neither_has_a_shape():
    assert pairs_of([np.full((3, 32, 32), level, dtype=np.uint8) for level in (0, 255)]) == []


def test_handwritten_digits_are_not_taken_for_copies_of_each_other():
    digits = (load_digits().images * 255 / 16).astype(np.uint8)
    assert len(pairs_of([digit[None] for digit in digits])) < 0.005 * len(digits)


def test_of_a_film_whose_pictures_change_slowly_some_are_kept():
    pairs = np.array([[n, n + 1] for n in range(9)])
    assert keep_one(pairs) == [(1, 0), (3, 2), (5, 4), (7, 6), (9, 8)]
