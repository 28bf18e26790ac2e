"""DEHB. Awad, Mallik & Hutter, "DEHB: evolutionary Hyperband for scalable, robust and efficient
hyperparameter optimization", IJCAI 2021. Differential evolution on the rungs of Hyperband.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from search.brackets import BracketOptions, all_brackets, brackets, insight
from search.brackets import resumable as promotable
from search.draws import fresh
from search.history import Candidate, History, Trial
from search.method import CONFIG, USUAL, Method, Problem, Proposal
from search.options import option
from search.rungs import Bracket, Start, begun, next_in_bracket, refuses, work_of
from search.surrogates.encoding import Array, axes_of, deactivate, gather, spread, vectors

PARENTS = 3
"""Configurations that a mutant is made of (rand/1)."""


@dataclass(frozen=True)
class Options(BracketOptions):
    """Options of DEHB; both shares are the authors'."""

    cycles: int = option(
        2,
        title="Cycles",
        help="How often all brackets are run. In the first, the best are promoted; in later ones, every "
        "rung breeds from the best of the rung below.",
        minimum=1,
        maximum=100,
    )
    difference: float = option(
        0.5,
        title="Weight of the difference",
        help="How much of the way between two good configurations is added to a third.",
        minimum=0.05,
        maximum=2,
    )
    crossover: float = option(
        0.5,
        title="Crossover",
        help="Share of its values that a child has from the mutant, the others from its own parent.",
        minimum=0,
        maximum=1,
    )


@dataclass(frozen=True)
class Rungmates:
    """The trials that are given the same amount: a population whose places are taken in turn.

    The place of a trial follows from how many were given that amount before it.
    """

    size: int
    trials: Sequence[Trial]

    def holder(self, place: int) -> Trial | None:
        """Who holds a place: the best that has ended there, of equals the latest."""
        ended = [t for t in self.trials[place :: self.size] if np.isfinite(t.loss)]
        return min(ended, key=lambda t: (t.loss, -t.ended), default=None)

    def holders(self) -> list[Trial]:
        """All that hold a place, best first; equal losses in order of number."""
        found = (self.holder(place) for place in range(self.size))
        return sorted((t for t in found if t is not None), key=lambda t: (t.loss, t.number))


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """The first thing to do in the first bracket that has something to do (algorithm 1, asynchronously)."""
    once = len(brackets(options))
    for bracket in all_brackets(problem, options):
        inside = [t for t in history if t.memo.get("bracket") == bracket.number]
        level = _to_breed(bracket, inside)
        if level is not None and (level == 0 or bracket.number >= once):
            return begun(bracket, _bred(problem, history, bracket, level, rng, options), level)
        if bracket.number < once:
            proposal = next_in_bracket(bracket, History(tuple(inside)), _never)
            if proposal is not None:
                return proposal
    return None


def _never() -> Start:
    """Where promotions are asked for, the lowest rung is full."""
    raise AssertionError("A full rung begins nothing.")


def _to_breed(bracket: Bracket, inside: Sequence[Trial]) -> int | None:
    """The lowest rung that has room, if all trials of the rung below have ended."""
    for level, rung in enumerate(bracket.rungs):
        here = sum(t.memo["rung"] == level for t in inside)
        if here < rung.size:
            below = [t for t in inside if t.memo["rung"] == level - 1]
            return level if all(t.state.is_final for t in below) else None
    return None


