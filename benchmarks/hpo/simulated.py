"""1 to 32 simulated workers on recorded trainings: how much sooner a goal is reached.

`python -m benchmarks.hpo.simulated [METHOD ...] [--workers 1 2 4 8 16 32] [--seeds 20]`

A unit of time, R, is the mean recorded time of a full training. A trial takes what its row has taken for
the epochs that are new, times a log-normal speed of the device it falls on. Nothing else takes time.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from benchmarks.hpo.digits_mlp import EPOCHS, recording
from benchmarks.hpo.recorded import Recording
from search.brackets import BracketOptions, all_brackets
from search.draws import fresh
from search.history import History, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Fidelity, Method, Problem, Proposal
from search.methods import METHODS
from search.rungs import Start, next_in_bracket
from search.surrogates.encoding import Array

FIDELITY = Fidelity("epochs", 1, EPOCHS, resumes=True)
SHORTEST, SPREAD, PATIENCE, MANY = 3, 0.5, 400.0, 1_000_000
"""Epochs of the lowest rung, sd of the logarithm of a speed, units of device time until a run gives up."""

DEFAULT = ("random_search", "tpe", "hyperband", "asha")
BARRIERS, ASYNCHRONOUS, OVERLAPPING = "barriers", "asha", "hyperband"
GOAL = 0.8


@dataclass(frozen=True)
class Outcome:
    """When the goal was reached, in R, or given up, and the share of the time that workers were busy."""

    time: float
    busy: float
    reached: bool


def one_at_a_time(
    problem: Problem, history: History, rng: np.random.Generator, options: BracketOptions
) -> Proposal | None:
    """Hyperband as its algorithm is written: a bracket begins when the one before is over."""
    for bracket in all_brackets(problem, options):
        proposal = next_in_bracket(bracket, history, lambda: Start(fresh(problem, history, rng)))
        members = [t for t in history if t.memo["bracket"] == bracket.number]
        if proposal is not None or not all(t.state.is_final for t in members):
            return proposal
    return None


def method_of(name: str) -> Method:
    if name == BARRIERS:
        return replace(
            METHODS[OVERLAPPING], title="Hyperband, a bracket at a time", propose=one_at_a_time
        )
    return METHODS[name]


def plan_of(name: str, seed: int) -> Plan:
    """A method that goes on until the goal is reached, with rungs from 3 to 81 epochs where it has any."""
    method = method_of(name)
    wanted = {"min_epochs": SHORTEST, "max_epochs": EPOCHS, "cycles": 100}
    known = {field.name for field in fields(method.options)}
    options: Any = method.options(**{k: v for k, v in wanted.items() if k in known})
    return Plan(method, options, seed, MANY)


class Desk:
    """Workers that train what a plan proposes, in simulated time."""

    def __init__(self, plan: Plan, table: Recording, workers: int) -> None:
        self.plan, self.table, self.workers = plan, table, workers
        self.problem = table.problem(FIDELITY)
        self.unit = float(table.seconds[:, -1].mean())
        self.trials: list[Trial] = []
        self.open: list[tuple[float, int]] = []
        self.now = self.spent = 0.0

    def until(self, target: float) -> Outcome:
        """Until a full training has at most this error, or patience ends."""
        while self.spent < PATIENCE:
            self._hand_out()
            ended = self._next_end()
            if self._epochs(ended) == EPOCHS and ended.loss <= target:
                return self._outcome(reached=True)
        return self._outcome(reached=False)

    def _outcome(self, *, reached: bool) -> Outcome:
        to_come = sum(end - self.now for end, _ in self.open)
        return Outcome(self.now, (self.spent - to_come) / (self.workers * self.now), reached)

    def _hand_out(self) -> None:
        """Give every free worker a trial, as long as the method has one."""
        while len(self.open) < self.workers:
            proposal = next_proposal(self.plan, self.problem, History(tuple(self.trials)))
            if proposal is None:
                return
            assert proposal.stage is Stage.SEARCH
            trial = replace(trial_of(proposal, len(self.trials) + 1), state=TrialState.RUNNING)
            self.trials.append(trial)
            took = self._duration(trial)
            self.spent += took
            heapq.heappush(self.open, (self.now + took, trial.number))

    def _next_end(self) -> Trial:
        self.now, number = heapq.heappop(self.open)
        trial = self.trials[number - 1]
        error = float(self.table.errors[self._row(trial), self._epochs(trial) - 1])
        ended = 1 + len(self.trials) - len(self.open)
        trial = replace(
            trial,
            state=TrialState.COMPLETE,
            values={"error": error},
            losses=(error,),
            ended=ended,
        )
        self.trials[number - 1] = trial
        return trial

    def _row(self, trial: Trial) -> int:
        return self.table.row(trial.candidate.config)

    def _epochs(self, trial: Trial) -> int:
        return int(trial.fidelity.get("epochs", EPOCHS))

    def _duration(self, trial: Trial) -> float:
        """In R: what its parent has trained is not trained again."""
        upto = np.concatenate([[0.0], self.table.seconds[self._row(trial)]]) / self.unit
        behind = self._epochs(self.trials[trial.parent - 1]) if trial.parent else 0
        rng = np.random.default_rng([self.plan.seed, trial.number])
        speed = np.exp(rng.normal(-(SPREAD**2) / 2, SPREAD))  # of mean 1
        return float((upto[self._epochs(trial)] - upto[behind]) * speed)


def outcomes(name: str, table: Recording, workers: int, target: float, seeds: int) -> list[Outcome]:
    return [Desk(plan_of(name, seed), table, workers).until(target) for seed in range(seeds)]


def bootstrap(values: Array, others: Array) -> tuple[float, float]:
    """95 % of the ratio of two means, resampled 2,000 times."""
    rng = np.random.default_rng(0)
    ratios = [
        rng.choice(values, len(values)).mean() / rng.choice(others, len(others)).mean()
        for _ in range(2000)
    ]
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(low), float(high)


def report(names: Sequence[str], workers: Sequence[int], seeds: int, share: float) -> None:
    """Print a row for each method and number of workers, and whether the goal is met."""
    table = recording()
    target = table.target(share)
    print(
        f"Goal: {target:.2%} error after {EPOCHS} epochs (the best {share:.0%} of the table); ",
        end="",
    )
    print(f"{seeds} seeds; patience {PATIENCE:.0f} R of device time.\n")
    print("| method | workers | mean time, R | median | busy | speed-up (95 %) | not reached |")
    print("|---|---|---|---|---|---|---|")
    times: dict[tuple[str, int], Array] = {}
    for name in names:
        for count in workers:
            found = outcomes(name, table, count, target, seeds)
            times[name, count] = spans = np.array([each.time for each in found])
            busy, missed = np.mean([o.busy for o in found]), sum(not o.reached for o in found)
            first = times[name, workers[0]]
            low, high = bootstrap(first, spans)
            print(
                f"| {method_of(name).title} | {count} | {spans.mean():.2f} | {np.median(spans):.2f} | "
                f"{busy:.0%} | {first.mean() / spans.mean():.1f} ({low:.1f} to {high:.1f}) | {missed} |",
                flush=True,
            )
    if {(ASYNCHRONOUS, workers[-1]), (OVERLAPPING, workers[-1])} <= times.keys():
        ours, theirs = times[ASYNCHRONOUS, workers[-1]], times[OVERLAPPING, workers[-1]]
        low, high = bootstrap(ours, theirs)
        print(
            f"\nASHA takes {ours.mean() / theirs.mean():.2f} ({low:.2f} to {high:.2f}) of the time of "
            f"overlapping brackets with {workers[-1]} workers; goal: at most {GOAL}."
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=DEFAULT, help="names, or `barriers`")
    parser.add_argument("--workers", nargs="+", type=int, default=(1, 2, 4, 8, 16, 32))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.02, help="how good the goal is")
    given = parser.parse_args()
    report(given.methods, given.workers, given.seeds, given.share)
