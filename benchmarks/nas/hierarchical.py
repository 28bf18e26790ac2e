"""Motifs within motifs on digits of 8 x 8, evolved and drawn at random, beside one flat graph.

`python -m benchmarks.nas.hierarchical [--seeds 10] [--trials 40] [--epochs 10]`

Liu et al., "Hierarchical representations for efficient architecture search", ICLR 2018: evolution ends
with 0.92 to 0.96 of the error of random search in their space. Goal: a ratio of at most 1.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace

import numpy as np
import torch
from ConfigSpace import ConfigurationSpace, Constant
from torch import nn

from benchmarks.nas.tabular import mean, ratio
from search.architecture.genotype import blueprint_of
from search.architecture.network import build
from search.architecture.spaces import READY_MADE, space_of
from search.history import History, Stage, TrialState
from search.loop import Plan, next_proposal, trial_of, trial_seed
from search.method import Objective, Problem
from search.methods import METHODS
from search.problems.functions.data import Part, table
from search.space import Space

SHAPE, CLASSES, BATCH, RATE = (1, 8, 8), 10, 64, 0.05
SCALED = {"channels": 8, "reductions": 1}
"""Of all networks: 8 channels, halved once."""

ROWS = {
    "random search, motifs": ("random_search", "hierarchical"),
    "evolution, motifs": ("hierarchical", "hierarchical"),
    "random search, flat": ("random_search", "flat"),
    "evolution, flat": ("hierarchical", "flat"),
}


def error(genotype: str, seed: int, epochs: int, judged: Part) -> float:
    """The share of wrong answers of a network that was trained from scratch on the training part."""
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = build(blueprint_of(genotype, SHAPE, CLASSES), "he")
    part = table("digits").train
    x, y = torch.from_numpy(part.x).reshape(-1, *SHAPE), torch.from_numpy(part.y)
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE, momentum=0.9, weight_decay=3e-4)
    steps = epochs * math.ceil(len(y) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(y), generator=chance), BATCH):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    with torch.no_grad():
        answers = network.eval()(torch.from_numpy(judged.x).reshape(-1, *SHAPE)).argmax(1)
    return float((answers.numpy() != judged.y).mean())


def searched(row: tuple[str, str], seed: int, trials: int, epochs: int) -> float:
    """The test error of the best network of a search, trained once more with another seed."""
    space = ConfigurationSpace()
    space.add([Constant("epochs", epochs)])
    problem = Problem(
        kind="digits",
        space=Space(space),
        evaluate="nowhere:never",
        objectives=(Objective("error"),),
        architectures=space_of({**READY_MADE[row[1]], **SCALED}, SHAPE, CLASSES),
    )
    method, parts, history = METHODS[row[0]], table("digits"), History()
    given = {"initial": trials // 4, "retrained": 0} if row[0] == "hierarchical" else {}
    plan = Plan(method, method.options(**given), seed, trials)
    while (proposal := next_proposal(plan, problem, history)) is not None:
        trial = trial_of(proposal, len(history) + 1)
        genotype, luck = str(trial.candidate.genotype), trial_seed(seed, trial.number)
        if trial.stage is Stage.CONFIRM:
            return error(genotype, luck, epochs, parts.test)
        values = {"error": error(genotype, luck, epochs, parts.validation)}
        losses, ended = problem.losses(values), trial.number
        done = replace(trial, state=TrialState.COMPLETE, values=values, losses=losses, ended=ended)
        history = History((*history.trials, done))
    raise AssertionError("a search ends with a confirmation")


def main(arguments: argparse.Namespace) -> None:
    """Print one row a search: the test error, and its ratio to random search among motifs."""
    against = None
    print("| search | test error | ratio to random |\n|---|---|---|")
    for title, row in ROWS.items():
        seeds = range(arguments.seeds)
        found = np.array([searched(row, s, arguments.trials, arguments.epochs) for s in seeds])
        against = found if against is None else against
        told = "1" if against is found else str(ratio(found, against))
        print(f"| {title} | {mean(found)} | {told} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="searches a row")
    parser.add_argument("--trials", type=int, default=40, help="networks a search")
    parser.add_argument("--epochs", type=int, default=10, help="that each is trained")
    main(parser.parse_args())
