"""What is promised of training, validation and test, for whatever images and groups there are."""

from __future__ import annotations

import hashlib
import random
import zipfile
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_web.datasets.archive import Member
from automl_web.datasets.images.layout import Item, Layout
from automl_web.datasets.images.splits import carve
from automl_web.datasets.parts import SHARES, SPLITS, TEST, TRAIN, VALIDATION
from automl_web.datasets.refusals.of_images import TooFewGroupsError, TooFewImagesError

Described = list[tuple[str, str, int]]
"""Label, group and picture of each image; the same picture twice is a copy."""

CLASSES = ("cat", "dog", "fox")
shares = st.fixed_dictionaries(
    {part: st.sampled_from([0.05, 0.1, 0.15, 0.25, 0.4]) for part in (VALIDATION, TEST)}
)


def layout_of(images: Described) -> Layout:
    """A layout as decoding leaves it; no two files have one name."""
    layout = Layout()
    for number, (label, group, picture) in enumerate(images):
        member = Member((label, f"{number}.png"), zipfile.ZipInfo(f"{label}/{number}.png"))
        digest = hashlib.sha256(f"{label} {picture}".encode()).digest()
        layout.items.append(Item(member, TRAIN, label, group, digest=digest, place=number))
    return layout


def sizes(order: dict[str, list[Item]]) -> dict[str, Counter[str]]:
    return {split: Counter(item.label for item in items) for split, items in order.items()}


def ids(items: list[Item]) -> list[str]:
    return [item.id for item in items]


@st.composite
def different_images(draw: st.DrawFn) -> Described:
    """No copies and no groups."""
    counts = draw(st.lists(st.integers(5, 60), min_size=2, max_size=3))
    return [
        (label, "", number)
        for label, count in zip(CLASSES, counts, strict=False)
        for number in range(count)
    ]


@st.composite
def grouped_images(draw: st.DrawFn) -> Described:
    """Images with copies, in groups of which some have several classes."""
    images: Described = []
    for label in CLASSES[: draw(st.integers(2, 3))]:
        images += [(label, "", number) for number in range(5)]
    some = st.tuples(
        st.sampled_from(sorted({label for label, _group, _picture in images})),
        st.sampled_from(["", *(f"patient {n}" for n in range(8))]),
        st.integers(0, 40),
    )
    return images + draw(st.lists(some, max_size=80))


@settings(deadline=None)
@given(different_images(), shares)
def test_each_part_has_its_share_of_every_class_within_one_image(images, wanted):
    counted = Counter(label for label, _group, _picture in images)
    found = sizes(carve(layout_of(images), wanted))
    for part, share in wanted.items():
        for label, count in counted.items():
            assert abs(found[part][label] - share * count) <= 1


@settings(deadline=None)
@given(grouped_images(), shares)
def test_no_group_and_no_copy_lies_in_two_parts_and_every_class_lies_in_each(images, wanted):
    try:
        order = carve(layout_of(images), wanted)
    except TooFewGroupsError:
        return  # two classes of a few groups that are the same ones cannot be in three parts
    parts: dict[object, set[str]] = defaultdict(set)
    for split, items in order.items():
        for item in items:
            parts[item.digest].add(split)
            parts[item.group or item.id].add(split)
    assert {len(splits) for splits in parts.values()} == {1}
    assert sum(map(len, order.values())) == len(images)
    classes = {label for label, _group, _picture in images}
    assert all(set(found) == classes for found in sizes(order).values())


@settings(deadline=None)
@given(st.integers(3, 40), st.integers(1, 6))
def test_groups_of_one_size_come_as_near_to_the_shares_as_groups_allow(groups, size):
    images = [
        (label, f"{label} {group}", size * group + number)
        for label in CLASSES[:2]
        for group in range(max(groups, 5))
        for number in range(size)
    ]
    found = sizes(carve(layout_of(images)))
    for part, share in SHARES.items():
        for label in CLASSES[:2]:
            wanted = share * size * max(groups, 5)
            assert abs(found[part][label] - wanted) <= max(size / 2 + 1, size - wanted)


@settings(deadline=None)
@given(grouped_images(), st.randoms(use_true_random=False))
def test_the_order_in_the_zip_makes_no_difference(images, chance: random.Random):
    one, other = layout_of(images), layout_of(images)
    chance.shuffle(other.items)
    try:
        expected = carve(one)
    except TooFewGroupsError:
        with pytest.raises(TooFewGroupsError):
            carve(other)
        return
    found = carve(other)
    assert {split: ids(found[split]) for split in SPLITS} == {
        split: ids(expected[split]) for split in SPLITS
    }


@settings(deadline=None)
@given(different_images(), st.data())
def test_the_test_part_stays_whatever_is_left_out_of_the_others(images, data):
    order = carve(layout_of(images))
    test = set(ids(order[TEST]))
    spare = [item.id for split in (TRAIN, VALIDATION) for item in order[split]]
    dropped = set(data.draw(st.lists(st.sampled_from(spare), unique=True)))
    mended = layout_of(images)
    mended.items = [item for item in mended.items if item.id not in dropped]
    try:
        again = carve(mended, {**SHARES, VALIDATION: 0.3}, lambda item: item.id in test)
    except (TooFewImagesError, TooFewGroupsError):
        return  # too much was left out
    assert set(ids(again[TEST])) == test
    assert not mended.drawn_anew


def test_a_class_whose_test_images_are_all_left_out_gets_others():
    images = [(label, "", number) for label in CLASSES for number in range(20)]
    order = carve(layout_of(images))
    test = set(ids(order[TEST]))
    mended = layout_of(images)
    mended.items = [i for i in mended.items if not (i.label == "cat" and i.id in test)]
    found = sizes(carve(mended, was_test=lambda item: item.id in test))
    assert found[TEST] == Counter(cat=1, dog=3, fox=3)


def test_a_group_that_was_torn_makes_all_parts_be_drawn_anew():
    images = [(label, f"patient {n % 10}", n) for label in CLASSES[:2] for n in range(40)]
    loose = layout_of([(label, "", picture) for label, _group, picture in images])
    test = set(ids(carve(loose)[TEST]))
    layout = layout_of(images)
    order = carve(layout, was_test=lambda item: item.id in test)
    assert layout.drawn_anew
    assert {i.group for i in order[TEST]}.isdisjoint(i.group for i in order[TRAIN])


def test_parts_that_came_along_and_tear_no_group_are_kept():
    layout = layout_of([(label, f"{label} {n // 4}", n) for label in CLASSES for n in range(40)])
    layout.given = (TRAIN, TEST)
    for item in layout.items:
        item.split = TEST if item.group.endswith("9") else TRAIN
    order = carve(layout)
    assert {item.group for item in order[TEST]} == {"cat 9", "dog 9", "fox 9"}
    assert not layout.drawn_anew


def test_a_class_in_two_groups_is_refused_by_name():
    images = [("cat", f"patient {n % 2}", n) for n in range(20)]
    images += [("dog", f"patient {n}", n) for n in range(20)]
    with pytest.raises(TooFewGroupsError, match="“cat” cannot be in every part: only 2 "):
        carve(layout_of(images))
