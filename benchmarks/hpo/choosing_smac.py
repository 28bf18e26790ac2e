"""The row of `choosing.py` for SMAC3, run in an environment that has SMAC and nothing of ours."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from typing import Any

from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue


def space() -> ConfigurationSpace:
    """That of `choosing.py`."""
    declared = ConfigurationSpace(seed=0)
    numbers = [Float(f"x{i}", (1e-3, 1.0), log=i % 2 == 0) for i in range(7)]
    declared.add([*numbers, Integer("layers", (1, 9)), Categorical("kind", ["a", "b", "c"])])
    declared.add([Categorical("other", ["d", "e"])])
    declared.add([EqualsCondition(declared["x6"], declared["other"], "d")])
    return declared


def loss(config: Any, seed: int = 0) -> float:
    values = dict(config)
    return float(sum((values.get(f"x{i}", 0.1) - 0.3) ** 2 for i in range(7)))


def main(count: int, asked: int) -> None:
    declared = space()
    folder = tempfile.mkdtemp()
    scenario = Scenario(
        declared, deterministic=True, n_trials=10 * count, seed=0, output_directory=folder
    )
    smac = HyperparameterOptimizationFacade(scenario, loss, overwrite=True, logging_level=50)
    for config in declared.sample_configuration(count):
        smac.tell(TrialInfo(config, seed=0), TrialValue(cost=loss(config)))
    found: list[float] = []
    while len(found) < asked:
        start = time.process_time()
        info = smac.ask()
        found.append(time.process_time() - start)
        smac.tell(info, TrialValue(cost=loss(info.config)))
    median, most = statistics.median(found), max(found)
    sys.stdout.write(f"| SMAC3 | {1000 * median:.1f} | {1000 * most:.1f} |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
