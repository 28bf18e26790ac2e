"""Ageing evolution. Real et al., "Regularized evolution for image classifier architecture search",
AAAI 2019, algorithm 1: age, not merit, decides who leaves the population.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.history import Candidate, History, Trial
from search.insight import Family, Member
from search.message import Message
from search.method import GENOTYPE, GUIDED, Method, Problem, Proposal
from search.options import OptionError, option

AVOID, ALLOW = "avoid", "allow"
TRIES = 50
"""Mutations drawn to find one that is new, where that is asked for, and within the limits."""


@dataclass(frozen=True)
class Options:
    """Options of ageing evolution. The paper has a population of 100 and samples of 25."""

    population_size: int = option(
        20,
        title="Population",
        help="Designs that may breed: the youngest that have a score. So many are drawn at random "
        "first. At least three times as many as are trained at once.",
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
    identity: float = option(
        0.05,
        title="Unchanged children",
        help="Share of children that equal their parent, so that it is judged once more. Only where "
        "the same design may be tried twice.",
        minimum=0,
        maximum=0.9,
    )
    duplicates: str = option(
        AVOID,
        title="Same design twice",
        help="The paper tries it again, which tells luck from merit; avoiding it sees more designs.",
        choices=((AVOID, "Avoid"), (ALLOW, "Allow, as in the paper")),
    )

    def __post_init__(self) -> None:
        if self.sample_size > self.population_size:
            large = Message("Must not be larger than the population.")
            raise OptionError({"sample_size": large})


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """A random design until there are enough, then a mutation of the best of a sample.

    Workers do not wait for each other: who is in the population is decided by the order in which the
    trials ended.
    """
    assert problem.architectures is not None
    alive = population(history, options.population_size)
    if len(history) < options.population_size or not alive:
        return Proposal(
            _unseen_sample(problem, history, rng, options), why=Message("Drawn at random")
        )
    parent = _parent(alive, rng, options.sample_size)
    candidate, mutation = _child(problem, history, parent, rng, options)
    drawn = {"parent": parent.number, "sample": options.sample_size, "population": len(alive)}
    why = Message(
        f"Child of trial %(parent)s, the best of %(sample)s of %(population)s. {mutation.text}",
        {**drawn, **mutation.values},
    )
    return Proposal(candidate, why=why, memo={"parent": parent.number, GUIDED: True})


def population(history: History, size: int) -> tuple[Trial, ...]:
    """The youngest trials that have a score, by when they ended."""
    scored = {trial.number for trial in history.ranked()}
    return tuple(t for t in history.finished() if t.number in scored)[-size:]


def _parent(alive: Sequence[Trial], rng: np.random.Generator, size: int) -> Trial:
    """The best of a sample, drawn with replacement as the authors' notebook does."""
    drawn = rng.choice(len(alive), size=size)
    sample: list[Trial] = [alive[i] for i in drawn]
    return min(sample, key=lambda trial: (trial.loss, trial.number))


def _child(
    problem: Problem, history: History, parent: Trial, rng: np.random.Generator, options: Options
) -> tuple[Candidate, Message]:
    """The parent's config with a mutation of its genotype: one mutation, or none now and then."""
    assert problem.architectures is not None
    assert parent.candidate.genotype is not None
    stays, known = rng.random() < options.identity, _known(history, options)
    if stays and options.duplicates == ALLOW:
        return parent.candidate, Message("Unchanged, to be judged once more")
    for _ in range(TRIES):
        genotype, mutation = problem.architectures.mutate(parent.candidate.genotype, rng)
        child = Candidate(parent.candidate.config, genotype)
        if genotype not in known and problem.fits(child):
            break
    return child, mutation


def _unseen_sample(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Candidate:
    known = _known(history, options)
    for _ in range(TRIES):
        candidate = problem.sample(rng)
        if candidate.genotype not in known:
            break
    return candidate


def _known(history: History, options: Options) -> set[str | None]:
    """Designs that are not to be tried again."""
    if options.duplicates == ALLOW:
        return set()
    return {trial.candidate.genotype for trial in history}


def insight(problem: Problem, history: History, options: Options) -> Family:
    """Who descends from whom, and who may breed now."""
    alive = {trial.number for trial in population(history, options.population_size)}
    generations: dict[int, int] = {}
    members = []
    for born, trial in enumerate(history, start=1):
        parent = trial.memo.get("parent")
        generations[trial.number] = generations.get(parent, 0) + 1 if parent else 0
        members.append(
            Member(
                number=trial.number,
                parent=parent,
                born=born,
                generation=generations[trial.number],
                state=trial.state.value,
                loss=trial.loss if math.isfinite(trial.loss) else None,
                alive=trial.number in alive,
            )
        )
    return Family(members[-SHOWN:])


SHOWN = 500
"""Members of the family that are drawn: the youngest."""

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
    searches=(GENOTYPE,),
    insight=insight,
)
