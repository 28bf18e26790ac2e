"""Hyper-gradients against random search: a linear softmax on 100 digits, a weight decay for each class.

    OMP_NUM_THREADS=1 python -m benchmarks.hpo.hypergradients --seeds 3

The leader has ten logarithms of a weight decay and 700 validation digits. Random search trains 80
times from scratch, each to convergence. Everything is judged by the validation loss of the weights
trained from scratch with what was found, and by processor time.
"""

from __future__ import annotations

import argparse
import time
from functools import partial

import torch
from sklearn.datasets import load_digits
from torch import Tensor
from torch.nn import functional

from search.training.hypergradient import hyper_gradient

CLASSES, TRAINED, JUDGED = 10, 100, 700
LOW, HIGH = -9.0, 3.0
"""Bounds of the logarithms."""

OUTER, INNER, RATE, LEADER = 500, 5, 0.1, 0.05
FULL, DRAWS = 3000, 80


class Digits:
    """Digits in a fixed order: a training part and a validation part."""

    def __init__(self, seed: int) -> None:
        found = load_digits()
        order = torch.randperm(len(found.data), generator=torch.Generator().manual_seed(seed))
        images, labels = (
            torch.tensor(found.data / 16).float()[order],
            torch.tensor(found.target)[order],
        )
        self.train = images[:TRAINED], labels[:TRAINED]
        self.validation = images[TRAINED : TRAINED + JUDGED], labels[TRAINED : TRAINED + JUDGED]

    def trained(self, weights: Tensor, hypers: Tensor) -> Tensor:
        fit = functional.cross_entropy(self.train[0] @ weights, self.train[1])
        return fit + (hypers.exp() * (weights**2).sum(dim=0)).sum() / 2

    def judged(self, weights: Tensor) -> Tensor:
        return functional.cross_entropy(self.validation[0] @ weights, self.validation[1])


def from_scratch(digits: Digits, hypers: Tensor) -> Tensor:
    """Weights (64, 10) trained to convergence."""
    weights = torch.zeros(64, CLASSES, requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=0.05)
    for _ in range(FULL):
        (weights.grad,) = torch.autograd.grad(digits.trained(weights, hypers), [weights])
        optimiser.step()
    return weights.detach()


def led(digits: Digits, terms: int) -> Tensor:
    """Logarithms (10,) that the game has come to."""
    weights = torch.zeros(64, CLASSES, requires_grad=True)
    hypers = torch.full((CLASSES,), -3.0, requires_grad=True)
    leader = torch.optim.Adam([hypers], lr=LEADER)
    for _ in range(OUTER):
        for _ in range(INNER):
            (slope,) = torch.autograd.grad(digits.trained(weights, hypers.detach()), [weights])
            with torch.no_grad():
                weights -= RATE * slope
        (hypers.grad,) = hyper_gradient(
            digits.trained(weights, hypers),
            digits.judged(weights),
            [weights],
            [hypers],
            terms=terms,
            step=RATE,
        )
        leader.step()
        with torch.no_grad():
            hypers.clamp_(LOW, HIGH)
    return hypers.detach()


def by_chance(digits: Digits, seed: int) -> Tensor:
    """The best of 80 random draws, each trained from scratch."""
    generator = torch.Generator().manual_seed(seed)
    drawn = LOW + (HIGH - LOW) * torch.rand(DRAWS, CLASSES, generator=generator)
    best: Tensor = min(drawn, key=lambda hypers: float(digits.judged(from_scratch(digits, hypers))))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    torch.set_num_threads(1)
    for seed in range(parser.parse_args().seeds):
        digits = Digits(seed)
        for name, find in (
            ("20 terms", partial(led, digits, 20)),
            ("no terms", partial(led, digits, 0)),
            ("random, 80", partial(by_chance, digits, seed)),
        ):
            began = time.process_time()
            hypers = find()
            seconds = time.process_time() - began
            loss = float(digits.judged(from_scratch(digits, hypers)))
            print(f"seed {seed}  {name:11} validation loss {loss:.3f}  {seconds:6.1f} s")


if __name__ == "__main__":
    main()
