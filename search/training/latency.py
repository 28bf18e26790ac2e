"""How long a network takes for one item, measured on the device that trains it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

WARM_UPS, RUNS = 10, 100


@dataclass(frozen=True)
class Latency:
    """Milliseconds for one item: the median of the runs and the 90th percentile, with so many threads."""

    median_ms: float
    p90_ms: float
    threads: int


def measure(network: nn.Module, shape: tuple[int, int, int], device: torch.device) -> Latency:
    """Time the network on one image (C, H, W) that is allocated beforehand."""
    image = torch.zeros(1, *shape, device=device).to(memory_format=torch.channels_last)
    return timed(network, (image,), device)


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
