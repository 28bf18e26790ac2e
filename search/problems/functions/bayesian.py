"""A Bayesian neural network, sampled by SGHMC; the budget is the number of steps of the chain.

Falkner, Klein & Hutter, ICML 2018, section 5: the negative log-likelihood of what was not trained on, of
networks with two layers sampled by stochastic-gradient Hamiltonian Monte Carlo with adapted scales
(Springenberg et al., "Bayesian optimization with robust Bayesian neural networks", NeurIPS 2016). They
take Boston housing and protein structure; here it is the diabetes table, which comes with scikit-learn.
The likelihood is told per row, and by the mixture of the samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from ConfigSpace import ConfigurationSpace, Float, Integer
from torch import Tensor

from search.history import Candidate, Report
from search.method import Context, Fidelity, Objective, Problem
from search.problems.functions.budget import budget
from search.problems.functions.data import table
from search.space import Space

BATCH = 20
EVERY = 50
"""Steps from one sample that is kept to the next, which would be much like it."""

NOISE = (math.log(0.1), 1.0)
"""Mean and deviation of what is believed, before any data, of the logarithm of the noise's variance."""


def problem(data: str = "diabetes", steps: int = 10_000) -> Problem:
    """On a table of scikit-learn with numbers to predict; 500 steps at least, at most 10,000 in the paper."""
    space = ConfigurationSpace(name="bayesian")
    space.add(
        [
            Float("step_length", (1e-6, 1e-1), log=True, default=1e-2),
            Float("burn_in", (0.0, 0.8), default=0.3),  # share of the steps
            Integer("units_1", (16, 512), log=True, default=50),
            Integer("units_2", (16, 512), log=True, default=50),
            Float("momentum_decay", (0.0, 1.0), default=0.05),
        ]
    )
    return Problem(
        kind="bayesian",
        space=Space(space),
        evaluate=partial(_evaluate, data),
        objectives=(Objective("val_nll"),),
        fidelities=(Fidelity("steps", 500, steps, resumes=False),),
    )


def _evaluate(
    data: str, problem: Problem, candidate: Candidate, context: Context
) -> Iterator[Report]:
    train, judged, prefix = table(data).at(context.stage)
    x, y = torch.from_numpy(train.x), torch.from_numpy(train.y)
    unseen, answers = torch.from_numpy(judged.x), torch.from_numpy(judged.y)
    steps = int(budget(problem, context))
    network = Network(x.shape[1], candidate.config["units_1"], candidate.config["units_2"])
    likelihoods = [
        _log_likelihood(network, weights, unseen, answers)
        for weights in sampled(network, x, y, candidate.config, steps, context.seed)
    ]
    mixture = torch.stack(likelihoods).logsumexp(dim=0) - math.log(len(likelihoods))
    yield Report(steps, {f"{prefix}_nll": -float(mixture.mean())})


class Network:
    """Two layers of tanh as a function of one vector of weights, whose last is the noise's log variance."""

    def __init__(self, inputs: int, units_1: int, units_2: int) -> None:
        self.shapes = list(pairwise((inputs, units_1, units_2, 1)))
        self.size = sum((rows + 1) * columns for rows, columns in self.shapes) + 1

    def initial(self, generator: torch.Generator) -> Tensor:
        """Weights float32 (size,) whose layers keep the variance of what they are given."""
        layers = [
            torch.cat([torch.randn(m * n, generator=generator) / math.sqrt(m), torch.zeros(n)])
            for m, n in self.shapes
        ]
        return torch.cat([*layers, torch.tensor([NOISE[0]])])

    def __call__(self, weights: Tensor, x: Tensor) -> Tensor:
        """Means of the predictions, float32 (N,)."""
        start = 0
        for number, (m, n) in enumerate(self.shapes):
            matrix = weights[start : start + m * n].view(m, n)
            bias = weights[start + m * n : start + (m + 1) * n]
            x = torch.addmm(bias, x.tanh() if number else x, matrix)
            start += (m + 1) * n
        return x.squeeze(1)


def _log_likelihood(network: Network, weights: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Of each row, (N,), under a normal distribution around what the network says."""
    log_variance = weights[-1]
    square = (y - network(weights, x)).square() / log_variance.exp()
    return -0.5 * (math.log(2 * math.pi) + log_variance + square)


def _energy(network: Network, weights: Tensor, x: Tensor, y: Tensor, rows: int) -> Tensor:
    """Minus the logarithm of the posterior, up to a constant, as a batch out of `rows` estimates it."""
    likelihood = _log_likelihood(network, weights, x, y).mean() * rows
    noise = (weights[-1] - NOISE[0]) / NOISE[1]
    return 0.5 * (weights[:-1].square().sum() + noise.square()) - likelihood


def sampled(
    network: Network, x: Tensor, y: Tensor, config: Mapping[str, Any], steps: int, seed: int
) -> Iterator[Tensor]:
    """Weights drawn from the posterior, one every `EVERY` steps after the burn-in, and the last.

    While the chain burns in, it learns how large the gradients are, and divides by that, as Springenberg
    et al. do; the momentum decay stands for their step length times their friction.
    """
    generator = torch.Generator().manual_seed(seed)
    step_length, decay = config["step_length"], config["momentum_decay"]
    burn_in = min(int(config["burn_in"] * steps), steps - 1)
    weights = network.initial(generator).requires_grad_()
    momentum = torch.zeros(network.size)
    mean, square, window = (torch.ones(network.size) for _ in range(3))
    for step in range(1, steps + 1):
        rows = torch.randint(len(y), (BATCH,), generator=generator)
        energy = _energy(network, weights, x[rows], y[rows], len(y))
        gradient = torch.autograd.grad(energy, weights)[0]
        if step <= burn_in:
            share = 1 / (window + 1)
            window += 1 - window * mean.square() / square
            mean += share * (gradient - mean)
            square += share * (gradient.square() - square)
        scale = 1 / square.clamp(min=1e-16).sqrt()
        variance = 2 * step_length**2 * decay * scale - step_length**4
        noise = torch.randn(network.size, generator=generator) * variance.clamp(min=1e-16).sqrt()
        momentum += noise - step_length**2 * scale * gradient - decay * momentum
        with torch.no_grad():
            weights += momentum
        if step > burn_in and ((step - burn_in) % EVERY == 0 or step == steps):
            yield weights.detach().clone()
