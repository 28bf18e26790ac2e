"""NEAT on exclusive or (Stanley & Miikkulainen 2002, section 4.1), with species and without.

The paper: 4,755 evaluations on average (deviation 2,553), 2.35 units between inputs and outputs, never a
failure. Goal: 98 % of the searches succeed within 200 generations, by at most 1.5 times as many.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from search.history import Candidate
from search.neuroevolution.evolution import Setup, first, following
from search.neuroevolution.exclusive_or import task
from search.problems.functions.xor import problem

PAPER, GOAL, LIMIT = 4_755, 1.5, 200


@dataclass(frozen=True)
class Solved:
    """After how many generations and evaluations a network gave all four answers, and how large it was."""

    generations: int
    evaluations: int
    units: int
    species: int


def solved(setup: Setup, seed: int) -> Solved | None:
    """One search; None if it has not succeeded after `LIMIT` generations."""
    asked = task(problem(), Candidate({}))
    evaluations = 0
    generation = None
    while generation is None or generation.number < LIMIT:
        rng = np.random.default_rng([seed, generation.number + 1 if generation else 1])
        generation = (
            following(generation, asked, setup, rng)
            if generation
            else first(asked.inputs, asked.outputs, asked, setup, rng)
        )
        evaluations += len(generation.genomes)
        champion = generation.champion
        if asked.judged(champion.network()) == 1:
            species = len(generation.species)
            return Solved(generation.number, evaluations, len(champion.hidden()), species)
    return None


def row(title: str, setup: Setup, seeds: Iterable[int]) -> str:
    """A row of the table: how many succeeded, and the means of those."""
    found = [solved(setup, seed) for seed in seeds]
    done = [each for each in found if each]
    evaluations = np.array([each.evaluations for each in done], dtype=float)
    error = evaluations.std(ddof=1) / math.sqrt(len(done))
    means = [
        np.mean([getattr(s, name) for s in done]) for name in ("generations", "units", "species")
    ]
    return (
        f"| {title} | {len(done)} of {len(found)} | {means[0]:.1f} | {evaluations.mean():,.0f} ± "
        f"{error:,.0f} | {evaluations.mean() / PAPER:.2f} | {means[1]:.2f} | {means[2]:.1f} |"
    )


def main(arguments: argparse.Namespace) -> None:
    """Print one row a setting, as soon as it is known."""
    usual = Setup()
    narrow = replace(usual, rates=replace(usual.rates, reach=0.5))
    settings = {
        "as offered": usual,
        "all of one species": replace(usual, threshold=math.inf),
        "weights move by 0.5 at most": narrow,
    }
    print("| NEAT | solved | generations | evaluations | of the paper's | units | species |")
    print("|---|---|---|---|---|---|---|")
    for title, setup in settings.items():
        print(row(title, setup, range(arguments.seeds)), flush=True)
    print(f"\nGoal: 98 % solved, and at most {GOAL} of the paper's {PAPER:,} evaluations.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="searches a setting")
    main(parser.parse_args())
