"""A feed-forward network on a table; the budget is the number of epochs, and training goes on.

Falkner, Klein & Hutter, ICML 2018, section 5: six hyper-parameters of networks for six data sets of
OpenML, where a model of their learning curves is asked instead of training. Here the network is trained,
by Adam on a table of scikit-learn; all its layers are alike, as in the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch
from ConfigSpace import ConfigurationSpace, Float, Integer
from torch import Tensor, nn
from torch.nn import functional

from search.history import Candidate, Report
from search.method import Context, Fidelity, Objective, Problem
from search.problems.functions.budget import budget
from search.problems.functions.data import Part, table
from search.space import Space
from search.training import checkpoint
from search.training.data import epoch_seed
from search.training.loop import seeded

CPU = torch.device("cpu")


def problem(data: str = "digits", epochs: int = 50) -> Problem:
    """On a table of scikit-learn with classes: `digits`, `breast_cancer` or `wine`.

    The learning rate falls over all `epochs`, however early a rung ends.
    """
    space = ConfigurationSpace(name="feed_forward")
    space.add(
        [
            Float("learning_rate", (1e-6, 1e-2), log=True, default=1e-3),
            Float("final_rate", (1e-4, 1.0), log=True, default=0.1),  # as a part of the first
            Integer("batch_size", (8, 256), log=True, default=32),
            Integer("layers", (1, 5), default=2),
            Integer("units", (16, 256), log=True, default=64),
            Float("dropout", (0.0, 0.5), default=0.1),
        ]
    )
    return Problem(
        kind="feed_forward",
        space=Space(space),
        evaluate=partial(_evaluate, data),
        objectives=(Objective("val_accuracy", maximise=True),),
        fidelities=(Fidelity("epochs", 1, epochs, resumes=True),),
    )


def _evaluate(
    data: str, problem: Problem, candidate: Candidate, context: Context
) -> Iterator[Report]:
    """One report an epoch, each with a checkpoint to go on from, which equals never having stopped."""
    train, judged, prefix = table(data).at(context.stage)
    config = candidate.config
    state = checkpoint.resumed(context.resume) or {"seed": context.seed, "epoch": 0}
    seed = state["seed"]
    with seeded(epoch_seed(seed, 0), CPU):
        network = _network(config, train.x.shape[1], int(train.y.max()) + 1)
    optimiser = torch.optim.Adam(network.parameters())
    if state["epoch"]:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        yield _saved(state, context)
    for epoch in range(state["epoch"], int(budget(problem, context))):
        progress = epoch / problem.fidelities[0].maximum
        for group in optimiser.param_groups:
            group["lr"] = config["learning_rate"] * config["final_rate"] ** progress
        _train_epoch(network, optimiser, train, config["batch_size"], epoch_seed(seed, epoch + 1))
        state = {
            "seed": seed,
            "epoch": epoch + 1,
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "values": {f"{prefix}_accuracy": _accuracy(network, judged)},
        }
        yield _saved(state, context)


def _saved(state: Mapping[str, Any], context: Context) -> Report:
    path = checkpoint.save(context.workdir, state["epoch"], dict(state))
    return Report(state["epoch"], state["values"], path)


def _network(config: Mapping[str, Any], inputs: int, classes: int) -> nn.Module:
    """From float32 (N, D) to logits (N, K)."""
    layers: list[nn.Module] = []
    for _ in range(config["layers"]):
        layers += [nn.Linear(inputs, config["units"]), nn.ReLU(), nn.Dropout(config["dropout"])]
        inputs = config["units"]
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


def _train_epoch(
    network: nn.Module, optimiser: torch.optim.Optimizer, part: Part, batch_size: int, seed: int
) -> None:
    x, y = torch.from_numpy(part.x), torch.from_numpy(part.y)
    network.train()
    with seeded(seed, CPU) as generator:
        for rows in torch.randperm(len(part), generator=generator).split(batch_size):
            optimiser.zero_grad()
            loss: Tensor = functional.cross_entropy(network(x[rows]), y[rows])
            loss.backward()
            optimiser.step()


@torch.inference_mode()
def _accuracy(network: nn.Module, part: Part) -> float:
    network.eval()
    predicted = network(torch.from_numpy(part.x)).argmax(dim=1)
    return float((predicted == torch.from_numpy(part.y)).float().mean())
