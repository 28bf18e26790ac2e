"""Rows of `choosing.py` for Optuna's samplers, run in an environment that has Optuna and nothing of ours."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import optuna

SAMPLERS: dict[str, Callable[[int], optuna.samplers.BaseSampler]] = {
    "Optuna's TPE": lambda seed: optuna.samplers.TPESampler(
        seed=seed, multivariate=True, group=True
    ),
    "Optuna's TPE, each on its own": lambda seed: optuna.samplers.TPESampler(
        seed=seed, multivariate=False
    ),
    "Optuna's GP": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


def suggest(trial: optuna.Trial) -> float:
    """The space of `choosing.py`, and a loss of it."""
    other = trial.suggest_categorical("other", ["d", "e"])
    numbers = [trial.suggest_float(f"x{i}", 1e-3, 1.0, log=i % 2 == 0) for i in range(6)]
    if other == "d":
        numbers.append(trial.suggest_float("x6", 1e-3, 1.0, log=True))
    trial.suggest_int("layers", 1, 9)
    trial.suggest_categorical("kind", ["a", "b", "c"])
    return float(sum((x - 0.3) ** 2 for x in numbers))


def main(count: int, asked: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for name, sampler in SAMPLERS.items():
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
        study.optimize(suggest, n_trials=count)
        found = []
        for seed in range(asked):
            study.sampler = sampler(seed)
            start = time.process_time()
            suggest(study.ask())
            found.append(time.process_time() - start)
        median, most = statistics.median(found), max(found)
        sys.stdout.write(f"| {name} | {1000 * median:.1f} | {1000 * most:.1f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
