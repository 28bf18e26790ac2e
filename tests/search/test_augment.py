"""What training does to images and labels: mixup, cutout and TrivialAugment."""

from __future__ import annotations

import pytest
import torch

from search.training import trivial as changes
from search.training.augment import augmentation_of, cutout, mixup
from search.training.recipe import Recipe
from search.training.trivial import CHANGES, trivial


def chances(seed=0):
    return torch.Generator().manual_seed(seed)


def test_mixup_blends_each_image_with_the_one_it_names():
    images = torch.rand(16, 1, 4, 4)
    blended, other, share = mixup(images, 0.5, chances())
    assert 0 < share < 1
    assert torch.allclose(blended, share * images + (1 - share) * images[other])


def test_without_mixup_nothing_is_drawn():
    generator, images = chances(), torch.rand(16, 1, 4, 4)
    before = generator.get_state()
    assert torch.equal(mixup(images, 0.0, generator)[0], images)
    assert torch.equal(cutout(images, 0, generator), images)
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("size", [8, 32, 64])
def test_a_cutout_hides_at_most_as_great_a_part_of_any_image(size):
    hidden = cutout(torch.ones(200, 1, size, size), 16, chances()) == 0
    areas = hidden.sum(dim=(1, 2, 3))
    assert int(areas.max()) == (size // 2) ** 2
    assert 0 < int(areas.min()) < (size // 2) ** 2
    rows, columns = hidden[0, 0].any(dim=1).sum(), hidden[0, 0].any(dim=0).sum()
    assert int(areas[0]) == int(rows * columns)


@pytest.mark.parametrize("channels", [1, 3])
def test_trivial_augment_keeps_the_form_of_images_and_changes_most_of_them(channels):
    images = torch.randint(256, (280, channels, 8, 8), dtype=torch.uint8, generator=chances(1))
    changed = trivial(images, chances())
    assert changed.dtype == torch.uint8
    assert changed.shape == images.shape
    assert (changed != images).flatten(1).any(dim=1).float().mean() > 0.7
    assert torch.equal(changed, trivial(images, chances()))


WITH_STRENGTH = [c for c in CHANGES if c not in (changes._contrasted, changes._equalised)]


@pytest.mark.parametrize("change", WITH_STRENGTH, ids=map(str, range(len(WITH_STRENGTH))))
def test_without_strength_nothing_changes(change):
    images = torch.randint(256, (4, 3, 9, 8), generator=chances()).float()
    none, sign = torch.zeros(4, 1, 1, 1), torch.ones(4, 1, 1, 1)
    assert torch.allclose(change(images, none, sign), images, atol=1e-3)


def test_equalised_values_are_spread_over_all_that_there_are():
    images = torch.arange(16.0).view(1, 1, 4, 4) + 100
    even = changes._equalised(images, torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1))
    assert even.flatten().tolist() == pytest.approx([17.0 * rank for rank in range(16)])


def test_a_recipe_has_trivial_augment_after_its_own():
    images = torch.randint(256, (64, 1, 8, 8), dtype=torch.uint8, generator=chances())
    plain = augmentation_of(Recipe())(images, chances())
    assert torch.equal(plain, images)
    assert not torch.equal(augmentation_of(Recipe(trivial_augment="on"))(images, chances()), images)
