"""Networks on 900 handwritten digits of which every fifth is labelled wrongly, epoch by epoch.

`python -m benchmarks.hpo.digits_mlp --record` trains 600 of them for 81 epochs; without, it tells how
well early epochs foretell the last.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from ConfigSpace import ConfigurationSpace, Float, Integer
from scipy.stats import spearmanr
from sklearn.datasets import load_digits
from torch import Tensor, nn

from benchmarks.hpo.recorded import Recording, read, record
from search.surrogates.encoding import Array

NAME = "digits_mlp"
EPOCHS, ROWS, TRAIN, WRONG = 81, 600, 900, 0.2


def space() -> ConfigurationSpace:
    """Seven hyper-parameters of a network trained by stochastic gradient descent."""
    declared = ConfigurationSpace()
    declared.add(
        [
            Float("learning_rate", (1e-4, 1.0), log=True),
            Float("momentum", (0.0, 0.99)),
            Float("weight_decay", (1e-6, 1e-1), log=True),
            Float("dropout", (0.0, 0.6)),
            Integer("batch_size", (16, 256), log=True),
            Integer("width", (8, 128), log=True),
            Integer("layers", (1, 3)),
        ]
    )
    return declared


@cache
def data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images and labels, some of these wrong, and the other 897 as they are."""
    images, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(images))
    x = torch.tensor(images[order] / 16, dtype=torch.float32)
    told = labels[order].copy()
    wrong = rng.random(TRAIN) < WRONG
    told[:TRAIN][wrong] = rng.integers(10, size=wrong.sum())
    y = torch.tensor(told, dtype=torch.long)
    return x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:]


def _network(config: Mapping[str, Any]) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = 64
    for _ in range(config["layers"]):
        layers += [nn.Linear(inputs, config["width"]), nn.ReLU(), nn.Dropout(config["dropout"])]
        inputs = config["width"]
    return nn.Sequential(*layers, nn.Linear(inputs, 10))


def train(config: Mapping[str, Any], seed: int) -> tuple[Array, Array]:
    """Validation error after each epoch, and the CPU seconds until then."""
    torch.manual_seed(seed)
    network, (x, y, held_x, held_y) = _network(config), data()
    optimiser = torch.optim.SGD(
        network.parameters(),
        lr=config["learning_rate"],
        momentum=config["momentum"],
        weight_decay=config["weight_decay"],
    )
    errors, seconds, spent = np.empty(EPOCHS), np.empty(EPOCHS), 0.0
    for epoch in range(EPOCHS):
        began = time.process_time()
        network.train()
        for batch in torch.split(torch.randperm(TRAIN), config["batch_size"]):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        spent += time.process_time() - began
        network.eval()
        with torch.no_grad():
            errors[epoch] = float((network(held_x).argmax(1) != held_y).double().mean())
        seconds[epoch] = spent
    return errors, seconds


def recording() -> Recording:
    return read(NAME, space())


def main() -> None:
    """Print how well the ranking after some epochs foretells that after the last."""
    found = recording()
    ranked = np.sort(found.errors[:, -1])
    print(
        f"{len(ranked)} networks; best {ranked[0]:.4f}, top 2 % {found.target(0.02):.4f}, ", end=""
    )
    print(f"median {np.median(ranked):.4f}; {found.seconds[:, -1].sum():.0f} CPU seconds")
    print("\n| epochs | rank correlation with the last | among the better half |\n|---|---|---|")
    better = found.errors[:, -1] <= np.median(found.errors[:, -1])
    for epoch in (1, 3, 9, 27):
        pairs = found.errors[:, epoch - 1], found.errors[:, -1]
        of_all = spearmanr(*pairs).statistic
        of_better = spearmanr(*(values[better] for values in pairs)).statistic
        print(f"| {epoch} | {of_all:.2f} | {of_better:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="train all networks anew")
    if parser.parse_args().record:
        torch.set_num_threads(1)
        record(NAME, space(), np.arange(1.0, EPOCHS + 1), train, ROWS, seed=0)
    main()