def _bred(
    problem: Problem,
    history: History,
    bracket: Bracket,
    level: int,
    rng: np.random.Generator,
    options: Options,
) -> Start:
    """A child of the configuration whose turn it is and of a mutant; at random in the first bracket."""
    amounts = {b.amount(i) for b in all_brackets(problem, options) for i in range(len(b.rungs))}
    mates = {amount: _rungmates(problem, history, amount, options) for amount in amounts}
    everybody = [holder for each in mates.values() for holder in each.holders()]
    if bracket.number == 0 or len(everybody) < PARENTS:
        return Start(fresh(problem, history, rng))
    below = mates[bracket.amount(max(level - 1, 0))].holders()[: bracket.rungs[level].size]
    pool = below if len(below) >= PARENTS else everybody
    own = mates[bracket.amount(level)]
    target = own.holder(len(own.trials) % own.size)
    parent = target.candidate if target else problem.sample(rng)
    candidate = fresh(problem, history, rng, lambda: _child(problem, parent, pool, rng, options))
    return Start(candidate, learnt_from=len(everybody))


def _rungmates(problem: Problem, history: History, amount: float, options: Options) -> Rungmates:
    """As many places as the largest rung with this amount has."""
    sizes = [
        rung.size
        for bracket in all_brackets(problem, options)
        for level, rung in enumerate(bracket.rungs)
        if bracket.amount(level) == amount
    ]
    given = [t for t in history if "rung" in t.memo and t.resource == amount]
    return Rungmates(max(sizes), given)


def _child(
    problem: Problem,
    parent: Candidate,
    pool: Sequence[Trial],
    rng: np.random.Generator,
    options: Options,
) -> Candidate | None:
    """rand/1/bin (equations 1 and 2); None if the space or a counted limit forbids it.

    What leaves the unit cube is drawn anew within it, axis by axis.
    """
    axes = axes_of(problem.space)
    drawn = [pool[i].candidate.config for i in rng.choice(len(pool), PARENTS, replace=False)]
    at, one, other, own = spread(axes, vectors(problem.space, [*drawn, parent.config]))
    mutant: Array = at + options.difference * (one - other)
    mutant = np.where((mutant < 0) | (mutant > 1), rng.random(len(mutant)), mutant)
    taken = rng.random(len(mutant)) < options.crossover
    taken[rng.integers(len(mutant))] = True
    points = gather(axes, np.where(taken, mutant, own)[None])
    candidate = Candidate(problem.space.config(deactivate(problem.space, points)[0]))
    return candidate if problem.allows(candidate) else None


def plan(problem: Problem, options: Options) -> list[float]:
    """What each trial has to train; those of later cycles are not promoted, so they train all of it."""
    once, work = len(brackets(options)), list[float]()
    for bracket in all_brackets(problem, options):
        if bracket.number >= once:
            bracket = replace(bracket, fidelity=replace(bracket.fidelity, resumes=False))
        work += work_of(problem, bracket)
    return work


def resumable(problem: Problem, history: History, options: Options) -> set[int]:
    """Those of the first cycle that may yet be promoted: in later ones nobody is."""
    return promotable(problem, history, replace(options, cycles=1))


METHOD = Method(
    name="dehb",
    title="DEHB",
    family="Hyper-parameter optimisation",
    paper=(
        "Awad, Mallik & Hutter, DEHB: Evolutionary Hyperband for Scalable, Robust and Efficient "
        "Hyperparameter Optimization, IJCAI 2021"
    ),
    summary=(
        "Hyperband whose later brackets are bred: good configurations are mixed with differences of "
        "others. Costs next to nothing to compute, however many trials there are."
    ),
    propose=propose,
    use_when=(
        "There is time for several cycles of Hyperband, many devices work, or there are many "
        "hyper-parameters, choices and whole numbers among them."
    ),
    avoid_when=(
        "Early scores do not foretell late ones, or there is time for one cycle only: most of that is "
        "Hyperband's draws at random. With a few dozen trials a model learns more from each."
    ),
    corrected=(
        "It does not go on from checkpoints all the time: only in the first cycle are the best promoted. "
        "What is bred later is new, so that it is trained from the beginning on every rung."
    ),
    options=Options,
    needs=(USUAL,),
    searches=(CONFIG,),
    plan=plan,
    insight=insight,
    refuses=refuses,
    resumable=resumable,
)
