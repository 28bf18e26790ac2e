"""What searches that breed share: who may, how a child comes to be, and who descends from whom."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from ConfigSpace import Configuration, Constant
from ConfigSpace.util import get_one_exchange_neighbourhood

from search.history import Candidate, History, Stage, Trial
from search.insight import Family, Member
from search.message import Message
from search.method import GUIDED, Problem, Proposal
from search.options import option

TRIES = 50
"""Draws, or mutations, to find a design that is new, where that is asked for, and within the limits."""

AVOID, ALLOW = "avoid", "allow"
"""Whether a design may be tried twice."""

SHOWN = 500
"""Members of a family that are drawn: the youngest."""


def duplicates_option(
    told: str = "The paper trains it again; avoiding it sees more designs.",
) -> Any:
    """The option whether a design may be tried twice, with what there is to say of it."""
    choices = ((AVOID, "Avoid"), (ALLOW, "Allow, as in the paper"))
    return option(AVOID, title="Same design twice", help=told, choices=choices)


def warm_start_option() -> Any:
    """The option of how many designs are drawn for each random one that is trained."""
    return option(
        1,
        title="Draws for each random design",
        help="More than one is a warm start: of so many random designs within the limits, the one with "
        "most parameters is trained. Where small networks do as well, leave it at one.",
        minimum=1,
        maximum=1000,
    )


def scored(history: History) -> tuple[Trial, ...]:
    """The search's trials that have a score, by when they ended; what was retrained counts once."""
    searched = history.at_stage(Stage.SEARCH)
    numbers = {trial.number for trial in searched.ranked()}
    return tuple(t for t in searched.finished() if t.number in numbers)


def best_of(population: Sequence[Trial], rng: np.random.Generator, size: int) -> Trial:
    """The best of a sample that is drawn with replacement."""
    drawn = rng.choice(len(population), size=size)
    sample: list[Trial] = [population[i] for i in drawn]
    return min(sample, key=lambda trial: (trial.loss, trial.number))


def tried(history: History) -> set[str | None]:
    """The designs of all trials that have one."""
    return {trial.candidate.genotype for trial in history} - {None}


def drawn(
    problem: Problem, rng: np.random.Generator, known: Collection[str | None], draws: int = 1
) -> Proposal:
    """A random design, which is none of the `known` if there are others; of several, the largest.

    That larger is better is the simplest of all scores that need no training, and a hard one to beat
    (Ning et al., "Evaluating efficient performance estimators of neural architectures", NeurIPS 2021).
    """
    found = [_new(problem, rng, known) for _ in range(draws)]
    if draws == 1 or problem.count is None:
        return Proposal(found[0], why=Message("Drawn at random"))
    why = Message("The one with most parameters of %(draws)s random designs", {"draws": draws})
    return Proposal(max(found, key=lambda c: _params(problem, c)), why=why)


def _new(problem: Problem, rng: np.random.Generator, known: Collection[str | None]) -> Candidate:
    for _ in range(TRIES):
        candidate = problem.sample(rng)
        if candidate.genotype not in known:
            break
    return candidate


def _params(problem: Problem, candidate: Candidate) -> float:
    assert problem.count is not None
    return problem.count(candidate)["params"]


def mutated(
    problem: Problem, parent: Trial, rng: np.random.Generator, known: Collection[str | None]
) -> tuple[Candidate, Message]:
    """The parent's config with one mutation of its genotype, and what was changed."""
    assert problem.architectures is not None
    assert parent.candidate.genotype is not None
    for _ in range(TRIES):
        genotype, mutation = problem.architectures.mutate(parent.candidate.genotype, rng)
        child = Candidate(parent.candidate.config, genotype)
        if genotype not in known and problem.fits(child):
            break
    return child, mutation


def is_open(problem: Problem) -> bool:
    """Whether there is something to choose of the training, too."""
    declared = problem.space.configuration_space.values()
    return not all(isinstance(hyperparameter, Constant) for hyperparameter in declared)


def retuned(
    problem: Problem, parent: Candidate, rng: np.random.Generator, known: Sequence[Candidate]
) -> tuple[Candidate, Message]:
    """The parent with another value of one hyper-parameter, and of those that hang on it.

    It is none of the `known`, if there are others. Nothing changes where there is nothing to choose.
    """
    declared = problem.space.configuration_space
    config = Configuration(declared, values=dict(parent.config))
    child, mutation = parent, Message("Nothing else could be chosen, so nothing was changed")
    neighbours = get_one_exchange_neighbourhood(config, seed=int(rng.integers(2**31)))
    for neighbour in islice(neighbours, TRIES):
        changed = problem.space.config(neighbour.get_array())
        child = Candidate(changed, parent.genotype)
        mutation = _told(parent.config, changed)
        if child not in known and problem.fits(child):
            break
    return child, mutation


def _told(before: Mapping[str, Any], after: Mapping[str, Any]) -> Message:
    name = next(name for name, value in after.items() if before.get(name) != value)
    told = {"name": name, "new": _short(after[name]), "old": _short(before.get(name))}
    return Message("%(name)s: %(new)s instead of %(old)s", told)


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def born(
    child: Candidate, mutation: Message, parent: Trial, sample: int, population: int
) -> Proposal:
    """The proposal of a child, which says whose it is and what was changed."""
    why = Message(
        f"Child of trial %(parent)s, the best of %(sample)s of %(population)s. {mutation.text}",
        {"parent": parent.number, "sample": sample, "population": population, **mutation.values},
    )
    return Proposal(child, why=why, memo={"parent": parent.number, GUIDED: True})


def family(history: History, population: Sequence[Trial]) -> Family:
    """Who descends from whom, and who may breed now."""
    alive = {trial.number for trial in population}
    generations: dict[int, int] = {}
    members = []
    for place, trial in enumerate(history.at_stage(Stage.SEARCH), start=1):
        parent = trial.memo.get("parent")
        generations[trial.number] = generations.get(parent, 0) + 1 if parent else 0
        members.append(
            Member(
                number=trial.number,
                parent=parent,
                born=place,
                generation=generations[trial.number],
                state=trial.state.value,
                loss=trial.loss if math.isfinite(trial.loss) else None,
                alive=trial.number in alive,
            )
        )
    return Family(members[-SHOWN:])
