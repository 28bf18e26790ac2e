"""Latency is measured by the same conventions everywhere: one image, warmed up, many runs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from search.training.latency import RUNS, WARM_UPS, measure

CPU = torch.device("cpu")


class Watching(nn.Module):
    """Remembers what it was asked, and how."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.asked = []

    def forward(self, images):
        self.asked.append((images.data_ptr(), tuple(images.shape), self.training))
        assert torch.is_inference_mode_enabled()
        return self.norm(images)


def test_one_image_that_lies_ready_is_asked_about_ten_times_to_warm_up_and_then_a_hundred_times():
    network = Watching()
    measure(network, (3, 8, 9), CPU)
    assert (WARM_UPS, RUNS) == (10, 100)
    assert len(network.asked) == 110
    assert len(set(network.asked)) == 1
    _, shape, was_training = network.asked[0]
    assert shape == (1, 3, 8, 9)
    assert not was_training


@pytest.mark.parametrize("mode", [True, False])
def test_the_network_is_left_as_it_was(mode):
    network = Watching().train(mode)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    measure(network, (3, 8, 8), CPU)
    assert network.training is mode
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_the_middle_and_the_slow_end_are_told_with_the_number_of_threads(monkeypatch):
    ticks = iter(range(2 * (WARM_UPS + RUNS)))
    lengths = [50.0] * WARM_UPS + [0.001 * each for each in range(1, RUNS + 1)]
    clock = {"now": 0.0}

    def now():
        tick = next(ticks)
        clock["now"] += lengths[tick // 2] if tick % 2 else 0.0
        return clock["now"]

    monkeypatch.setattr("search.training.latency.time.perf_counter", now)
    found = measure(Watching(), (3, 8, 8), CPU)
    assert found.median_ms == pytest.approx(50.5)
    assert found.p90_ms == pytest.approx(90.1)
    assert found.threads == torch.get_num_threads()
