"""Local search. White, Nolen & Savani, "Exploring the loss landscape in neural architecture search", UAI
2021, with a step at the first better neighbour rather than after all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from search.breeding import TRIES, drawn, family, scored, tried, warm_start_option
from search.history import Candidate, History, Stage, Trial
from search.insight import Family
from search.message import Message
from search.method import GENOTYPE, GUIDED, Method, Problem, Proposal
from search.options import option
from search.retraining import retrained_option

WALK, CENTRE = "walk", "parent"
"""In the memo of a trial: the walk that it belongs to, and the trial whose neighbour it is."""


@dataclass(frozen=True)
class Options:
    """Options of local search."""

    start_up: int = option(
        5,
        title="Random designs before a walk",
        help="The best of them is where the walk begins. The paper has one; several spare steps.",
        minimum=1,
        maximum=1000,
    )
    warm_start: int = warm_start_option()
    retrained: int = retrained_option()


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """A neighbour of the best design of a walk; if none is left, another walk from random designs.

    Workers do not wait: a walk whose last neighbours are still trained is taken up again if one of
    them is better, and until then others begin. The walk that has come furthest goes first.
    """
    known = tried(history)
    for walk, centre in centres(history):
        neighbour = _neighbour(problem, centre, rng, known)
        if neighbour is not None and _begun(history, walk) >= options.start_up:
            return replace(neighbour, memo={WALK: walk, CENTRE: centre.number, GUIDED: True})
    walk = max((trial.memo.get(WALK, 1) for trial in history), default=1)
    if _begun(history, walk) >= options.start_up:
        walk += 1
    return replace(drawn(problem, rng, known, options.warm_start), memo={WALK: walk})


def centres(history: History) -> list[tuple[int, Trial]]:
    """The best trial of each walk that has one, best first; trials that others asked for are of the first."""
    walks: dict[int, list[Trial]] = defaultdict(list)
    for trial in scored(history):
        walks[trial.memo.get(WALK, 1)].append(trial)
    best = [(walk, min(of, key=lambda t: (t.loss, t.number))) for walk, of in walks.items()]
    return sorted(best, key=lambda pair: (pair[1].loss, pair[1].number))


def _begun(history: History, walk: int) -> int:
    """How many random designs a walk has been given."""
    return sum(trial.memo.get(WALK) == walk and CENTRE not in trial.memo for trial in history)


def _neighbour(
    problem: Problem, centre: Trial, rng: np.random.Generator, known: set[str | None]
) -> Proposal | None:
    """One that was not tried, drawn at random from all of them; None if there is none."""
    assert centre.candidate.genotype is not None
    for genotype, change in neighbours(problem, centre.candidate.genotype, rng):
        candidate = Candidate(centre.candidate.config, genotype)
        if genotype not in known and problem.fits(candidate):
            text = f"Neighbour of trial %(centre)s, the best of its walk. {change.text}"
            return Proposal(
                candidate, why=Message(text, {"centre": centre.number, **change.values})
            )
    return None


def neighbours(
    problem: Problem, genotype: str, rng: np.random.Generator
) -> Iterator[tuple[str, Message]]:
    """All designs that differ in one decision, in random order; of a set without any, some mutations."""
    designs = problem.architectures
    assert designs is not None
    if not designs.decisions:
        yield from (designs.mutate(genotype, rng) for _ in range(TRIES))
        return
    places = designs.encode(genotype)
    steps = [
        (at, place)
        for at, decision in enumerate(designs.decisions)
        for place in range(len(decision.choices))
        if place != places[at]
    ]
    for step in rng.permutation(len(steps)):
        at, place = steps[step]
        changed = (*places[:at], place, *places[at + 1 :])
        yield designs.decode(changed), _told(problem, at, places, place)


def _told(problem: Problem, at: int, places: Sequence[int], place: int) -> Message:
    assert problem.architectures is not None
    decision = problem.architectures.decisions[at]
    old, new = str(decision.choices[places[at]]), str(decision.choices[place])
    return Message(
        "%(decision)s: %(new)s instead of %(old)s",
        {"decision": decision.name, "new": new, "old": old},
    )


def insight(problem: Problem, history: History, options: Options) -> Family:
    """The walks, each a family whose generations are its steps; where they have come to lives."""
    return family(history.at_stage(Stage.SEARCH), [centre for _, centre in centres(history)])


METHOD = Method(
    name="local_search",
    title="Local search",
    family="Architecture search by evolution",
    paper="White, Nolen & Savani, Exploring the loss landscape in neural architecture search, UAI 2021",
    summary=(
        "Changes one decision of the best design so far, steps to the first that is better, and begins "
        "anew where no change helps. Nothing to set, and hard to beat where scores have little noise."
    ),
    use_when=(
        "Designs have a few dozen neighbours, a hundred trainings or more can be paid for, and a "
        "training repeated gives nearly the same score."
    ),
    avoid_when=(
        "Scores are a matter of luck: a lucky design looks like a summit, and the walk ends there. "
        "Ageing evolution forgets such luck. A walk is also slow where designs have hundreds of neighbours."
    ),
    corrected=(
        "It is said to be too simple to work. On tables of architectures it comes as far as more "
        "elaborate searches, as long as there is little noise."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    insight=insight,
)
