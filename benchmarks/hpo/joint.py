"""Hyper-parameters and architecture searched together, and each alone beside defaults of the other.

`python -m benchmarks.hpo.joint [--seeds 5] [--budget 30] [--method bohb]`

Three searches of equal budget by the same method: over all, over the architecture with the usual
hyper-parameters, and over these with the usual architecture; the usual ones are those of scikit-learn's
`MLPClassifier`. Networks learn 900 digits of which a fifth has a wrong label, a half of the other 897
says which is best, and the rest tests it. Zela et al., "Towards automated deep learning: efficient joint
neural architecture and hyperparameter search", 2018.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from ConfigSpace import Categorical, ConfigurationSpace, Float, Integer
from ConfigSpace.hyperparameters import Hyperparameter
from torch import Tensor, nn

from benchmarks.hpo.digits_mlp import EPOCHS, data
from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Objective, Problem
from search.methods import METHODS
from search.space import Space

CHOSEN_BY = 448
"""Of the digits held out, how many say which network is best; the others test it."""

SHORTEST, TRAININGS = 3, 5
"""Epochs of the lowest rung, and how often the best is trained anew to be tested."""

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
USUAL: Mapping[str, Any] = {
    "depth": 1,
    "width": 100,
    "activation": "relu",
    "skip": "no",
    "learning_rate": 1e-3,
    "weight_decay": 1e-4,
    "batch_size": 200,
}


def architecture() -> list[Hyperparameter[Any, Any]]:
    """Hidden layers, their width and activation, and whether each but the first adds to what it is given."""
    depth, width = Integer("depth", (1, 4)), Integer("width", (8, 128), log=True)
    return [
        depth,
        width,
        Categorical("activation", list(ACTIVATIONS)),
        Categorical("skip", ["no", "yes"]),
    ]


def training() -> list[Hyperparameter[Any, Any]]:
    """What Adam is told."""
    return [
        Float("learning_rate", (1e-4, 1e-1), log=True),
        Float("weight_decay", (1e-6, 1e-1), log=True),
        Integer("batch_size", (16, 256), log=True),
    ]


SEARCHED = {
    "joint": lambda: architecture() + training(),
    "architecture": architecture,
    "training": training,
}


class Network(nn.Module):
    """Layers of one width."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        width = config["width"]
        self.first = nn.Linear(64, width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(config["depth"] - 1))
        self.last = nn.Linear(width, 10)
        self.activation, self.skip = ACTIVATIONS[config["activation"]](), config["skip"] == "yes"

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.first(x))
        for layer in self.hidden:
            x = self.activation(layer(x)) + x if self.skip else self.activation(layer(x))
        told: Tensor = self.last(x)
        return told


class Training:
    """A network on its way: it goes on from where it stopped."""

    def __init__(self, config: Mapping[str, Any], seed: int) -> None:
        self.chance = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        self.config = {**USUAL, **config}
        self.network, self.epochs = Network(self.config), 0
        self.optimiser = torch.optim.Adam(
            self.network.parameters(),
            lr=self.config["learning_rate"],
            weight_decay=self.config["weight_decay"],
        )

    def upto(self, epochs: int) -> tuple[float, float]:
        """The errors after so many epochs, on the digits to choose by and on those to test with."""
        x, y, held_x, held_y = data()
        for _ in range(self.epochs, epochs):
            order = torch.randperm(len(x), generator=self.chance)
            for batch in torch.split(order, self.config["batch_size"]):
                self.optimiser.zero_grad()
                nn.functional.cross_entropy(self.network(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]
                self.optimiser.step()
        self.epochs = epochs
        with torch.no_grad():
            wrong = (self.network(held_x).argmax(1) != held_y).double()
        return float(wrong[:CHOSEN_BY].mean()), float(wrong[CHOSEN_BY:].mean())


@dataclass(frozen=True)
class Found:
    """Errors of the best that was trained in full: as the search saw it, and of trainings anew, tested."""

    seen: float
    tested: float
    config: Mapping[str, Any]


def problem(part: str) -> Problem:
    space = ConfigurationSpace()
    space.add(SEARCHED[part]())
    fidelity = Fidelity("epochs", 1, EPOCHS, resumes=True)
    return Problem(part, Space(space), "nowhere:never", (Objective("error"),), (), (fidelity,))


def searched(part: str, method: str, seed: int, budget: float) -> Found:
    """A search until so many full trainings' worth of epochs are spent."""
    found, on = METHODS[method], problem(part)
    wanted = {"min_epochs": SHORTEST, "max_epochs": EPOCHS, "cycles": 100}
    known = {field.name for field in fields(found.options)}
    options: Any = found.options(**{k: v for k, v in wanted.items() if k in known})
    plan, history, spent = Plan(found, options, seed, 1_000_000), History(), 0
    under_way: dict[int, Training] = {}
    while spent < budget * EPOCHS:
        proposal = next_proposal(plan, on, history)
        assert proposal is not None
        trial = trial_of(proposal, len(history) + 1)
        begun = under_way.pop(trial.parent, None) if trial.parent else None
        begun = begun or Training(trial.candidate.config, 1000 * seed + trial.number)
        epochs = int(trial.fidelity.get("epochs", EPOCHS))
        spent += epochs - begun.epochs
        error, _ = begun.upto(epochs)
        under_way[trial.number] = begun
        history = History((*history.trials, ended(trial, error)))
    best = min((t for t in history if _epochs(t) == EPOCHS), key=lambda t: t.loss)
    config = dict(best.candidate.config)
    again = [Training(config, 10**6 + number).upto(EPOCHS)[1] for number in range(TRAININGS)]
    return Found(best.loss, float(np.mean(again)), config)


def _epochs(trial: Trial) -> int:
    return int(trial.fidelity.get("epochs", EPOCHS))


def ended(trial: Trial, error: float) -> Trial:
    state, values = TrialState.COMPLETE, {"error": error}
    return replace(trial, state=state, values=values, losses=(error,), ended=trial.number)


def report(method: str, seeds: int, budget: float) -> None:
    """Print a row for each seed, and how often the joint search is at least as good as both others."""
    print(f"{method}, {budget:g} full trainings' worth of epochs; error seen (tested)\n")
    print(f"| seed | {' | '.join(SEARCHED)} |\n|---|---|---|---|")
    rows = []
    for seed in range(seeds):
        found = [searched(part, method, seed, budget) for part in SEARCHED]
        rows.append([[each.seen, each.tested] for each in found])
        cells = (f"{each.seen:.2%} ({each.tested:.2%})" for each in found)
        print(f"| {seed} | {' | '.join(cells)} |", flush=True)
    table = np.array(rows)
    cells = (f"{seen:.2%} ({tested:.2%})" for seen, tested in table.mean(axis=0))
    print(f"| mean | {' | '.join(cells)} |")
    won = (table[:, 0] <= table[:, 1:].min(axis=1)).sum(axis=0)
    print(
        f"\nJoint no worse than both: {won[0]} of {seeds} as seen, {won[1]} as tested; goal: 4 of 5."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="bohb")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=30.0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    report(given.method, given.seeds, given.budget)
