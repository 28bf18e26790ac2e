"""Hyperband's brackets, which several methods fill each in its own way.

Li et al., "Hyperband: a novel bandit-based approach to hyper-parameter optimization", JMLR 2018. A
promoted trial goes on where its parent stopped, or is trained anew on more data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from search.history import History, Trial
from search.method import Problem, Proposal
from search.options import option
from search.promoted import Rungs
from search.rung_insight import picture
from search.rungs import (
    Bracket,
    Draw,
    Rung,
    RungOptions,
    bracket_of,
    next_in_bracket,
    resumable_in,
    work_of,
)

ALGORITHM, TABLE = "algorithm", "table"

OUTSIDE = -1
"""Stands for the bracket of trials that are in none."""


@dataclass(frozen=True)
class BracketOptions(RungOptions):
    """How the brackets are laid out."""

    brackets: str = option(
        TABLE,
        title="Bracket sizes",
        help="The paper's table and its algorithm differ; the table starts fewer trials.",
        choices=((TABLE, "As in the paper's table"), (ALGORITHM, "As in the paper's algorithm")),
    )
    cycles: int = option(
        1,
        title="Cycles",
        help="How often all brackets are run.",
        minimum=1,
        maximum=100,
    )


def brackets(options: BracketOptions) -> list[list[Rung]]:
    """The brackets s_max … 0 in order (algorithm 1 and table 1), in whole numbers throughout.

    log_eta is counted by multiplying: floating point gives log_3 243 = 4.999….
    """
    eta, steps = options.eta, 0
    while options.min_epochs * eta ** (steps + 1) <= options.max_epochs:
        steps += 1
    return [_bracket(options, steps, s) for s in range(steps, -1, -1)]


def _bracket(options: BracketOptions, s_max: int, s: int) -> list[Rung]:
    eta = options.eta
    if options.brackets == ALGORITHM:
        size = -(-(s_max + 1) * eta**s // (s + 1))
    else:
        size = (s_max + 1) // (s + 1) * eta**s
    return [
        Rung(size=size // eta**i, resource=max(1, options.max_epochs // eta ** (s - i)))
        for i in range(s + 1)
    ]


def all_brackets(problem: Problem, options: BracketOptions) -> Iterator[Bracket]:
    """All brackets of all cycles in order."""
    once = brackets(options)
    for number in range(options.cycles * len(once)):
        yield bracket_of(problem, options, number, once[number % len(once)])


def next_in_brackets(
    problem: Problem, history: History, options: BracketOptions, draw: Draw
) -> Proposal | None:
    """The first thing to do in the first bracket that has something to do; None if all must wait.

    A bracket that waits for its rung does not hold up the next one, so no worker idles.
    """
    members: dict[int, list[Trial]] = {}
    for trial in history:
        members.setdefault(trial.memo.get("bracket", OUTSIDE), []).append(trial)
    for bracket in all_brackets(problem, options):
        inside = History(tuple(members.get(bracket.number, ())))
        proposal = next_in_bracket(bracket, inside, draw)
        if proposal is not None:
            return proposal
    return None


def resumable(problem: Problem, history: History, options: BracketOptions) -> set[int]:
    """The trials that may yet be promoted in the brackets that have begun."""
    members: dict[int, list[Trial]] = {}
    for trial in history:
        members.setdefault(trial.memo.get("bracket", OUTSIDE), []).append(trial)
    found = set[int]()
    for bracket in all_brackets(problem, options):
        if bracket.number in members:
            found |= resumable_in(bracket, History(tuple(members[bracket.number])))
    return found


def filling(
    problem: Problem, history: History, options: BracketOptions
) -> tuple[Bracket, list[Trial]] | None:
    """The bracket that the next draw is for, with the trials that began in it; None if all are full."""
    started: dict[int, list[Trial]] = {}
    for trial in history:
        if trial.memo.get("rung") == 0:
            started.setdefault(trial.memo["bracket"], []).append(trial)
    for bracket in all_brackets(problem, options):
        begun = started.get(bracket.number, [])
        if len(begun) < bracket.rungs[0].size:
            return bracket, begun
    return None


def largest_budget(history: History, enough: int) -> list[Trial]:
    """The trials of the largest budget at which enough have a loss, best first, failed ones last; else [].

    Budgets are never mixed: a loss after little training flatters.
    """
    for budget in sorted({trial.resource for trial in history}, reverse=True):
        alike = history.at_fidelity(budget)
        ranked = alike.ranked()
        if len(ranked) >= enough:
            known = {trial.number for trial in ranked}
            return [*ranked, *(t for t in alike.finished() if t.number not in known)]
    return []


def plan(problem: Problem, options: BracketOptions) -> list[float]:
    """What each trial has to train, in epochs on all training data."""
    return [
        work for bracket in all_brackets(problem, options) for work in work_of(problem, bracket)
    ]


def insight(problem: Problem, history: History, options: BracketOptions) -> Rungs:
    """The brackets that have begun, rung by rung."""
    begun = max((t.memo.get("bracket", 0) for t in history), default=0)
    return picture(
        problem, [b for b in all_brackets(problem, options) if b.number <= begun], history
    )
