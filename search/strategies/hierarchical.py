"""Hierarchical evolution. Liu et al., "Hierarchical representations for efficient architecture search",
ICLR 2018, section 3: a tournament of a twentieth of a population that only grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.breeding import best_of, born, drawn, family, mutated, scored, tried
from search.history import History
from search.insight import Family
from search.method import GENOTYPE, Method, Problem, Proposal
from search.options import option
from search.retraining import retrained_option


@dataclass(frozen=True)
class Options:
    """Options of hierarchical evolution. The paper begins with 200 designs, and trains 7,000."""

    initial: int = option(
        20,
        title="Random designs at first",
        help="So many are drawn before any breeds.",
        minimum=2,
        maximum=10_000,
    )
    tournament: float = option(
        0.05,
        title="Share in a tournament",
        help="Of all designs with a score, the best of so many breeds; two at least. As the population "
        "grows, so does the pressure.",
        minimum=0.001,
        maximum=1,
    )
    retrained: int = retrained_option()


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """A random design until there are enough, then a mutation of the best of a tournament.

    Workers do not wait for each other: a tournament is held among what has ended. Nothing leaves.
    """
    population, known = scored(history), tried(history)
    if len(history) < options.initial or not population:
        return drawn(problem, rng, known)
    size = max(2, round(options.tournament * len(population)))
    parent = best_of(population, rng, size)
    child, mutation = mutated(problem, parent, rng, known)
    return born(child, mutation, parent, size, len(population))


def insight(problem: Problem, history: History, options: Options) -> Family:
    """Who descends from whom; all may breed."""
    return family(history, scored(history))


METHOD = Method(
    name="hierarchical",
    title="Hierarchical evolution",
    family="Architecture search by evolution",
    paper="Liu et al., Hierarchical representations for efficient architecture search, ICLR 2018",
    summary=(
        "Evolves small graphs of operations, and graphs of these: a change of one motif changes every "
        "place that uses it. No design ever leaves the population."
    ),
    use_when=(
        "Networks should repeat what works at several scales, and hundreds of trainings can be paid for."
    ),
    avoid_when=(
        "Scores are a matter of luck, too: a lucky design is never forgotten here. Ageing evolution "
        "forgets."
    ),
    corrected=(
        "It is said to mutate weights. It changes operations only, and every design is trained from "
        "scratch. In the paper random designs of the same space are only 0.3 points worse."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    insight=insight,
)
