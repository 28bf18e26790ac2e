"""How long a network takes for one image, measured on the device that trains it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

WARM_UPS, RUNS = 10, 100


@dataclass(frozen=True)
class Latency:
    """Milliseconds for one image: the median of the runs and the 90th percentile, with so many threads."""

    median_ms: float
    p90_ms: float
    threads: int


@torch.inference_mode()
def measure(network: nn.Module, shape: tuple[int, int, int], device: torch.device) -> Latency:
    """Time the network in evaluation mode on one image (C, H, W) that is allocated beforehand.

    As ProxylessNAS measures on a CPU: ten runs to warm up, then a hundred that count. A GPU is waited
    for at the end of each run. The network is left in the mode that it was in.
    """
    was_training = network.training
    network.eval()
    image = torch.zeros(1, *shape, device=device).to(memory_format=torch.channels_last)
    for _ in range(WARM_UPS):
        _run(network, image)
    times = [_run(network, image) for _ in range(RUNS)]
    network.train(was_training)
    median, p90 = np.percentile(times, (50, 90))
    return Latency(float(median), float(p90), torch.get_num_threads())


def _run(network: nn.Module, image: torch.Tensor) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    network(image)
    if image.device.type == "cuda":
        torch.cuda.synchronize(image.device)
    return 1000 * (time.perf_counter() - began)
