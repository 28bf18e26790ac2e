"""How long a network takes for one item, measured on the device that trains it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from search.architecture.blueprint import Blueprint
from search.architecture.chains import chain_blueprint
from search.architecture.network import Network
from search.training.alone import alone, remember, remembered

WARM_UPS, RUNS = 10, 100

REFERENCE = ((3, 32, 32), 10)
"""What the network that others are compared with reads, and its classes."""

REFERENCE_RUNS = 300
"""Of these the quickest tells how long it takes when nothing disturbs it."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds for one item: the median of the runs and the 90th percentile, with so many threads."""

    median_ms: float
    p90_ms: float
    threads: int


def measure(
    network: nn.Module,
    shape: tuple[int, int, int],
    device: torch.device,
    blueprint: Blueprint | None = None,
) -> Latency:
    """Time the network on one image (C, H, W) that is allocated beforehand.

    On a CPU one process of the machine measures at a time, on one core, with one thread; what counts
    is the computing time in proportion to that of a reference network, whose runs alternate with
    those of this one, so that a busy machine slows both. Of a `blueprint` that was measured before
    on this machine the figures are those of then.
    """
    image = torch.zeros(1, *shape, device=device).to(memory_format=torch.channels_last)
    if device.type != "cpu":
        return timed(network, (image,), device)
    with alone() as folder:
        known = remembered(folder, repr(blueprint)) if blueprint else None
        if known:
            return Latency(**known)
        found = _in_proportion(network, image, folder)
        if blueprint:
            remember(folder, repr(blueprint), asdict(found))
        return found


@torch.inference_mode()
def _in_proportion(network: nn.Module, image: torch.Tensor, folder: Path) -> Latency:
    """The computing time of the runs over that of the reference's, times what the reference takes."""
    reference, given = _reference(), torch.zeros(1, *REFERENCE[0])
    was_training = network.training
    network.eval()
    for _ in range(WARM_UPS):
        _spent(reference, given)
        _spent(network, image)
    pairs = np.array(
        [(_spent(network, image), _spent(reference, given)) for _ in range(RUNS)], dtype=float
    )
    network.train(was_training)
    unit = _reference_ms(folder) / float(np.median(pairs[:, 1]))
    median, p90 = unit * np.percentile(pairs[:, 0], (50, 90))
    return Latency(float(median), float(p90), torch.get_num_threads())


@cache
def _reference() -> nn.Module:
    """A small convolutional network; its weights do not matter."""
    shape, classes = REFERENCE
    with torch.random.fork_rng(devices=[]):
        return Network(chain_blueprint(shape, classes, layers=3, width=16, dropout=0.0)).eval()


def _reference_ms(folder: Path) -> float:
    """Milliseconds of the reference network when nothing disturbs it, measured once a machine."""
    known = remembered(folder, "reference")
    if known:
        return float(known["ms"])
    given = torch.zeros(1, *REFERENCE[0])
    quickest = min(_spent(_reference(), given) for _ in range(REFERENCE_RUNS))
    remember(folder, "reference", {"ms": quickest})
    return quickest


def _spent(network: Callable[..., object], image: torch.Tensor) -> float:
    """Milliseconds that this thread has computed for one run."""
    began = time.thread_time()
    network(image)
    return 1000 * (time.thread_time() - began)


@torch.inference_mode()
def timed(network: nn.Module, inputs: tuple[torch.Tensor, ...], device: torch.device) -> Latency:
    """Time the network in evaluation mode on `inputs`.

    As ProxylessNAS measures on a CPU: ten runs to warm up, then a hundred that count. A GPU is waited
    for at the end of each run. The network is left in the mode that it was in.
    """
    was_training = network.training
    network.eval()
    for _ in range(WARM_UPS):
        _run(network, inputs, device)
    times = [_run(network, inputs, device) for _ in range(RUNS)]
    network.train(was_training)
    median, p90 = np.percentile(times, (50, 90))
    return Latency(float(median), float(p90), torch.get_num_threads())


def _run(network: nn.Module, inputs: tuple[torch.Tensor, ...], device: torch.device) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    network(*inputs)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return 1000 * (time.perf_counter() - began)
