"""BOHB on a simulated clock: how much sooner 2 to 32 workers reach a goal at counting ones.

`python -m benchmarks.hpo.bohb_clock [METHOD ...] [--workers 1 2 4 8 16 32] [--seeds 24] [--regret 0.05]`

A full evaluation, 729 draws, takes the time R, and fewer draws take their part of it. Choosing takes no
time. The goal is a true regret of the best that was evaluated in full. This is simulated: no machine
with so many cores was at hand.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.hpo.counting_ones import evaluated, plan_of, true_regret
from search.history import History, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import Problem
from search.problems.functions import counting_ones

PATIENCE, GOAL = 40.0, 9.0
"""R until a run gives up, and the speed-up that 32 workers should bring."""


class Clock:
    """Workers that evaluate what a plan proposes, in simulated time."""

    def __init__(self, plan: Plan, problem: Problem, workers: int) -> None:
        self.plan, self.problem, self.workers = plan, problem, workers
        self.trials: list[Trial] = []
        self.open: list[tuple[float, int]] = []
        self.now, self.ended = 0.0, 0

    def until(self, regret: float) -> tuple[float, bool]:
        """When the best of the full evaluations is truly this good, in R; or that patience ended."""
        full = self.problem.fidelities[0].maximum
        while self.now < PATIENCE:
            self._hand_out(full)
            self.now, number = heapq.heappop(self.open)
            self.ended += 1
            done = evaluated(self.problem, self.trials[number - 1], self.plan.seed)
            self.trials[number - 1] = done = replace(done, ended=self.ended)
            if done.fidelity.get("samples", full) < full:
                continue
            best = History(tuple(self.trials)).incumbent()
            if best is not None and true_regret(self.problem, best) <= regret:
                return self.now, True
        return PATIENCE, False

    def _hand_out(self, full: float) -> None:
        """Give every free worker a trial, as long as there is one."""
        while len(self.open) < self.workers:
            proposal = next_proposal(self.plan, self.problem, History(tuple(self.trials)))
            if proposal is None:
                return
            trial = replace(trial_of(proposal, len(self.trials) + 1), state=TrialState.RUNNING)
            took = trial.fidelity.get("samples", full) / full
            self.trials.append(trial)
            heapq.heappush(self.open, (self.now + took, trial.number))


def report(names: Sequence[str], workers: Sequence[int], seeds: int, regret: float) -> None:
    """Print a row for each method and number of workers."""
    problem = counting_ones.problem(4, 4)
    print(
        "| method | workers | mean time, R | median | speed-up of mean | of median | not reached |"
    )
    print("|---" * 7 + "|")
    for name in names:
        first: tuple[float, float] | None = None
        for count in workers:
            found = [
                Clock(plan_of(name, seed), problem, count).until(regret) for seed in range(seeds)
            ]
            times = np.array([time for time, _ in found])
            mean, median = float(times.mean()), float(np.median(times))
            first = first or (mean, median)
            missed = sum(not reached for _, reached in found)
            print(
                f"| {name} | {count} | {mean:.2f} ± {times.std(ddof=1) / seeds**0.5:.2f} | {median:.2f} | "
                f"{first[0] / mean:.1f} | {first[1] / median:.1f} | {missed} |",
                flush=True,
            )
    print(f"\nGoal of BOHB with 32 workers against one: {GOAL:g} times.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=("bohb",))
    parser.add_argument("--workers", nargs="+", type=int, default=(1, 2, 4, 8, 16, 32))
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--regret", type=float, default=0.05)
    given = parser.parse_args()
    report(given.methods, given.workers, given.seeds, given.regret)
