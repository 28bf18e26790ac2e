"""A first-order step of DARTS, ours against the textbook's: `python -m benchmarks.oneshot`.

Both do the same mathematics from the same weights, in turns, on one thread, timed by the processor.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.measured import load
from benchmarks.oneshot.textbook import Textbook, copy_weights
from search.supernet.network import Supernet
from search.supernet.outline import Outline

OPS = ("zero", "id", "max3", "avg3", "sep3", "sep5", "dil3", "dil5")
SIZES = ((64, 4, 3, 8), (32, 16, 5, 16), (64, 16, 8, 8))  # batch, channels, cells, side
ROUNDS = 7


def ours(network: Supernet, images: Tensor, labels: Tensor) -> None:
    """Gradients of the edge weights alone, then of the weights alone."""
    for parameters in (list(network.alphas.values()), network.weights()):
        torch.autograd.grad(functional.cross_entropy(network(images), labels), parameters)


def textbook(network: nn.Module, images: Tensor, labels: Tensor) -> None:
    """As published: two backward passes through everything."""
    for _ in range(2):
        network.zero_grad()
        functional.cross_entropy(network(images), labels).backward()  # type: ignore[no-untyped-call]


def seconds(step: Callable[[], None]) -> float:
    began = time.process_time()
    step()
    return time.process_time() - began


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"load average {load()}; medians of {ROUNDS} steps")
    for batch, channels, cells, side in SIZES:
        outline = Outline(OPS, 4, cells, channels, 2)
        fast, plain = Supernet(outline, (3, side, side), 10), Textbook(outline, (3, side, side), 10)
        copy_weights(fast, plain)
        images, labels = torch.randn(batch, 3, side, side), torch.randint(10, (batch,))
        difference = float((fast(images) - plain(images)).detach().abs().max())
        fast.to(memory_format=torch.channels_last)
        near = images.to(memory_format=torch.channels_last)
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(ROUNDS + 1):
            taken = (
                seconds(partial(ours, fast, near, labels)),
                seconds(partial(textbook, plain, images, labels)),
            )
            if number:  # the first is to warm up
                times[0].append(taken[0])
                times[1].append(taken[1])
        mine, theirs = (statistics.median(part) for part in times)
        print(
            f"batch {batch}, {channels} channels, {cells} cells, {side} x {side}: {mine:.2f} s against "
            f"{theirs:.2f} s, {theirs / mine:.2f} x; logits differ by {difference:.1e}"
        )


if __name__ == "__main__":
    main()
