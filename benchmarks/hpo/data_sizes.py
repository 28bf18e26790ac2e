"""What learning on parts of the data saves: a support-vector machine on a grid, at seven sizes.

    python -m benchmarks.hpo.data_sizes --record    # once: trains 847 machines, some minutes
    python -m benchmarks.hpo.data_sizes --seeds 8

For each method the cost, in trainings on all data, until the configuration that it would choose has an
error within 0.02 of the best in the table. The grid is that of the FABOLAS paper's first experiment.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from ConfigSpace import ConfigurationSpace, Integer
from sklearn.datasets import load_digits
from sklearn.svm import SVC

from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Objective, Problem
from search.methods import METHODS
from search.rungs import FRACTION
from search.space import Space
from search.surrogates.encoding import Array

TABLE = Path(__file__).parent / "tables" / "svm_sizes.json"
STEPS, ROWS, TESTED, LEAST = 11, 2048, 1024, 1 / 64
WITHIN = 0.02
NEVER = 40.0
"""Trainings on all data after which a search is given up."""


def record() -> None:
    """Errors on the same held-out rows, and seconds of the fit, at each size (sizes, C, gamma)."""
    images, labels = noisy_digits(ROWS + TESTED)
    tested, told = images[ROWS:], labels[ROWS:]
    errors, seconds = [], []
    for size in sizes():
        count = round(size * ROWS)
        for c in range(STEPS):
            for gamma in range(STEPS):
                machine = SVC(C=np.exp(2 * c - 10), gamma=np.exp(2 * gamma - 10))
                began = time.process_time()
                machine.fit(images[:count], labels[:count])
                seconds.append(time.process_time() - began)
                errors.append(1 - machine.score(tested, told))
    shape = (len(sizes()), STEPS, STEPS)
    table = {
        "errors": np.round(np.reshape(errors, shape), 4).tolist(),
        "seconds": np.round(np.reshape(seconds, shape), 5).tolist(),
    }
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(json.dumps(table))


def noisy_digits(count: int) -> tuple[Array, Array]:
    """Digits of scikit-learn, moved by a pixel at most and with noise, in a fixed order."""
    rng = np.random.default_rng(0)
    found = load_digits()
    chosen = rng.integers(len(found.images), size=count)
    moved = [np.roll(found.images[row], rng.integers(-1, 2, size=2), axis=(0, 1)) for row in chosen]
    images = np.reshape(moved, (count, 64)) / 16 + rng.normal(scale=0.25, size=(count, 64))
    return images, found.target[chosen]


def sizes() -> Array:
    return np.geomspace(LEAST, 1.0, 7)


class Machines:
    """The table as a problem: a trial's loss and cost are looked up, between sizes by its logarithm."""

    def __init__(self) -> None:
        table = json.loads(TABLE.read_text())
        self.errors, self.seconds = np.array(table["errors"]), np.array(table["seconds"])
        space = ConfigurationSpace()
        space.add([Integer("c", (0, STEPS - 1)), Integer("gamma", (0, STEPS - 1))])
        fidelity = Fidelity(FRACTION, LEAST, 1.0, resumes=False)
        objectives = (Objective("error"),)
        self.problem = Problem("svm", Space(space), "nowhere:never", objectives, (), (fidelity,))
        self.unit = float(np.median(self.seconds[-1]))
        self.goal = float(self.errors[-1].min()) + WITHIN

    def ended(self, trial: Trial) -> Trial:
        loss, cost = (self._at(trial, table) for table in (self.errors, np.log(self.seconds)))
        return replace(
            trial,
            state=TrialState.COMPLETE,
            values={"error": loss},
            losses=(loss,),
            cost=float(np.exp(cost)),
            ended=trial.number,
        )

    def in_full(self, trial: Trial) -> float:
        """The error of a trial's configuration when it is trained on all rows."""
        return float(self.errors[-1][trial.candidate.config["c"], trial.candidate.config["gamma"]])

    def _at(self, trial: Trial, table: Array) -> float:
        config, share = trial.candidate.config, trial.fidelity.get(FRACTION, 1.0)
        along = table[:, config["c"], config["gamma"]]
        return float(np.interp(np.log(share), np.log(sizes()), along))


def cost_to_goal(method: str, machines: Machines, seed: int) -> tuple[float, float]:
    """Trainings on all rows' worth of computing until the choice is good, and seconds spent choosing."""
    found = METHODS[method]
    plan, history = Plan(found, found.options(), seed, 10_000), History()
    spent = choosing = 0.0
    while spent < NEVER:
        began = time.process_time()
        proposal = next_proposal(plan, machines.problem, history)
        choosing += time.process_time() - began
        if proposal is None:
            break
        trial = machines.ended(trial_of(proposal, len(history) + 1))
        history = History((*history.trials, trial))
        spent += trial.cost / machines.unit
        if machines.in_full(_chosen(plan, machines.problem, history)) <= machines.goal:
            return spent, choosing
    return NEVER, choosing


def _chosen(plan: Plan, problem: Problem, history: History) -> Trial:
    """What the search would choose now: what its method expects to be best, else the incumbent."""
    if plan.method.incumbent is not None:
        expected = plan.method.incumbent(problem, history, plan.options)
        if expected is not None:
            return expected
    best = history.incumbent()
    assert best is not None
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--methods", nargs="*", default=METHODS_COMPARED)
    asked = parser.parse_args()
    if asked.record:
        record()
    machines = Machines()
    full = machines.seconds[-1]
    print(f"cost of all rows to that of the fewest: {full.sum() / machines.seconds[0].sum():.0f}")
    for method in asked.methods:
        found = [cost_to_goal(method, machines, seed) for seed in range(asked.seeds)]
        costs = sorted(cost for cost, _ in found)
        choosing = statistics.mean(seconds for _, seconds in found)
        told = " ".join(f"{cost:.2f}" for cost in costs)
        print(
            f"{method:18} median {statistics.median(costs):6.2f}  choosing {choosing:5.1f} s  {told}"
        )


METHODS_COMPARED = (
    "fabolas",
    "multi_task",
    "gaussian_process",
    "random_search",
    "entropy_search",
    "hyperband",
)

if __name__ == "__main__":
    main()
