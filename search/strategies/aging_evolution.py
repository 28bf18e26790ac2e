"""Ageing evolution. Real et al., "Regularized evolution for image classifier architecture search",
AAAI 2019, algorithm 1: age, not merit, decides who leaves the population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.breeding import (
    ALLOW,
    AVOID,
    best_of,
    born,
    drawn,
    duplicates_option,
    family,
    is_open,
    mutated,
    retuned,
    scored,
    tried,
    warm_start_option,
)
from search.history import History, Trial
from search.insight import Family
from search.message import Message
from search.method import Method, Problem, Proposal
from search.options import OptionError, option
from search.retraining import retrained_option

OLDEST, WORST = "oldest", "worst"

HALF = 0.5
"""Share of the children whose training is changed, where it is searched, instead of their network."""


@dataclass(frozen=True)
class Options:
    """Options of ageing evolution. The paper has a population of 100 and samples of 25."""

    population_size: int = option(
        20,
        title="Population",
        help="Designs that may breed. So many are drawn at random first. At least three times as many "
        "as are trained at once.",
        minimum=2,
        maximum=10_000,
    )
    sample_size: int = option(
        5,
        title="Sample",
        help="Designs drawn from the population, the best of which breeds. More is greedier.",
        minimum=1,
        maximum=10_000,
    )
    leaves: str = option(
        OLDEST,
        title="Who leaves the population",
        help="Where scores are a matter of luck, too, the worst leaving lets a lucky design rule for "
        "ever. On scores without noise it is as good.",
        choices=((OLDEST, "The oldest, as in the paper"), (WORST, "The worst")),
    )
    identity: float = option(
        0.05,
        title="Unchanged children",
        help="Share of children that equal their parent, so that it is judged once more. Only where "
        "the same design may be tried twice.",
        minimum=0,
        maximum=0.9,
    )
    duplicates: str = duplicates_option(
        "The paper tries it again, which tells luck from merit; avoiding it sees more designs."
    )

    warm_start: int = warm_start_option()
    retrained: int = retrained_option()

    def __post_init__(self) -> None:
        if self.sample_size > self.population_size:
            large = Message("Must not be larger than the population.")
            raise OptionError({"sample_size": large})


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """A random design until there are enough, then a mutation of the best of a sample.

    Workers do not wait for each other: who is in the population is decided by the order in which the
    trials ended. Where the training is searched, too, every other child differs in that instead.
    """
    alive = population(history, options)
    known = tried(history) if options.duplicates == AVOID else set()
    if len(history) < options.population_size or not alive:
        return drawn(problem, rng, known, options.warm_start)
    parent = best_of(alive, rng, options.sample_size)
    if rng.random() < options.identity and options.duplicates == ALLOW:
        child, mutation = parent.candidate, Message("Unchanged, to be judged once more")
    elif problem.architectures is None or (is_open(problem) and rng.random() < HALF):
        seen = [trial.candidate for trial in history] if options.duplicates == AVOID else []
        child, mutation = retuned(problem, parent.candidate, rng, seen)
    else:
        child, mutation = mutated(problem, parent, rng, known)
    return born(child, mutation, parent, options.sample_size, len(alive))


def population(history: History, options: Options) -> tuple[Trial, ...]:
    """Those that may breed: the youngest by when they ended, or the best, the younger of equals."""
    trials = scored(history)
    if options.leaves == WORST:
        trials = tuple(sorted(trials, key=lambda trial: trial.loss, reverse=True))
    return trials[-options.population_size :]


def insight(problem: Problem, history: History, options: Options) -> Family:
    """Who descends from whom, and who may breed now."""
    return family(history, population(history, options))


METHOD = Method(
    name="aging_evolution",
    title="Ageing evolution",
    family="Architecture search by evolution",
    paper="Real et al., Regularized evolution for image classifier architecture search, AAAI 2019",
    summary=(
        "Mutates good designs a little at a time. The oldest leave, however good they were, so a lucky "
        "score does not rule for ever. Simple, robust, and busy on any number of devices."
    ),
    use_when=(
        "Architectures are searched by training many of them, some hundred at least, on any "
        "number of devices."
    ),
    avoid_when=(
        "There is time for a few dozen trainings only: it has hardly begun to breed then, and "
        "random search does as well."
    ),
    corrected=(
        "It is said to find far better networks than other searches. In the paper it is above all "
        "faster: reinforcement learning ends about as well, given the same long time."
    ),
    propose=propose,
    options=Options,
    insight=insight,
)
