"""From a waiting trial to its first optimiser step, in a runner that is warm.

Begins when the row's `created_at` is taken, just before it is inserted, so it includes the commit; ends
just after `optimiser.step()` has returned for the first time, as `probe/sitecustomize.py` notes it.
"""

from __future__ import annotations

import os
from pathlib import Path

from automl_web.runs.models import Run, Trial
from automl_web.runs.steer import cancel_run
from benchmarks.measured import Figure
from benchmarks.trials import LONG, SHORT, begin, until
from search.history import Stage

TRIALS = 110
GOAL = 0.15  # seconds, of the median


def measure(seed: int) -> list[Figure]:
    found = figures("", begin(SHORT, TRIALS, seed))
    long = begin(LONG, 1, seed)
    until(lambda: long.trials.filter(step__gt=0).exists(), 300)
    found += figures(" while the other device trains", begin(SHORT, TRIALS, seed + 1))
    long.refresh_from_db()
    cancel_run(long)
    return found


def figures(when: str, run: Run) -> list[Figure]:
    """The whole way, and its part until the trial is claimed."""
    until(lambda: Run.objects.get(pk=run.pk).is_over, 600, every=0.5)
    rows = [(trial, step) for trial in _searched(run) if (step := _first_step(trial))]
    whole = [step - trial.created_at.timestamp() for trial, step in rows]
    to_claim = [(t.started_at - t.created_at).total_seconds() for t, _ in rows if t.started_at]
    return [
        Figure(f"waiting to first step{when}", GOAL, whole),
        Figure(f"of which until the claim{when}", None, to_claim),
    ]


def _searched(run: Run) -> list[Trial]:
    return list(run.trials.filter(stage=Stage.SEARCH.value).order_by("number"))


def _first_step(trial: Trial) -> float | None:
    """When the trial took its first step; None if the runner was not warm when the trial was made.

    Only one trial of the measured run trains at a time, so the only step noted while it did is its own.
    """
    assert trial.started_at is not None
    assert trial.finished_at is not None
    began, ended = trial.started_at.timestamp(), trial.finished_at.timestamp()
    for times in _steps().values():
        warmed_up, *first_steps = times
        inside = [step for step in first_steps if began <= step <= ended]
        if inside and warmed_up < trial.created_at.timestamp():
            return inside[0]
    return None


def _steps() -> dict[str, list[float]]:
    """By runner, when it took the first step of each training; the first of all is its warming up."""
    steps: dict[str, list[float]] = {}
    for line in Path(os.environ["BENCHMARK_STEPS"]).read_text().splitlines():
        process, time = line.split()
        steps.setdefault(process, []).append(float(time))
    return steps
