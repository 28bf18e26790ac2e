"""Prepared texts as training reads them: streams that follow each other, batches, and nested shares."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from search.training.text.data import (
    BLOCKS,
    Items,
    chosen,
    joined,
    padded,
    shared,
    shuffled,
    windows,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(st.integers(2, 500), st.integers(1, 40), st.integers(1, 60), st.integers(0, 5))
def test_a_reading_goes_through_each_stream_once_and_predicts_what_follows(
    length, batch_size, steps, seed
):
    text = torch.arange(length, dtype=torch.int32)
    read = list(windows(text, batch_size, steps, generator(seed)))
    inputs, targets = (torch.cat(part, dim=1) for part in zip(*read, strict=True))
    assert torch.equal(targets, inputs + 1)
    assert (inputs.diff(dim=1) == 1).all()  # each batch goes on where the one before has ended
    assert inputs.flatten().unique().numel() == inputs.numel()
    assert (
        length - 1 - inputs.numel() < inputs.shape[0]
    )  # less than one for each stream is left out
    assert all(window.shape[1] <= steps for window, _ in read)


@given(st.integers(1, 3000), st.floats(0.001, 1), st.floats(0.001, 1))
def test_smaller_shares_of_a_text_lie_within_larger_ones_in_its_order(length, one, two):
    text = torch.arange(length, dtype=torch.int32)
    small, large = (shared(text, share) for share in sorted((one, two)))
    for share, part in zip(sorted((one, two)), (small, large), strict=True):
        assert len(part) == math.ceil(share * length - 1e-9)
        assert (part.diff() > 0).all()
    assert set(small.tolist()) <= set(large.tolist())


def test_a_share_of_a_text_has_something_of_every_part_of_it():
    quarters = shared(torch.arange(64 * BLOCKS), 0.25) // (16 * BLOCKS)
    assert torch.bincount(quarters).tolist() == [4 * BLOCKS] * 4


def some_items() -> Items:
    lengths = [3, 0, 5, 1, 4]
    offsets = torch.tensor([0, *torch.tensor(lengths).cumsum(0).tolist()])
    return Items(torch.arange(1, 14, dtype=torch.int32), offsets, torch.tensor([0, 1, 0, 1, 1]))


def test_items_are_padded_behind_their_ends_and_cut_where_they_are_too_long():
    found, lengths = padded(some_items(), torch.tensor([0, 2, 1, 4]), most=4)
    assert found.tolist() == [[1, 2, 3, 0], [4, 5, 6, 7], [0, 0, 0, 0], [10, 11, 12, 13]]
    assert lengths.tolist() == [3, 4, 1, 4]


def test_two_parts_are_joined_item_by_item():
    both = joined(some_items(), some_items())
    found, _ = padded(both, torch.tensor([2, 7]), most=9)
    assert found[0].tolist() == found[1].tolist() == [4, 5, 6, 7, 8]
    assert both.labels.tolist() == [0, 1, 0, 1, 1] * 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(1, 16))
def test_every_item_is_shown_once_an_epoch_beside_others_about_as_long(lengths, batch_size):
    ends = torch.tensor([0, *lengths]).cumsum(0)
    part = Items(torch.zeros(int(ends[-1])), ends, torch.zeros(len(lengths), dtype=torch.int64))
    batches = shuffled(part, torch.arange(len(part)), batch_size, generator())
    assert sorted(torch.cat(list(batches)).tolist()) == list(range(len(part)))
    spread = [int(part.lengths[batch].max() - part.lengths[batch].min()) for batch in batches]
    if len(part) <= 50 * batch_size:
        assert sum(spread) <= max(lengths) - min(lengths)


@pytest.mark.parametrize("seed", range(3))
def test_shares_of_items_are_nested_and_have_each_class(seed):
    labels = torch.randint(3, (200,), generator=generator(seed))
    part = Items(torch.zeros(200), torch.arange(201), labels)
    shares = [set(chosen(part, 3, share).tolist()) for share in (0.001, 0.1, 0.5, 1.0)]
    assert [len(share) for share in shares] == [3, 20, 100, 200]
    assert all(small <= large for small, large in pairwise(shares))
    assert set(labels[sorted(shares[0])].tolist()) == {0, 1, 2}
