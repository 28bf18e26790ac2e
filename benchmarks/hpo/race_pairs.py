"""Two contestants of a race on the same instances and seeds: how their regrets differ, with an interval.

`python -m benchmarks.hpo.race_pairs OURS THEIRS FILE [FILE ...]`

The files are what the race has written with `--out`. Regret is that at the end of the budget, 0 for the
best that anybody in the files found on an instance, 1 for the median of random configurations. Pairs of
an instance and a seed are drawn anew; in brackets, instances first, then the seeds of each.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from search.surrogates.encoding import Array

DRAWS = 10_000

Runs = Mapping[tuple[str, str, int], float]


def read(files: Sequence[Path]) -> Runs:
    """The regret of each contestant, instance and seed."""
    documents = [json.loads(file.read_text()) for file in files]
    results: list[Any] = [result for document in documents for result in document["results"]]
    scale = {name: ends for document in documents for name, ends in document["scale"].items()}
    least = {name: low for name, (_, low) in scale.items()}
    for result in results:
        name = result["bench"]
        least[name] = min(least[name], *result["marks"])
    return {
        (r["name"], r["bench"], r["seed"]): (r["marks"][-1] - least[r["bench"]])
        / (scale[r["bench"]][0] - least[r["bench"]])
        for r in results
    }


def pairs(runs: Runs, ours: str, theirs: str) -> list[Array]:
    """For each instance the regrets of both (seeds, 2)."""
    seeds: dict[str, list[tuple[float, float]]] = {}
    for (name, bench, seed), regret in runs.items():
        if name == ours and (theirs, bench, seed) in runs:
            seeds.setdefault(bench, []).append((regret, runs[theirs, bench, seed]))
    return [np.array(each) for each in seeds.values()]


def interval(drawn: Array) -> str:
    """Of sums of both regrets (draws, 2): 95 % of the ratio."""
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return f"{low:.2f} to {high:.2f}"


def report(ours: str, theirs: str, files: Sequence[Path]) -> None:
    """Print both means, their ratio and how often either was better."""
    found, rng = pairs(read(files), ours, theirs), np.random.default_rng(0)
    every = np.concatenate(found)
    plain = every[rng.integers(len(every), size=(DRAWS, len(every)))].sum(axis=1)
    sums = []
    for _ in range(DRAWS):
        instances = [found[place] for place in rng.integers(len(found), size=len(found))]
        again = [each[rng.integers(len(each), size=len(each))] for each in instances]
        sums.append(np.concatenate(again).sum(axis=0))
    mine, other = every.mean(axis=0)
    print(f"{ours} {mine:.3f}, {theirs} {other:.3f}: ", end="")
    print(f"{mine / other:.2f} ({interval(plain)}) [{interval(np.array(sums))}]; ", end="")
    print(f"medians {np.median(every[:, 0]):.3f}, {np.median(every[:, 1]):.3f}; better in ", end="")
    better = (every[:, 0] < every[:, 1]).mean(), (every[:, 0] > every[:, 1]).mean()
    print(f"{better[0]:.0%}, worse in {better[1]:.0%} of {len(every)}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    report(given.ours, given.theirs, given.files)
