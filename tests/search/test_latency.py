"""Latency is measured by the same conventions everywhere: one image, warmed up, many runs, in peace."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
from torch import nn

from search.architecture.chains import chain_blueprint
from search.training import alone as alone_module
from search.training.alone import alone, folder, remember, remembered
from search.training.latency import RUNS, WARM_UPS, measure, timed

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _of_its_own(tmp_path, monkeypatch):
    """A folder of its own for what is remembered."""
    monkeypatch.setattr(alone_module.tempfile, "gettempdir", lambda: str(tmp_path))


class Watching(nn.Module):
    """Remembers what it was asked, and how."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.asked = []
        self.peace = []

    def forward(self, images):
        self.asked.append((images.data_ptr(), tuple(images.shape), self.training))
        self.peace.append((torch.get_num_threads(), len(os.sched_getaffinity(0))))
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


def test_a_measurement_has_one_core_and_one_thread_and_gives_them_back():
    before = torch.get_num_threads(), os.sched_getaffinity(0)
    network = Watching()
    measure(network, (3, 8, 8), CPU)
    assert set(network.peace) == {(1, 1)}
    assert (torch.get_num_threads(), os.sched_getaffinity(0)) == before


def test_nobody_else_on_the_machine_measures_meanwhile(tmp_path):
    asking = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'w') as lock:\n"
        "    try: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB); print('free')\n"
        "    except BlockingIOError: print('taken')"
    )

    def asked():
        lock = str(folder() / "lock")
        command = [sys.executable, "-c", asking, lock]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with alone():
        assert asked() == "taken"
    assert asked() == "free"


def test_a_network_that_was_measured_is_not_measured_again_on_the_same_machine(monkeypatch):
    blueprint = chain_blueprint((3, 8, 8), 2, layers=1, width=2, dropout=0.0)
    first = measure(Watching(), (3, 8, 8), CPU, blueprint)
    again = Watching()
    assert measure(again, (3, 8, 8), CPU, blueprint) == first
    assert not again.asked
    monkeypatch.setattr(alone_module, "machine", lambda: "another one")
    measure(again, (3, 8, 8), CPU, blueprint)
    assert again.asked


def test_what_is_remembered_and_cannot_be_read_is_measured_again():
    where = folder()
    remember(where, "x", {"ms": 1.0})
    assert remembered(where, "x") == {"ms": 1.0}
    (kept,) = where.glob("*.json")
    kept.write_text("{")
    assert remembered(where, "x") is None


def test_a_folder_of_somebody_else_is_not_trusted(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"{alone_module.KEPT_FOR}-{os.getuid()}").symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        folder()


@pytest.mark.parametrize("mode", [True, False])
def test_the_network_is_left_as_it_was(mode):
    network = Watching().train(mode)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    measure(network, (3, 8, 8), CPU)
    assert network.training is mode
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_machine_that_is_twice_as_slow_for_a_while_changes_no_figure(monkeypatch):
    def found(slowness):
        clock = {"now": 0.0, "reads": 0}

        def now():
            clock["reads"] += 1
            ends = clock["reads"] % 2 == 0
            is_reference = clock["reads"] // 2 % 2 == 1
            clock["now"] += slowness * (0.001 if is_reference else 0.003) if ends else 0.0
            return clock["now"]

        monkeypatch.setattr("search.training.latency.time.thread_time", now)
        monkeypatch.setattr("search.training.latency._reference_ms", lambda folder: 2.0)
        return measure(Watching(), (3, 8, 8), CPU).median_ms

    assert found(1.0) == pytest.approx(found(2.0))


def test_the_middle_and_the_slow_end_are_told_with_the_number_of_threads(monkeypatch):
    ticks = iter(range(2 * (WARM_UPS + RUNS)))
    lengths = [50.0] * WARM_UPS + [0.001 * each for each in range(1, RUNS + 1)]
    clock = {"now": 0.0}

    def now():
        tick = next(ticks)
        clock["now"] += lengths[tick // 2] if tick % 2 else 0.0
        return clock["now"]

    monkeypatch.setattr("search.training.latency.time.perf_counter", now)
    found = timed(Watching(), (torch.zeros(1, 3, 8, 8),), CPU)
    assert found.median_ms == pytest.approx(50.5)
    assert found.p90_ms == pytest.approx(90.1)
    assert found.threads == torch.get_num_threads()


def test_a_system_that_cannot_pin_measures_all_the_same(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    with alone() as where:
        assert where.is_dir()
